import { useEffect } from "preact/hooks";
import { Guard } from "../ui/faults.tsx";
import { Banners } from "./banners.tsx";
import { Bar } from "./bar.tsx";
import { newOrder, news, order } from "./orders.ts";
import { OrderPane } from "./order.tsx";
import { Panels } from "./panels.tsx";
import { Pay } from "./pay.tsx";
import { Products } from "./products.tsx";
import { padOpen, paying, shut } from "./screen.ts";
import { UnclearDialog } from "./scanned.tsx";
import { covered, Shut } from "./shut.tsx";
import { grace, link, status } from "./session.ts";
import { payable } from "./totals.ts";

/** News is a strip of its own height: it covers no button and moves nothing. */
function News() {
  const n = news.value,
    c = link.value;
  const loading = !status.value?.synced && !status.value?.problem && (grace.value || !!status.value?.transport);
  return (
    <div class="news" role="status" aria-live="polite">
      {c.tone === "offline" && !status.value?.problem ? (
        <b class="news-off">{c.long}</b>
      ) : loading ? (
        <span>Getting the orders…</span>
      ) : (
        n && <span key={n.n}>{n.text}</span>
      )}
    </div>
  );
}

/** keepKeys: a tap on a button leaves the keyboard to the till, so that Enter pays and digits count. */
function keepKeys(e: MouseEvent): void {
  const at = e.target as HTMLElement;
  if (at.closest("dialog") || !at.closest("button")) return;
  e.preventDefault();
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
}

/** Undrawn stands where something can't be drawn; the rest of the screen goes on. */
const Undrawn = ({
  what,
  words,
  again,
  go,
  over,
}: {
  what: string;
  words: string;
  again: () => void;
  go: string;
  over?: boolean;
}) => {
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
      <main class={`floor${pay ? " pays" : padOpen.value ? " unfolded" : ""}`} inert={!!covered.value}>
        <Guard
          of={o?.id}
          instead={(words, again) => (
            <Undrawn
              what="This order"
              words={words}
              again={() => {
                again();
                void newOrder();
              }}
              go="New order"
            />
          )}
        >
          <OrderPane />
        </Guard>
        <div class="right">
          <Guard
            instead={(words, again) => (
              <Undrawn
                what="This part"
                words={words}
                again={() => {
                  paying.value = false;
                  again();
                }}
                go="Try again"
              />
            )}
          >
            {pay && <Pay key={o.id} order={o} />}
            <Products />
          </Guard>
          {!pay && <Banners />}
          <News />
        </div>
      </main>
      <Shut />
      <Guard
        instead={(words, again) => (
          <Undrawn
            what="This dialog"
            words={words}
            again={() => {
              shut();
              again();
            }}
            go="Close"
            over
          />
        )}
      >
        <Panels />
      </Guard>
      <UnclearDialog />
    </div>
  );
}
