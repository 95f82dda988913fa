import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import { newId, type ShownOrder } from "manytill";
import { notes } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { cmp, dec, isZero, money, neg, round, sum, type Decimal } from "../ui/money.ts";
import { press, type Key } from "./entry.ts";
import { payKeys } from "./keys.ts";
import { Backspace, Digits } from "./numpad.tsx";
import { newOrder, nextOrder, order, run, show, together } from "./orders.ts";
import { unknown } from "./scanned.tsx";
import { done, paying } from "./screen.ts";
import { settle, trouble } from "./sell.ts";
import { count, quick, type Tender } from "./tenders.ts";
import { due } from "./totals.ts";
import { orderWords } from "./words.ts";

interface Put {
  tenders: Tender[];
  at: string;
  typed: string | null;
}

/** usePay is the money that was put down, and which of it the digits change. Keys may come faster than it is drawn. */
function usePay(o: ShownOrder) {
  const owed = due(o),
    [, draw] = useState(0),
    now = useRef<Put>({ tenders: [], at: "", typed: null });
  const put = (more: Partial<Put>) => {
    now.current = { ...now.current, ...more };
    draw((n) => n + 1);
  };
  const choose = (at: string) => put({ at, typed: null });
  const set = (id: string, amount: Decimal) =>
    put({ tenders: now.current.tenders.map((t) => (t.id === id ? { ...t, amount } : t)) });
  const take = (method: Tender["method"], amount = count(owed, now.current.tenders).left) => {
    const same = now.current.tenders.find((t) => t.method === method && isZero(t.amount)),
      id = same?.id ?? newId();
    if (same) set(id, amount);
    else put({ tenders: [...now.current.tenders, { id, method, amount }] });
    choose(id);
  };
  const key = (k: Key) => {
    const { at, typed } = now.current;
    if (!at) return;
    const text = press(typed ?? "", k);
    put({ typed: text });
    set(at, round(owed.n < 0n ? neg(dec(text)) : dec(text))); // digits of a refund are money given back
  };
  const drop = (id: string) =>
    put({ tenders: now.current.tenders.filter((t) => t.id !== id), ...(now.current.at === id && { at: "" }) });
  const { tenders, at } = now.current;
  return {
    owed,
    tenders,
    ...count(owed, tenders),
    at,
    choose,
    take,
    key,
    drop,
    amount: (id: string, v: Decimal) => {
      set(id, v);
      put({ typed: null });
    },
  };
}

type Paying = ReturnType<typeof usePay>;

/** useValidate ends the order with what was put down, once; `busy` while that takes long. */
function useValidate(o: ShownOrder, p: Paying) {
  const [busy, setBusy] = useState(false),
    once = useRef(false);
  useEffect(() => {
    nextOrder().catch(() => {});
  }, []); // Validate says what is wrong, if it is still
  const validate = async () => {
    const now = order.peek(); // a change that isn't drawn yet counts too
    if (!p.ok || once.current || !now || cmp(due(now), p.owed) !== 0) return;
    once.current = true;
    const slow = setTimeout(() => setBusy(true), 150); // a button that greys and comes back is a frame lost
    try {
      const next = await nextOrder().catch(() => "");
      await together(settle(o, p.tenders, p.change), () => {
        done.value = {
          words: `${orderWords(o, run.value).replace(/^./, (c) => c.toUpperCase())} is paid`,
          ...handed(p),
        };
        paying.value = false;
        if (next) show(next);
        else void newOrder();
      });
    } finally {
      once.current = false;
      clearTimeout(slow);
      setBusy(false);
    }
  };
  return { busy, validate };
}

function usePayKeys(p: Paying, validate: () => Promise<void>) {
  useLayoutEffect(() => {
    payKeys.current = (k) => {
      if (k === "Escape") paying.value = false;
      else if (k === "Enter") {
        if (p.tenders.length || isZero(p.owed)) void validate();
        else p.take("cash");
      } else p.key(k);
    };
    return () => {
      payKeys.current = null;
    };
  });
}

export function Pay({ order: o }: { order: ShownOrder }) {
  const p = usePay(o),
    { busy, validate } = useValidate(o, p),
    was = useRef(p.owed);
  usePayKeys(p, validate);
  const see = () => {
    was.current = p.owed;
    p.choose("");
  };
  const moved = cmp(was.current, p.owed) !== 0 ? `This order changed: it was ${money(was.current)}.` : "";
  return (
    <section class="pay" aria-label="Payment">
      <div class="pay-main">
        <Head owed={p.owed} />
        <Methods p={p} />
        <div class="pay-body">
          <PutDown p={p} />
          <div class="pay-right">
            <Quick p={p} />
            <div class="pay-digits" role="group" aria-label="Amount">
              <Digits tap={p.key} off={!p.at} />
            </div>
            <Backspace tap={() => p.key("back")} off={!p.at} />
          </div>
        </div>
      </div>
      <button
        type="button"
        class="validate"
        disabled={!p.ok || busy}
        aria-describedby="pay-why"
        onClick={() => void validate()}
      >
        <Icon name="check" size={28} />
        Validate
      </button>
      <Said moved={moved} see={see} why={p.tenders.length ? p.why : ""} />
    </section>
  );
}

const back = () => {
  paying.value = false;
};

function Head({ owed }: { owed: Decimal }) {
  const refund = owed.n < 0n,
    shown = sum(refund ? neg(owed) : owed);
  return (
    <header class="pay-head">
      <button type="button" class="btn-quiet" onClick={back}>
        <Icon name="left" />
        Back
      </button>
      <div class="pay-owed">
        <span>{refund ? "To give back" : "To pay"}</span>
        <output class={`pay-sum${shown.length > 12 ? " long" : ""}`}>{shown}</output>
      </div>
    </header>
  );
}

function Methods({ p }: { p: Paying }) {
  const owing = !isZero(p.left) && p.left.n < 0n === p.owed.n < 0n;
  return (
    <div class="pay-methods">
      <button type="button" class="method" disabled={!owing} onClick={() => p.take("cash")}>
        <Icon name="cash" size={30} />
        Cash
      </button>
      <button type="button" class="method" disabled={!owing} onClick={() => p.take("card")}>
        <Icon name="card" size={30} />
        Card
      </button>
    </div>
  );
}

/** PutDown is the money that was put down, and what follows from it. */
function PutDown({ p }: { p: Paying }) {
  return (
    <div class="pay-left">
      <ul class="tenders" aria-label="Payments">
        {p.tenders.map((t) => (
          <li key={t.id} class={p.at === t.id ? "on" : ""}>
            <button type="button" class="tender" aria-pressed={p.at === t.id} onClick={() => p.choose(t.id)}>
              <span>{t.method === "cash" ? "Cash" : "Card"}</span>
              <b>{money(t.amount)}</b>
            </button>
            <button type="button" class="icon-btn" aria-label={`Take the ${t.method} off`} onClick={() => p.drop(t.id)}>
              <Icon name="x" />
            </button>
          </li>
        ))}
      </ul>
      {!p.tenders.length && (
        <p class="pay-hint">{isZero(p.owed) ? "Nothing is owed. Validate ends the order." : "How is it paid?"}</p>
      )}
      <div class="pay-result" aria-live="polite">
        {p.tenders.length > 0 && (
          <>
            <span>{p.word}</span>
            <b>{money(p.shown)}</b>
          </>
        )}
      </div>
    </div>
  );
}

/** Quick are the notes that may be given; the last cash that was put down takes their amount. */
function Quick({ p }: { p: Paying }) {
  const cash = p.tenders.filter((t) => t.method === "cash").at(-1);
  const give = (amount: Decimal) => (cash ? p.amount(cash.id, amount) : p.take("cash", amount));
  return (
    <div class="quick" role="group" aria-label="Given in cash">
      {p.owed.n > 0n &&
        quick(p.owed).map((q) => (
          <button key={money(q)} type="button" class="key" onClick={() => give(q)}>
            {money(q).replace(/\.0+$/, "")}
          </button>
        ))}
    </div>
  );
}

/** handed is the money that goes to the customer. */
function handed({ owed, change }: { owed: Decimal; change: Decimal }) {
  if (owed.n < 0n) return { what: "Given back", sum: sum(neg(owed)) };
  return isZero(change) ? {} : { what: "Change", sum: sum(change) };
}

/** Said is what stands under Validate, in a place of its own height: a word that comes moves no button. */
function Said({ moved, see, why }: { moved: string; see: () => void; why: string }) {
  const all = [...notes.value, ...(moved ? [moved] : [])];
  if (!all.length)
    return (
      <div class="pay-said">
        <p id="pay-why">{why}</p>
      </div>
    );
  const read = () => {
    trouble.value = "";
    unknown.value = [];
    see();
  };
  return (
    <div class="pay-said pay-moved arrives">
      <p id="pay-why" role="alert">
        <Icon name="warn" />
        {[...all, why].join(" ")}
      </p>
      <button type="button" class="btn-quiet" onClick={read}>
        All right
      </button>
    </div>
  );
}
