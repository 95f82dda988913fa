// A till that is tapped at random under a seed, and what must come of its taps.
import assert from "node:assert/strict";
import { addLine, close, inc, newOrder, pay, setLine } from "../../src/ops";
import type { Rejected, Till } from "../../src/till";
import type { Fields, Op, Order, Value } from "../../src/protocol";

/** dice gives whole numbers below n, the same ones for a seed (mulberry32). */
export function dice(seed: number): (n: number) => number {
  return (n) => {
    let t = (seed += 0x6d2b79f5);
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 2 ** 32) * n);
  };
}

/** chance gives what somebody taps next at a till; ids begin with `name`. */
export function chance(roll: (n: number) => number, name: string, till: Till): Op[] {
  const id = (kind: string) =>
    `${odd(["", "", "__proto__", "a:b.", "-", "constructor"])}${kind}-${name}-${roll(2 ** 30).toString(36)}`;
  const odd = <T>(of: T[]): T => of[roll(of.length)]!;
  const open = till.orders().filter((o) => o.state === "open" && o.lines.length);
  const line = (order: string) =>
    addLine(order, id("l"), {
      product_id: odd<Value>([roll(9) + 1, 1e15, 1e-9, "__proto__", "\u2028\ud800"]),
      qty: 1,
      price_unit: odd([4.8, -999999999999999, 1e-9, 0.1 + 0.2]),
    });
  const payment = (order: string) =>
    pay(order, {
      id: id("p"),
      method: odd(["cash", "\ud800", "\u2028 \0", "é".repeat(64)]),
      amount: roll(20) + 1,
      offline: till.status.transport === "",
    });
  if (!open.length || roll(6) === 0) {
    const order = id("o");
    return [newOrder(order), line(order)];
  }
  const o = open[roll(open.length)],
    l = o.lines[roll(o.lines.length)];
  switch (roll(10)) {
    case 0:
    case 1:
      return [line(o.id)];
    case 2:
      return [
        setLine(
          o.id,
          l.id,
          odd<Fields>([
            { discount: roll(4) * 5 },
            { description: "\udc00\u2028", tax_ids: [1, 1, "1"] },
            { tax_ids: [], description: null },
            JSON.parse('{"__proto__":{"qty":7},"constructor":1,"nobodys":[[],{},null]}'),
            { description: "x".repeat(2000) },
          ]),
        ),
      ];
    case 3:
      return [payment(o.id)];
    case 4:
      return roll(3) ? [line(o.id)] : [payment(o.id), close(o.id, "paid")];
    default:
      return [inc(o.id, l.id, "qty", roll(3) + 1)];
  }
}

/** Journal is what tills were asked for: acknowledged, or cut off before they could say. */
export interface Journal {
  did: Op[][];
  perhaps: Op[][];
  rejected: Rejected[];
}

/** account holds the server's orders against what was tapped: increments add up, and every payment is there once. */
export function account(orders: Order[], { did, perhaps, rejected }: Journal): void {
  const least = new Map<string, number>(),
    most = new Map<string, number>();
  const count = (ops: Op[], by: number, ...into: Map<string, number>[]) => {
    for (const op of ops) {
      const n = op.op === "line.add" ? (op.set.qty as number) : op.op === "line.inc" ? op.by : 0;
      if (n)
        for (const m of into)
          m.set((op as { line: string }).line, (m.get((op as { line: string }).line) ?? 0) + by * n);
    }
  };
  for (const ops of did) count(ops, 1, least, most);
  for (const ops of perhaps) count(ops, 1, most);
  for (const {
    mutation: { ops },
  } of rejected)
    count(ops, -1, least, most); // one that was cut off only lowers the least
  const there = new Map<string, number>(),
    lines = new Map(orders.flatMap((o) => o.lines.map((l) => [l.id, l.fields.qty as number])));
  for (const p of orders.flatMap((o) => o.payments)) there.set(p.id, (there.get(p.id) ?? 0) + 1);
  for (const [line, qty] of least) {
    const has = lines.get(line) ?? 0;
    assert.ok(
      has >= qty && has <= most.get(line)!,
      `line ${line}: ${has} on the server, ${qty} to ${most.get(line)} were tapped`,
    );
  }
  for (const [line, qty] of lines)
    assert.ok(qty <= (most.get(line) ?? 0), `line ${line}: ${qty} on the server, ${most.get(line)} were tapped`);
  const lost = new Set(
    rejected
      .filter((r) => !orders.some((o) => r.mutation.ops.some((op) => op.order === o.id)))
      .flatMap((r) => r.mutation.ops),
  );
  for (const op of did.flat()) {
    if (op.op === "order.pay" && ![...lost].some((l) => l.op === "order.pay" && l.payment.id === op.payment.id)) {
      assert.equal(there.get(op.payment.id), 1, `payment ${op.payment.id} is there once`);
    }
  }
}
