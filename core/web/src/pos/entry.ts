import type { Fields, ShownLine } from "manytill";
import { dec, isZero, neg, num, text } from "../ui/money.ts";
import { moneyOff } from "./fields.ts";
import { closedBy, order } from "./orders.ts";
import { mode, typed, type Mode } from "./screen.ts";
import { schema } from "./session.ts";
import { inTurn, line, removeLine, setLine, trouble } from "./sell.ts";

// The numpad: digits go into the quantity, discount or price of the selected
// line at once, so that the other tills see what the cashier sees.

export type Key = "0" | "1" | "2" | "3" | "4" | "5" | "6" | "7" | "8" | "9" | "." | "±" | "back";

/** press is what a key makes of a text; the numpad and the pay screen type alike. */
export function press(before: string, key: Key): string {
  if (key === "back") return before.slice(0, -1);
  if (key === "±") return before.startsWith("-") ? before.slice(1) : `-${before}`;
  if (key === ".")
    return before.includes(".") ? before : before === "" || before === "-" ? `${before}0.` : `${before}.`;
  const next = /^-?0$/.test(before) ? before.replace("0", key) : before + key;
  return next.replace(/\D/g, "").length > 12 || /\.\d{4}/.test(next) ? before : next;
}

/** What the line had before the first key, for what turns out to be no discount. */
let before: Fields = {};

export const type = (key: Key): Promise<void> => inTurn(() => typeNow(key));
async function typeNow(key: Key): Promise<void> {
  const l = line();
  if (!l || order.peek()?.state !== "open" || closedBy.peek()) return;
  const m = mode.peek(),
    first = typed.peek() === null;
  if (first) before = { [m]: l.fields[m] ?? null, ...(m === "discount" && inMoney(l)) };
  if (key === "±" && first) return put(l, m, num(neg(dec(l.fields[m]))));
  if (key === "back" && first && isZero(dec(l.fields[m])) && m === "qty") return removeLine(l);
  const text = key === "back" && first ? "" : press(typed.peek() ?? "", key);
  typed.value = text === "" ? null : text;
  await put(l, m, num(dec(text)));
}

/** inMoney are the discounts in money that a line has. */
const inMoney = (l: ShownLine): Fields =>
  Object.fromEntries(Object.entries(moneyOff(schema.peek().orderline, l.fields)).filter(([, v]) => v));

async function put(l: ShownLine, m: Mode, value: number): Promise<void> {
  if (m === "discount" && (value < 0 || value > 100)) {
    typed.value = null;
    // No half of a number that was refused stays: 15 of 150.
    if (await setLine(l, before))
      trouble.value = `A discount is between 0 and 100 %. It is ${text(dec(before.discount))} % as before.`;
    return;
  }
  const set: Fields = { [m]: value };
  if (m === "discount" && value) for (const f of Object.keys(inMoney(l))) set[f] = null; // a line has one of the two
  await setLine(l, set);
}
