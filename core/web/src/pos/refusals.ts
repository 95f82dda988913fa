import type { Fields, Op, Rejected, Schema, ShownOrder } from "manytill";
import { iso } from "../ui/bidi.ts";
import { dec, money, price, text } from "../ui/money.ts";
import { customerName, lineName } from "./catalogue.ts";
import { titleOf, valueText } from "./fields.ts";
import { order, orderOf, run } from "./orders.ts";
import { schema } from "./session.ts";
import { closing, orderWords, person, plain } from "./words.ts";

// What was refused, in words for a cashier: product, quantity and order by
// their names, also of lines and orders that are gone from the screen.

const most = 5000;
const lines = new Map<string, string>(),
  numbers = new Map<string, Pick<ShownOrder, "number" | "run">>();
function keep<T>(known: Map<string, T>, key: string, what: T): void {
  known.delete(key);
  known.set(key, what);
  if (known.size > most) known.delete(known.keys().next().value!);
}
/** remember keeps what an order and its lines are called, for when they are gone. */
export function remember(o: ShownOrder): void {
  if (o.number) keep(numbers, o.id, { number: o.number, run: o.run });
  for (const l of o.lines) keep(lines, `${o.id}/${l.id}`, lineName(l.fields));
}

type NameOf = (order: string, line: string) => string;
/** naming finds what a line is called: on the screen, among what was tapped with it, or from before. */
export function naming(ops: Op[]): NameOf {
  return (order, line) => {
    const shown = orderOf(order)
      .peek()
      ?.lines.find((l) => l.id === line)?.fields;
    const tapped = ops.find((op) => op.op === "line.add" && op.line === line && op.order === order) as
      | { set: Fields }
      | undefined;
    const name = shown ? lineName(shown) : tapped ? lineName(tapped.set) : lines.get(`${order}/${line}`);
    return name === undefined ? "a line" : iso(name);
  };
}

/** orderNamed is "order 12", or "an order" that nobody here knows any more. */
function orderNamed(id: string | undefined): string {
  const o = id === undefined ? undefined : (orderOf(id).value ?? numbers.get(id));
  return o ? orderWords(o, run.value) : "an order";
}

type Specs = Schema["orderline"];
const amount = (field: string, v: unknown, specs: Specs) =>
  field === "price_unit" ? price(dec(v)) : valueText(v, specs[field]);
/** setWords is what a set wanted: "price 3.00 for Coffee". */
function setWords(set: Fields, of: string, specs: Specs = schema.value.orderline): string {
  const what = of ? ` for ${of}` : "";
  return Object.entries(set)
    .map(([field, v]) => {
      if (field === "partner_id") return v === null ? "no customer" : `the customer ${iso(customerName(set))}`;
      if (field === "discount") return v ? `${text(dec(v))} % off${of && ` ${of}`}` : `no discount${what}`;
      return v === null ? `no ${plain(field)}${what}` : `${plain(field)} ${iso(amount(field, v, specs))}${what}`;
    })
    .join(", ");
}

/** opWords says in short what a tap wanted. */
export function opWords(op: Op, nameOf: NameOf): string {
  switch (op.op) {
    case "line.add":
      return `${text(dec(op.set.qty))} × ${iso(lineName(op.set))}`;
    case "line.inc": {
      const name = nameOf(op.order, op.line),
        by = text(dec(Math.abs(op.by)));
      return op.field !== "qty"
        ? `${plain(op.field)} ${op.by < 0 ? "−" : "+"}${by} for ${name}`
        : `${by} ${op.by < 0 ? "less" : "more"} ${name}`;
    }
    case "line.set":
      return setWords(op.set, nameOf(op.order, op.line));
    case "line.remove":
      return `taking ${nameOf(op.order, op.line)} off`;
    case "line.move":
      return `moving ${op.lines.map((l) => nameOf(op.order, l)).join(", ")} to ${orderNamed(op.to)}`;
    case "order.set":
      return setWords(op.set, "", schema.value.order);
    case "order.pay":
      return `a payment of ${money(dec(op.payment.amount))} (${op.payment.method})`;
    case "order.close":
      return op.state === "paid" ? "closing it as paid" : "cancelling it";
    default:
      return "a new order";
  }
}

/** summed puts taps on one line's quantity together: three taps are 3 more Coffee. */
function summed(ops: Op[]): Op[] {
  const all: Op[] = [];
  for (const op of ops) {
    const at =
      op.op === "line.inc"
        ? all.findIndex(
            (o) =>
              o.op === "line.inc" &&
              o.order === op.order &&
              o.line === op.line &&
              o.field === op.field &&
              o.by > 0 === op.by > 0,
          )
        : -1;
    const same = all[at] as Op & { op: "line.inc" };
    if (at >= 0) all[at] = { ...same, by: same.by + (op as typeof same).by };
    else if (op.op !== "order.create") all.push(op);
  }
  return all;
}

/** leftOut says what is wrong with a value that wasn't stored: "Seat of Coffee must be at most 12". */
export function leftOut(field: string, why: string): string {
  const at = field.lastIndexOf("."),
    [of, name] = [field.slice(0, at), field.slice(at + 1)];
  const line = order.peek()?.lines.find((l) => l.id === of);
  const spec = (line ? schema.value.orderline : schema.value.order)[name] ?? schema.value.orderline[name];
  return `${spec ? titleOf(name, spec) : plain(name)}${line ? ` of ${iso(lineName(line.fields))}` : ""} ${why}`;
}

export const orderIn = (r: Rejected): string =>
  r.result.order ?? ("order" in r.mutation.ops[0]! ? r.mutation.ops[0].order : "");
const ended = (words: string) => (/[.!?]$/.test(words) ? words : `${words}.`);

/** lost says what refusals of one kind took and why, in a cashier's words. */
export function lost(all: Rejected[]): string {
  const { result, mutation } = all[0]!,
    where = orderNamed(orderIn(all[0]!)),
    asked = all.flatMap((r) => r.mutation.ops);
  const nameOf = naming([...asked, ...all.flatMap((r) => r.again ?? [])]),
    whats = summed(asked).map((op) => opWords(op, nameOf));
  const what = whats.slice(0, 5).join(", ") + (whats.length > 5 ? ` and ${whats.length - 5} more` : "");
  const kept = all.some((r) => r.result.kept?.length) ? " The money is kept on it." : "";
  switch (result.code) {
    case "order_closed":
      return `${what} came too late for ${where}: it ${closing(result.state ?? "closed", result.by)}.${kept}`;
    case "stale_base":
      return mutation.ops.some((op) => op.op === "order.close")
        ? `Another till changed ${where} while you closed it.${kept} Look at the total, then close it again.`
        : `Another till had changed the same in ${where} before: ${what} wasn't done.${result.now && Object.keys(result.now).length ? ` Now it is ${setWords(result.now, "", result.line ? schema.value.orderline : schema.value.order)}.` : ""}${kept}`;
    case "gone":
      return `${what} in ${where} wasn't done: ${result.moved_to ? `the line was moved to ${orderNamed(result.moved_to)}` : result.by ? `${person(result.by)} took the line off` : "another till took the line off"}.${kept}`;
    case "not_found":
      return `${what} in ${where} wasn't stored: the server doesn't have that order or line. If it was sold, enter it again.`;
    case "vetoed":
      return `${what} in ${where} was refused by ${result.extension ?? "an extension"}: ${ended(result.message ?? "it said no more")}${kept}`;
    default:
      return `${what} in ${where} was refused: ${ended(result.message ?? result.code ?? "")}${kept}`;
  }
}
