import { useEffect } from "preact/hooks";
import { Guard } from "../ui/faults.tsx";
import { Banners } from "./banners.tsx";
import { Bar } from "./bar.tsx";
import { news, order } from "./orders.ts";
import { OrderPane } from "./order.tsx";
import { Panels } from "./panels.tsx";
import { Pay } from "./pay.tsx";
import { Products } from "./products.tsx";
import { padOpen, paying, shut } from "./screen.ts";
import { startOrder } from "./sell.ts";
import { UnclearDialog } from "./scanned.tsx";
import { covered, Shut } from "./shut.tsx";
import { grace, link, status } from "./session.ts";
import { payable } from "./totals.ts";

/** News is a strip of its own height: it covers no button and moves nothing. */
const News = () => (
  <div class="news" role="status" aria-live="polite">
    <Newest />
  </div>
);

function Newest() {
  const n = news.value,
    c = link.value;
  const loading = !status.value?.synced && !status.value?.problem && (grace.value || !!status.value?.transport);
  if (c.tone === "offline" && !status.value?.problem) return <b class="news-off">{c.long}</b>;
  if (loading) return <span>Getting the orders…</span>;
  return n ? <span key={n.n}>{n.text}</span> : null;
}

/** keepKeys: a tap on a button leaves the keyboard to the till, so that Enter pays and digits count. */
function keepKeys(e: MouseEvent): void {
  const at = e.target as HTMLElement;
  if (at.closest("dialog") || !at.closest("button")) return;
  e.preventDefault();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

interface UndrawnProps {
  what: string;
  words: string;
  again: () => void;
  go: string;
  over?: boolean;
}
/** Undrawn stands where something can't be drawn; the rest of the screen goes on. */
const Undrawn = ({ what, words, again, go, over }: UndrawnProps) => {
  const box = (
    <section class={over ? "cover-box" : "empty"} role="alert">
      <h2>{what} can't be shown</h2>
      <p>{words}</p>
      <button type="button" class="btn btn-primary btn-lg" onClick={again}>
        {go}
      </button>
    </section>
  );
  return over ? <div class="cover">{box}</div> : box;
};

function noOrder(words: string, again: () => void) {
  const go = () => {
    again();
    startOrder();
  };
  return <Undrawn what="This order" words={words} again={go} go="New order" />;
}

function noPart(words: string, again: () => void) {
  const go = () => {
    paying.value = false;
    again();
  };
  return <Undrawn what="This part" words={words} again={go} go="Try again" />;
}

function noDialog(words: string, again: () => void) {
  const go = () => {
    shut();
    again();
  };
  return <Undrawn what="This dialog" words={words} again={go} go="Close" over />;
}

/** floorLook: the payment takes the products' place, and a phone's numpad is folded away. */
function floorLook(pays: boolean): string {
  if (pays) return "floor pays";
  return padOpen.value ? "floor unfolded" : "floor";
}

export function Screen() {
  const o = order.value,
    pay = paying.value && o && payable(o);
  useEffect(() => {
    if (paying.value && !pay) paying.value = false;
  }, [pay]);
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: what is pressed anywhere leaves the keyboard where it was
    <div class="screen" translate={false} onMouseDown={keepKeys}>
      <Bar />
      <main class={floorLook(!!pay)} inert={!!covered.value}>
        <Guard of={o?.id} instead={noOrder}>
          <OrderPane />
        </Guard>
        <div class="right">
          <Guard instead={noPart}>
            {pay && <Pay key={o.id} order={o} />}
            <Products />
          </Guard>
          {!pay && <Banners />}
          <News />
        </div>
      </main>
      <Shut />
      <Guard instead={noDialog}>
        <Panels />
      </Guard>
      <UnclearDialog />
    </div>
  );
}
