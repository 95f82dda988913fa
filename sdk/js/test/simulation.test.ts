import assert from "node:assert/strict";
import { test } from "node:test";
import { settled, TillsAndServer, type SimTill } from "./tills-and-server";

const runs = +(process.env.MANYTILL_RUNS ?? 150);
const first = +(process.env.MANYTILL_SEED ?? 1);

/** seeds runs f under each seed; a failure names the seed that shows it again. */
const seeds = (name: string, f: (w: TillsAndServer) => void): void => {
  test(`${name} (${runs} seeds)`, () => {
    for (let seed = first; seed < first + runs; seed++) {
      try {
        f(new TillsAndServer(seed));
      } catch (error) {
        throw new Error(`MANYTILL_SEED=${seed} MANYTILL_RUNS=1 shows it again: ${(error as Error).message}`, {
          cause: error,
        });
      }
    }
  });
};

/** begin opens order o1, which is never closed, with line l1, which is never removed. */
const begin = (w: TillsAndServer): void => {
  w.calm();
  while (!w.server.held.has("o1")) {
    w.tills[0]!.tap({ op: "order.create", order: "o1" }, { op: "line.add", order: "o1", line: "l1", set: { qty: 0 } });
    w.calm();
  }
};

const act = (w: TillsAndServer, t: SimTill): void => {
  const order = w.pick(["o1", "o3", t.own]),
    line = w.pick(["a", "b", "c"]) + t.name;
  const tag: { tag: number } = { tag: ++w.tags };
  switch (w.int(26)) {
    case 0:
    case 1:
    case 2:
    case 3:
      return t.tap({ op: "line.inc", order: "o1", line: "l1", field: "qty", by: 0.1, ...tag });
    case 4:
      t.own = `o${w.tags}${t.name}`;
      return t.tap({ op: "order.create", order: t.own });
    case 5:
      return t.tap(
        { op: "order.create", order: "o3" },
        { op: "line.add", order: "o3", line, set: { qty: 1, product_id: 5 } },
        { op: "order.pay", order: "o3", payment: { id: `p${w.tags}`, method: "cash", amount: 2 } },
      );
    case 6:
    case 7:
      return t.tap({ op: "line.add", order, line, set: { qty: 1, product_id: w.int(3) } });
    case 8:
      return t.tap({ op: "line.set", order, line: w.pick([line, "l1"]), set: { discount: w.int(9) } });
    case 9:
      return t.tap({ op: "line.set", order, line, set: { product_id: w.int(9), description: `d${w.int(3)}` } });
    case 10:
      return t.tap({ op: "line.remove", order, line });
    case 11:
      return t.tap({
        op: "order.pay",
        order,
        payment: { id: `p${w.tags}`, method: "cash", amount: 1, offline: w.next() < 0.5 },
      });
    case 12:
      return t.tap({ op: "order.close", order: w.pick(["o3", ...w.tills.map((other) => other.own)]), state: "paid" });
    case 13:
      return t.cut();
    case 14:
      return t.crash();
    case 15:
      return void (w.offline = !w.offline);
    case 16:
      return void (w.blocked = w.pick([[], [], ["websocket"], ["websocket", "sse"]]));
    case 17:
      return void (t.store.fails = w.next() < 0.3);
    case 18:
    case 19: {
      w.now += w.int(9000);
      return t.step({ is: "tick" });
    }
    default:
      return t.move();
  }
};
const acts = (w: TillsAndServer, most: number): void => {
  for (let n = w.int(most); n > 0; n--) act(w, w.pick(w.tills));
};

/** agree: every accepted increment counts once, and all tills show what the server has. */
const agree = (w: TillsAndServer): void => {
  const accepted = w.tills.flatMap((t) => [...t.accepted]).sort((a, b) => a - b);
  assert.deepEqual(
    [...w.server.tags].sort((a, b) => a - b),
    accepted,
    "accepted increments, each applied once",
  );
  assert.equal(
    w.server.held.get("o1")!.order.lines[0]!.fields.qty,
    Math.round(accepted.length) / 10,
    "and they add up",
  );
  for (const t of w.tills) settled(w, t);
  const numbers = [...w.server.held.values()].map((h) => h.order.number).sort((a, b) => a - b);
  assert.deepEqual(
    numbers,
    numbers.map((_, i) => i + 1),
  );
};

seeds("all tills converge, and every accepted tap counts once", (w) => {
  begin(w);
  acts(w, 150);
  w.blocked = w.pick([[], ["websocket"], ["websocket", "sse"]]);
  w.calm();
  agree(w);
});

seeds("a restored backup loses no tap", (w) => {
  begin(w);
  acts(w, 60);
  w.calm();
  const backup = w.server.backup(2);
  acts(w, 60);
  w.calm();
  for (const t of w.tills) t.cut();
  w.server = backup;
  acts(w, 60);
  w.calm();
  agree(w);
});
