import { useState } from "preact/hooks";
import { newId, type Fields, type Op, type Schema, type ShownLine, type ShownOrder } from "manytill";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { cmp, dec, money, neg, num, sub, text, type Decimal } from "../ui/money.ts";
import { fieldsTotal, rule } from "../ui/price.ts";
import { readTyped } from "../ui/typed.ts";
import { customerName, lineName } from "./catalogue.ts";
import { openIds, order, orderOf, run, show } from "./orders.ts";
import { movable } from "./own.ts";
import { shut } from "./screen.ts";
import { schema } from "./session.ts";
import { ask } from "./sell.ts";
import { orderTotal } from "./totals.ts";
import { count, label } from "./words.ts";

const qtyOf = (l: ShownLine) => dec(l.fields.qty);
const isPart = (l: ShownLine, qty: Decimal) => cmp(qty, qtyOf(l)) !== 0;

/** split gives all fields of a part of a line, and what the rest of it has of amounts in money: they are shared out. */
function split(l: ShownLine, qty: Decimal): { part: Fields; rest: Fields } {
  const { part, rest } = rule.value.split(l.fields, num(qty));
  return { part: { ...l.fields, ...part, qty: num(qty) }, rest };
}
const set = (fields: Fields, unless: (f: string) => boolean): Fields =>
  Object.fromEntries(Object.entries(fields).filter(([f, v]) => v !== null && !unless(f)));

/**
 * moveOps are the ops, for one mutation, that take so much of each line to another order, made if need be. A part is
 * taken off by an increment, so that what other tills count meanwhile counts too.
 */
export function moveOps(
  from: string,
  picked: [ShownLine, Decimal][],
  to: string,
  made: boolean,
  specs: Schema["orderline"],
): Op[] {
  const whole = picked.filter(([l, qty]) => !isPart(l, qty)).map(([l]) => l.id),
    ops: Op[] = [];
  if (whole.length) ops.push({ op: "line.move", order: from, lines: whole, to });
  else if (!made) ops.push({ op: "order.create", order: to, set: {} });
  for (const [l, qty] of picked.filter(([l, qty]) => isPart(l, qty))) {
    // Counters but the quantity stay where they are, and what hooks write comes of them.
    const { part, rest } = split(l, qty),
      derived = (f: string) => !!specs[f]?.derived,
      left = set(rest, derived);
    ops.push({ op: "line.inc", order: from, line: l.id, field: "qty", by: num(neg(qty)) });
    if (Object.keys(left).length) ops.push({ op: "line.set", order: from, line: l.id, set: left });
    ops.push({
      op: "line.add",
      order: to,
      line: newId(),
      set: set(part, (f) => f === "ms_info" || derived(f) || (f !== "qty" && specs[f]?.merge === "counter")),
    });
  }
  return ops;
}

/** What is typed for a line: "" takes none of it. */
type Picked = Record<string, string>;

/** read gives how much of a line is taken; undefined if what is typed isn't more than nothing and at most all of it. */
function read(l: ShownLine, typed: string): Decimal | undefined {
  const r = readTyped(typed, true),
    all = qtyOf(l),
    back = all.n < 0n;
  if (!("is" in r)) return undefined;
  const qty = back && r.is.n > 0n ? neg(r.is) : r.is,
    [small, large] = back ? [neg(qty), neg(all)] : [qty, all];
  return (small.n > 0n && cmp(small, large) <= 0) || cmp(qty, all) === 0 ? qty : undefined;
}

export function MoveDialog() {
  const o = order.value,
    [picked, pick] = useState<Picked>({});
  if (!o) return null;
  const lines = o.lines.filter(movable),
    chosen = lines.filter((l) => picked[l.id] !== undefined);
  const read1 = chosen.map((l) => [l, read(l, picked[l.id]!)] as const),
    ok = read1.length > 0 && read1.every(([, qty]) => qty);
  const go = async (to: string) => {
    const id = to || newId(),
      ops = moveOps(o.id, read1 as [ShownLine, Decimal][], id, !!to, schema.peek().orderline);
    shut();
    if (await ask(...ops)) show(id);
  };
  const targets = others(o);
  const foot = (
    <section class="move-to" aria-labelledby="move-to">
      <h3 id="move-to">Where to?</h3>
      <ul class="picks">
        <li>
          <button type="button" class="pick" disabled={!ok} onClick={() => void go("")}>
            <Icon name="plus" />
            <span>A new order</span>
          </button>
        </li>
        {targets.map((other) => (
          <li key={other.id}>
            <button type="button" class="pick" disabled={!ok} onClick={() => void go(other.id)}>
              <b class="pick-no">{label(other, run.value)}</b>
              <span class="pick-what">{customerName(other.fields) || count(other.lines.length, "line")}</span>
              <b class="pick-sum">{money(orderTotal(other))}</b>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
  return (
    <Dialog
      title="Move to another order"
      close={shut}
      foot={foot}
      others={[...lines, ...targets].map((l) => l.id).join()}
      wide
    >
      <fieldset class="move-lines">
        <legend>What, and how much of it?</legend>
        {lines.map((l) => (
          <MoveLine
            key={l.id}
            line={l}
            typed={picked[l.id]}
            type={(typed) =>
              pick(({ [l.id]: _, ...others }) => (typed === undefined ? others : { ...others, [l.id]: typed }))
            }
          />
        ))}
      </fieldset>
      {lines.length < o.lines.length && (
        <p class="text-body-secondary">What an extension put on the order stays on it.</p>
      )}
    </Dialog>
  );
}

const others = (o: ShownOrder) =>
  openIds.value
    .filter((id) => id !== o.id)
    .map((id) => orderOf(id).value!)
    .filter((other) => other?.number || other?.lines.length);

interface LineProps {
  line: ShownLine;
  typed: string | undefined;
  type: (typed: string | undefined) => void;
}
function MoveLine({ line: l, typed, type }: LineProps) {
  const all = qtyOf(l),
    qty = typed === undefined ? undefined : read(l, typed),
    on = typed !== undefined,
    name = lineName(l.fields);
  const one = dec(all.n < 0n ? -1 : 1),
    splits = cmp(all.n < 0n ? neg(all) : all, dec(1)) > 0;
  const step = (by: Decimal) => {
    const next = sub(qty ?? all, by),
      to = read(l, text(next));
    if (to) type(text(to));
  };
  return (
    <div class={`check${on ? " on" : ""}`}>
      <label>
        <input
          class="form-check-input"
          type="checkbox"
          aria-label={`${text(all)} × ${name}`}
          checked={on}
          onChange={(e) => type(e.currentTarget.checked ? text(all) : undefined)}
        />
        <b class="check-qty">{text(all)} ×</b>
        <span>{name}</span>
      </label>
      {on && splits && (
        <div class="check-part" role="group" aria-label={`How many of ${name}`}>
          <button type="button" class="key" aria-label="One less" onClick={() => step(one)}>
            −
          </button>
          <input
            class="form-control"
            inputmode="decimal"
            autocomplete="off"
            aria-label={`How many of ${name}`}
            aria-invalid={!qty}
            value={typed}
            onInput={(e) => type(e.currentTarget.value)}
          />
          <button type="button" class="key" aria-label="One more" onClick={() => step(neg(one))}>
            +
          </button>
        </div>
      )}
      <b class="check-sum">{on && !qty ? "?" : money(fieldsTotal(qty ? split(l, qty).part : l.fields))}</b>
    </div>
  );
}
