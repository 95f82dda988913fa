import { useComputed } from "@preact/signals";
import type { ShownOrder } from "manytill";
import { useMemo, useState } from "preact/hooks";
import { Dialog } from "../ui/dialog.tsx";
import { cmp, dec, isZero, money, neg, price, text, type Decimal } from "../ui/money.ts";
import { readTyped } from "../ui/typed.ts";
import { Windowed } from "../ui/windowed.tsx";
import { customerName, lineName, simple } from "./catalogue.ts";
import { current, openIds, order, orderOf, run, show } from "./orders.ts";
import { Details } from "./details.tsx";
import { CloseDialog, MenuDialog } from "./menu.tsx";
import { CashierDialog, CustomerDialog } from "./people.tsx";
import { panel, paying, search, shut } from "./screen.ts";
import { present } from "./session.ts";
import { MoveDialog } from "./move.tsx";
import { addFree, cancel } from "./sell.ts";
import { AsideDialog } from "./aside.tsx";
import { held, orderTotal, paid } from "./totals.ts";
import { author, count, label, orderWords } from "./words.ts";

export function Panels() {
  switch (panel.value) {
    case "customer":
      return <CustomerDialog />;
    case "cashier":
      return <CashierDialog />;
    case "line":
    case "order":
      return <Details of={panel.value} />;
    case "orders":
      return <OrdersDialog />;
    case "move":
      return <MoveDialog />;
    case "free":
      return <FreeDialog />;
    case "cancel":
      return <CancelDialog />;
    case "menu":
      return <MenuDialog />;
    case "close":
      return <CloseDialog />;
    case "aside":
      return <AsideDialog />;
    default:
      return null;
  }
}

const texts = new WeakMap<ShownOrder, string>();
/** textOf is what an order is searched by. */
function textOf(o: ShownOrder): string {
  let found = texts.get(o);
  if (found === undefined)
    texts.set(
      o,
      (found = simple(
        `${o.number || "new"} ${customerName(o.fields)} ${o.lines.map((l) => lineName(l.fields)).join(" ")}`,
      )),
    );
  return found;
}

function OrdersDialog() {
  const [typed, setTyped] = useState("");
  const all = useComputed(() => openIds.value.map((id) => orderOf(id).value!).filter(Boolean)).value;
  const found = useMemo(() => {
    const words = simple(typed).split(/\s+/).filter(Boolean);
    return all.filter((o) => words.every((w) => textOf(o).includes(w)));
  }, [all, typed]);
  const go = (id: string) => {
    paying.value = false;
    shut();
    show(id);
  };
  return (
    <Dialog title={count(all.length, "open order")} close={shut} others={openIds.value.join()} wide>
      <input
        class="form-control form-control-lg mb-2"
        type="search"
        autofocus
        placeholder="Number, customer or product"
        aria-label="Search orders"
        value={typed}
        onInput={(e) => setTyped(e.currentTarget.value)}
        onKeyDown={(e) => {
          if (e.key === "Enter" && found[0]) go(found[0].id);
        }}
      />
      <Windowed
        class="orders-list"
        items={found}
        list={typed}
        height={60}
        gap={6}
        item={(o) => <Pick key={o.id} o={o} go={go} />}
      />
      {!found.length && <p class="text-body-secondary">Nothing found for “{typed}”.</p>}
    </Dialog>
  );
}

function Pick({ o, go }: { o: ShownOrder; go: (id: string) => void }) {
  const here = present.value.filter((p) => p.order === o.id);
  return (
    <button type="button" class={`pick${o.id === current.value ? " on" : ""}`} onClick={() => go(o.id)}>
      <b class="pick-no">{label(o, run.value)}</b>
      <span class="pick-what">
        <span>
          {customerName(o.fields) ||
            o.lines
              .slice(0, 3)
              .map((l) => lineName(l.fields))
              .join(", ") ||
            "Nothing yet"}
        </span>
        <small>
          {count(o.lines.length, "line")}
          {here.length > 0 && ` · ${here.map((p) => author(p)).join(", ")} is on it`}
          {o.pending && " · not sent yet"}
        </small>
      </span>
      <b class="pick-sum">{money(orderTotal(o))}</b>
    </button>
  );
}

const most = dec(1e12);

/** FreeDialog asks what it can't read, and about what can be read in two ways. */
function FreeDialog() {
  const [name, setName] = useState(search.value),
    [cost, setCost] = useState(""),
    [wrong, setWrong] = useState(""),
    [either, ask] = useState<Decimal[]>([]);
  const add = (price: Decimal) => {
    shut();
    search.value = "";
    void addFree(name.trim(), price);
  };
  const type = (typed: string) => {
    setCost(typed);
    setWrong("");
    ask([]);
  };
  const submit = (e: Event) => {
    e.preventDefault();
    const read = readTyped(cost);
    if (!name.trim()) return setWrong("It needs a name.");
    if (!cost.trim()) return setWrong("It needs a price.");
    if ("wrong" in read) return setWrong(`“${cost}” ${read.wrong}.`);
    if ("either" in read) return ask(read.either);
    if (cmp(read.is, most) >= 0) return setWrong(`${price(read.is)} is more than a till can take.`);
    add(read.is);
  };
  return (
    <Dialog title="Add by name and price" close={shut}>
      <form onSubmit={submit}>
        <label class="form-label" for="free-name">
          Name
        </label>
        <input
          id="free-name"
          class="form-control form-control-lg"
          autofocus
          autocomplete="off"
          maxLength={200}
          value={name}
          onInput={(e) => setName(e.currentTarget.value)}
        />
        <label class="form-label mt-3" for="free-price">
          Price
        </label>
        <input
          id="free-price"
          class="form-control form-control-lg"
          inputmode="decimal"
          autocomplete="off"
          aria-describedby="free-wrong"
          value={cost}
          onInput={(e) => type(e.currentTarget.value)}
        />
        <div id="free-wrong" role="alert">
          {wrong && <p class="start-wrong">{wrong}</p>}
          {either.length > 0 && <p class="start-wrong">“{cost}” can be read in two ways. Which one is it?</p>}
        </div>
        {either.length > 0 ? (
          <div class="menu-acts">
            {either.map((d) => (
              <button key={text(d)} type="button" class="btn btn-primary btn-lg flex-fill" onClick={() => add(d)}>
                {price(d)}
              </button>
            ))}
          </div>
        ) : (
          <button class="btn btn-primary btn-lg w-100 mt-3" type="submit">
            Add
          </button>
        )}
      </form>
    </Dialog>
  );
}

/** CancelDialog names the money that the order holds: it has to go back to the customer. */
function CancelDialog() {
  const o = order.value;
  if (!o) return null;
  const all = paid(o),
    holds = !isZero(all),
    out = all.n < 0n,
    sum = money(out ? neg(all) : all);
  const foot = (
    <>
      <button type="button" class="btn btn-outline-secondary btn-lg" autofocus onClick={shut}>
        Keep it
      </button>
      {holds && (
        <button
          type="button"
          class="btn btn-outline-danger btn-lg"
          onClick={() => {
            shut();
            void cancel(o, true);
          }}
        >
          Cancel: {sum} {out ? "taken" : "given"} back
        </button>
      )}
      <button
        type="button"
        class="btn btn-danger btn-lg"
        onClick={() => {
          shut();
          void cancel(o);
        }}
      >
        {holds ? `Cancel: ${out ? "take" : "give"} back later` : "Cancel the order"}
      </button>
    </>
  );
  return (
    <Dialog title={`Cancel ${orderWords(o, run.value)}?`} close={shut} foot={foot}>
      {holds && (
        <p class="alert alert-warning" role="alert">
          It {out ? "gave out" : "holds"} <b>{sum}</b> (
          {held(o)
            .map(([method, m]) => `${money(m)} ${method}`)
            .join(", ")}
          ). This money must be {out ? "taken back from" : "given back to"} the customer.
        </p>
      )}
      <p>
        It goes from all tills, with {count(o.lines.length, "line")} of {money(orderTotal(o))}. This can't be undone.
      </p>
    </Dialog>
  );
}
