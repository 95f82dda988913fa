import { useState } from "preact/hooks";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { cmp, dec, money } from "../ui/money.ts";
import { customerName, lineName, simple } from "./catalogue.ts";
import { current, openIds, order, orderOf, run, selected, show } from "./orders.ts";
import { Details } from "./details.tsx";
import { CloseDialog, MenuDialog } from "./menu.tsx";
import { CashierDialog, CustomerDialog } from "./people.tsx";
import { panel, paying, search, shut } from "./screen.ts";
import { present } from "./session.ts";
import { addFree, cancel, moveLines } from "./sell.ts";
import { AsideDialog } from "./aside.tsx";
import { lineTotal, orderTotal } from "./totals.ts";
import { author, count, label, orderWords } from "./words.ts";

export function Panels() {
  switch (panel.value) {
    case "customer": return <CustomerDialog />;
    case "cashier": return <CashierDialog />;
    case "line": case "order": return <Details of={panel.value} />;
    case "orders": return <OrdersDialog />;
    case "move": return <MoveDialog />;
    case "free": return <FreeDialog />;
    case "cancel": return <CancelDialog />;
    case "menu": return <MenuDialog />;
    case "close": return <CloseDialog />;
    case "aside": return <AsideDialog />;
    default: return null;
  }
}

function OrdersDialog() {
  const [text, setText] = useState("");
  const words = simple(text).split(/\s+/).filter(Boolean);
  const all = openIds.value.map((id) => orderOf(id).value!).filter(Boolean);
  const found = all.filter((o) => words.every((w) => simple(`${o.number || "new"} ${customerName(o.fields)} ${o.lines.map((l) => lineName(l.fields)).join(" ")}`).includes(w)));
  const go = (id: string) => { paying.value = false; shut(); show(id); };
  return (
    <Dialog title={count(all.length, "open order")} close={shut} wide>
      <input class="form-control form-control-lg mb-2" type="search" autofocus placeholder="Number, customer or product" aria-label="Search orders" value={text}
        onInput={(e) => setText(e.currentTarget.value)} onKeyDown={(e) => { if (e.key === "Enter" && found[0]) go(found[0].id); }} />
      <ul class="picks orders-list">{found.map((o) => {
        const here = present.value.filter((p) => p.order === o.id);
        return (
          <li key={o.id}><button type="button" class={"pick" + (o.id === current.value ? " on" : "")} onClick={() => go(o.id)}>
            <b class="pick-no">{label(o, run.value)}</b>
            <span class="pick-what">{customerName(o.fields) || o.lines.slice(0, 3).map((l) => lineName(l.fields)).join(", ") || "Nothing yet"}<small>{count(o.lines.length, "line")}{here.length > 0 && ` · ${here.map((p) => author(p)).join(", ")} is on it`}{o.pending && " · not sent yet"}</small></span>
            <b class="pick-sum">{money(orderTotal(o))}</b>
          </button></li>
        );
      })}</ul>
      {!found.length && <p class="text-body-secondary">Nothing found for “{text}”.</p>}
    </Dialog>
  );
}

function MoveDialog() {
  const o = order.value, [picked, pick] = useState<string[]>(() => (selected.value ? [selected.value] : []));
  if (!o) return null;
  const ids = picked.filter((id) => o.lines.some((l) => l.id === id));
  const go = (to: string) => { shut(); void moveLines(ids, to); };
  return (
    <Dialog title="Move lines to another order" close={shut} wide>
      <fieldset class="move-lines"><legend>Which lines?</legend>{o.lines.map((l) => (
        <label key={l.id} class="check"><input class="form-check-input" type="checkbox" checked={ids.includes(l.id)} onChange={(e) => pick(e.currentTarget.checked ? [...ids, l.id] : ids.filter((id) => id !== l.id))} />
          <span>{lineName(l.fields)}</span><b>{money(lineTotal(l))}</b></label>
      ))}</fieldset>
      <h3>Where to?</h3>
      <ul class="picks">
        <li><button type="button" class="pick" disabled={!ids.length} onClick={() => go("")}><Icon name="plus" /><span>A new order</span></button></li>
        {openIds.value.filter((id) => id !== o.id).map((id) => orderOf(id).value!).filter((other) => other?.number || other?.lines.length).map((other) => (
          <li key={other.id}><button type="button" class="pick" disabled={!ids.length} onClick={() => go(other.id)}><b class="pick-no">{label(other, run.value)}</b><span class="pick-what">{customerName(other.fields) || count(other.lines.length, "line")}</span><b class="pick-sum">{money(orderTotal(other))}</b></button></li>
        ))}
      </ul>
    </Dialog>
  );
}

function FreeDialog() {
  const [name, setName] = useState(search.value), [cost, setCost] = useState("");
  const price = dec(cost.replace(",", ".")), ok = name.trim() !== "" && /\d/.test(cost) && Number.isFinite(Number(cost.replace(",", "."))) && cmp(price, dec(1e12)) < 0;
  const submit = (e: Event) => { e.preventDefault(); if (!ok) return; shut(); search.value = ""; void addFree(name.trim(), price); };
  return (
    <Dialog title="Add by name and price" close={shut}>
      <form onSubmit={submit}>
        <label class="form-label" for="free-name">Name</label>
        <input id="free-name" class="form-control form-control-lg" autofocus autocomplete="off" maxLength={200} value={name} onInput={(e) => setName(e.currentTarget.value)} />
        <label class="form-label mt-3" for="free-price">Price</label>
        <input id="free-price" class="form-control form-control-lg" inputmode="decimal" autocomplete="off" value={cost} onInput={(e) => setCost(e.currentTarget.value)} />
        <button class="btn btn-primary btn-lg w-100 mt-3" type="submit" disabled={!ok}>Add</button>
      </form>
    </Dialog>
  );
}

function CancelDialog() {
  const o = order.value;
  if (!o) return null;
  const foot = <>
    <button type="button" class="btn btn-outline-secondary btn-lg" autofocus onClick={shut}>Keep it</button>
    <button type="button" class="btn btn-danger btn-lg" onClick={() => { shut(); void cancel(o); }}>Cancel the order</button>
  </>;
  return <Dialog title={`Cancel ${orderWords(o, run.value)}?`} close={shut} foot={foot}><p>Its {count(o.lines.length, "line")} of {money(orderTotal(o))} go from all tills. This can't be undone.</p></Dialog>;
}
