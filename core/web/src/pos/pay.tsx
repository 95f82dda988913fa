import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { newId, type ShownOrder } from "manytill";
import { Icon } from "../ui/icon.tsx";
import { add, cmp, dec, isZero, money, neg, round, sub, type Decimal } from "../ui/money.ts";
import { press, type Key } from "./entry.ts";
import { payKeys } from "./keys.ts";
import { Backspace, Digits } from "./numpad.tsx";
import { newOrder, run } from "./orders.ts";
import { done, paying } from "./screen.ts";
import { settle, type Tender } from "./sell.ts";
import { due } from "./totals.ts";
import { orderWords } from "./words.ts";

const zero = dec(0);
/** Quick amounts: what people hand over for so much. */
export function quick(owed: Decimal): Decimal[] {
  const found: Decimal[] = [];
  for (const note of cmp(owed, dec(10)) < 0 ? [1, 5, 10, 20, 50] : [5, 10, 20, 50, 100, 200]) {
    const unit = BigInt(note) * 100n, cents = round(owed).n * 10n ** BigInt(2 - round(owed).e);
    const up = { n: ((cents + unit - 1n) / unit) * unit, e: 2 };
    if (cmp(up, owed) > 0 && !found.some((f) => cmp(f, up) === 0)) found.push(up);
  }
  return found.slice(0, 4);
}

interface State { tenders: Tender[]; left: Decimal; change: Decimal; ok: boolean; why: string }

function stateOf(owed: Decimal, tenders: Tender[]): State {
  const given = tenders.reduce((sum, t) => add(sum, t.amount), zero), left = sub(owed, given);
  const cash = tenders.some((t) => t.method === "cash");
  const over = owed.n >= 0n && left.n < 0n;
  const why = over && !cash ? "A card can't take more than is owed." : owed.n >= 0n && left.n > 0n ? `${money(left)} is still to pay.` : owed.n < 0n && !isZero(left) ? `${money(neg(left))} is still to give back.` : "";
  return { tenders, left, change: over && cash ? neg(left) : zero, ok: !why, why };
}

/** usePay is the money that was put down, and which of it the digits change. */
function usePay(o: ShownOrder) {
  const owed = due(o);
  const [tenders, set] = useState<Tender[]>([]), [at, choose] = useState(""), [typed, type] = useState<string | null>(null);
  const state = stateOf(owed, tenders);
  const take = (method: Tender["method"], amount = state.left) => {
    const same = tenders.find((t) => t.method === method && isZero(t.amount));
    const id = same?.id ?? newId();
    set(same ? tenders.map((t) => (t === same ? { ...t, amount } : t)) : [...tenders, { id, method, amount }]);
    choose(id);
    type(null);
  };
  const amount = (id: string, value: Decimal) => set(tenders.map((t) => (t.id === id ? { ...t, amount: value } : t)));
  const key = (k: Key) => {
    if (!at) return;
    const text = press(typed ?? "", k);
    type(text);
    amount(at, round(dec(text)));
  };
  const drop = (id: string) => { set(tenders.filter((t) => t.id !== id)); if (at === id) choose(""); };
  return { owed, ...state, at, choose: (id: string) => { choose(id); type(null); }, take, key, drop, amount: (id: string, v: Decimal) => { amount(id, v); type(null); } };
}

export function Pay({ order: o }: { order: ShownOrder }) {
  const p = usePay(o), [busy, setBusy] = useState(false), was = useRef(p.owed);
  const validate = async () => {
    if (!p.ok || busy) return;
    setBusy(true);
    if (await settle(o, p.tenders, p.change)) {
      done.value = { words: `${orderWords(o, run.value).replace(/^./, (c) => c.toUpperCase())} is paid`, change: isZero(p.change) ? "" : money(p.change) };
      paying.value = false;
      await newOrder();
    }
    setBusy(false);
  };
  useLayoutEffect(() => {
    payKeys.current = (k) => {
      if (k === "Escape") paying.value = false;
      else if (k === "Enter") { if (p.tenders.length || isZero(p.owed)) void validate(); else p.take("cash"); }
      else p.key(k);
    };
    return () => { payKeys.current = null; };
  });
  const moved = cmp(was.current, p.owed) !== 0;
  return (
    <section class="pay" aria-label="Payment">
      <header class="pay-head">
        <button type="button" class="btn-quiet" onClick={() => { paying.value = false; }}><Icon name="left" />Back</button>
        <div class="pay-owed"><span>{p.owed.n < 0n ? "To give back" : "To pay"}</span><output class="pay-sum">{money(p.owed.n < 0n ? neg(p.owed) : p.owed)}</output></div>
      </header>
      {moved && <p class="pay-moved" role="alert"><Icon name="warn" />Another till changed this order: it was {money(was.current)}. <button type="button" class="btn-quiet" onClick={() => { was.current = p.owed; p.choose(""); }}>All right</button></p>}
      <div class="pay-methods">
        <button type="button" class="method" disabled={isZero(p.left)} onClick={() => p.take("cash")}><Icon name="cash" size={30} />Cash</button>
        <button type="button" class="method" disabled={isZero(p.left) || p.change.n > 0n} onClick={() => p.take("card")}><Icon name="card" size={30} />Card</button>
      </div>
      <div class="pay-body">
        <div class="pay-left">
          <ul class="tenders" aria-label="Payments">
            {p.tenders.map((t) => (
              <li key={t.id} class={p.at === t.id ? "on" : ""}>
                <button type="button" class="tender" aria-pressed={p.at === t.id} onClick={() => p.choose(t.id)}><span>{t.method === "cash" ? "Cash" : "Card"}</span><b>{money(t.amount)}</b></button>
                <button type="button" class="icon-btn" aria-label={"Take the " + t.method + " off"} onClick={() => p.drop(t.id)}><Icon name="x" /></button>
              </li>
            ))}
          </ul>
          {!p.tenders.length && <p class="pay-hint">{isZero(p.owed) ? "Nothing is owed. Validate ends the order." : "How is it paid?"}</p>}
          <div class="pay-result" aria-live="polite">{p.change.n > 0n ? <><span>Change</span><b>{money(p.change)}</b></> : p.tenders.length ? <><span>{p.left.n === 0n ? "Paid in full" : "Left"}</span><b>{money(p.left.n < 0n ? neg(p.left) : p.left)}</b></> : null}</div>
        </div>
        <div class="pay-right">
          <div class="quick" role="group" aria-label="Given in cash">{p.owed.n > 0n && quick(p.owed).map((q) => {
            const cash = p.tenders.findLast((t) => t.method === "cash");
            return <button key={money(q)} type="button" class="key" onClick={() => (cash ? p.amount(cash.id, q) : p.take("cash", q))}>{money(q).replace(/\.00$/, "")}</button>;
          })}</div>
          <div class="pay-digits" role="group" aria-label="Amount"><Digits tap={p.key} off={!p.at} /></div>
          <Backspace tap={() => p.key("back")} off={!p.at} />
        </div>
      </div>
      <button type="button" class="validate" disabled={!p.ok || busy} aria-describedby="pay-why" onClick={() => void validate()}><Icon name="check" size={28} />Validate</button>
      <p id="pay-why" class="pay-why">{p.tenders.length ? p.why : ""}</p>
    </section>
  );
}
