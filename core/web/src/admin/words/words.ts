import { iso } from "../../ui/bidi.ts";
import { add, dec, money, price, sum, text, type Decimal } from "../../ui/money.ts";
import { shopNow, zone } from "../../ui/place.ts";
import { fieldsTotal } from "../../ui/price.ts";
import { fieldText } from "../../ui/values.ts";
import { productName } from "./catalogue.ts";
import type { By, FieldSpec, Fields, MSInfo, Order, User } from "manytill";

/** msInfo says who made and who last changed an order or a line. */
export const msInfo = (fields: Fields) => fields.ms_info as unknown as MSInfo | undefined;

export const count = (n: number, one: string, many = `${one}s`) => `${n} ${n === 1 ? one : many}`;
export const named = (n: User | null | undefined) => iso(n?.name || n?.id || "");
export const list = (items: string[]) =>
  items.length < 2 ? items.join("") : `${items.slice(0, -1).join(", ")} and ${items[items.length - 1]}`;

/** who is "Ana at Bar", "Bar", or what the server did by itself. */
export function who(by: By | undefined): string {
  if (by?.server) {
    const of = /^extension:(.*)$/.exec(by.server);
    if (of) return `The extension ${of[1]}`;
    return (
      { admin: "The admin", run_end: "The end of the run", kept_payment: "The server" }[by.server] ??
      `The server (${by.server})`
    );
  }
  if (!by?.pos) return "Somebody";
  return by.user ? `${named(by.user)} at ${named(by.pos)}` : named(by.pos);
}

/** stateLooks is how the tag of an order in that state looks. */
export const stateLooks: Record<string, string> = { open: "tag-open", paid: "tag-good", cancelled: "", abandoned: "" };

/** orderName is what people call an order: its number, or New. */
export const orderName = (o: { number?: number }) => (o.number ? `Order ${o.number}` : "New order");

/** Each line is rounded as it is printed. */
export const lineTotal = (f: Fields): Decimal => fieldsTotal(f);
export const orderTotal = (o: Order) => o.lines.reduce((all, l) => add(all, lineTotal(l.fields)), dec(0));
export const orderPaid = (o: Order) => o.payments.reduce((all, p) => add(all, dec(p.amount)), dec(0));
/** paymentWords are an order's payments as people say them: "5.00 cash and 3.00 card". */
export const paymentWords = (o: Order) => list(o.payments.map((p) => `${money(dec(p.amount))} ${p.method}`));

/** lineName is what was sold. */
export const lineName = (f: Fields) =>
  iso(
    (f.description as string) ||
      (f.product_id === undefined ? "a line" : productName(f.product_id) || `product ${f.product_id}`),
  );
export const quantity = (v: unknown) => text(dec(v));
export { money, price, sum, dec, iso };

/** fieldName is what people call a field in a sentence. */
export function fieldName(name: string, info?: FieldSpec): string {
  return (info?.label && info.label !== name ? info.label : name.replaceAll("_", " ")).toLowerCase();
}

/** shown is a field's value for people. */
export function shown(v: unknown, info?: FieldSpec): string {
  const words = fieldText(v, info);
  if (words !== undefined) return words || "nothing";
  if (v === null || v === undefined || v === "") return "nothing";
  if (v === true || v === false) return v ? "yes" : "no";
  return typeof v === "string" ? `“${v}”` : typeof v === "number" ? text(dec(v)) : JSON.stringify(v);
}

const day = (d: Date) =>
  d.toLocaleDateString([], { timeZone: zone.value, day: "numeric", month: "short", year: "numeric" });
const clock: Intl.DateTimeFormatOptions = { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false };

/** when is a time of today as 14:03:22, of another day with its date. */
export function when(at: string | null | undefined): string {
  if (!at) return "never";
  const d = new Date(at);
  const time = d.toLocaleTimeString([], { ...clock, timeZone: zone.value });
  return day(d) === day(new Date(shopNow())) ? time : `${day(d)}, ${time}`;
}

/** since is how long ago, roughly. */
export function since(at: string | null, now = shopNow()): string {
  if (!at) return "never";
  const s = Math.max(0, Math.round((now - Date.parse(at)) / 1000));
  if (s < 5) return "just now";
  if (s < 60) return `${s} s ago`;
  if (s < 3600) return `${Math.round(s / 60)} min ago`;
  return s < 86400 ? `${Math.round(s / 3600)} h ago` : when(at);
}

export function size(bytes: number): string {
  for (const unit of ["bytes", "KiB", "MiB"]) {
    if (bytes < 1024) return `${unit === "bytes" ? bytes : bytes.toFixed(1)} ${unit}`;
    bytes /= 1024;
  }
  return `${bytes.toFixed(1)} GiB`;
}

export const ms = (n: number) =>
  n >= 1000 ? `${(n / 1000).toFixed(2)} s` : `${n >= 100 ? n.toFixed(0) : n.toFixed(1)} ms`;
