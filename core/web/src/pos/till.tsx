import { useEffect } from "preact/hooks";
import { Banners } from "./banners.tsx";
import { Bar } from "./bar.tsx";
import { news, order } from "./orders.ts";
import { OrderPane } from "./order.tsx";
import { Panels } from "./panels.tsx";
import { Pay } from "./pay.tsx";
import { Products } from "./products.tsx";
import { paying } from "./screen.ts";
import { UnclearDialog } from "./scanned.tsx";
import { covered, Shut } from "./shut.tsx";
import { grace, link, status } from "./session.ts";

/** News is a strip of its own height: it covers no button and moves nothing. */
function News() {
  const n = news.value, c = link.value;
  const loading = !status.value?.synced && !status.value?.problem && (grace.value || !!status.value?.transport);
  return <div class="news" role="status" aria-live="polite">{c.tone === "offline" && !status.value?.problem ? <b class="news-off">{c.long}</b> : loading ? <span>Getting the orders…</span> : n && <span key={n.n}>{n.text}</span>}</div>;
}

/** keepKeys: a tap on a button leaves the keyboard to the till, so that Enter pays and digits count. */
function keepKeys(e: MouseEvent): void {
  const at = e.target as HTMLElement;
  if (at.closest("dialog") || !at.closest("button")) return;
  e.preventDefault();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

export function Screen() {
  const o = order.value, pay = paying.value && o?.state === "open" && o.lines.length > 0;
  useEffect(() => { if (paying.value && !pay) paying.value = false; }, [pay]);
  return (
    <div class="screen" onMouseDown={keepKeys}>
      <Bar />
      <main class="floor" inert={!!covered.value}>
        <OrderPane />
        <div class="right">
          {pay ? <Pay key={o.id} order={o} /> : <Products />}
          <Banners />
          <News />
        </div>
      </main>
      <Shut />
      <Panels />
      <UnclearDialog />
    </div>
  );
}
