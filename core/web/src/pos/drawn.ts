import type { Events, ShownOrder, Till } from "manytill";
import type { Apart } from "manytill/models/apart";

// The till as the page draws it: where extensions' hooks write core fields or put lines, an order that isn't confirmed has
// what they make of it. It isn't drawn before they have said so, as long as that doesn't take them too long.

export interface Drawn {
  till: Till;
  /** use takes the extensions that run from now on. */
  use(apart: Apart | undefined): void;
  /** settled ends when all that the till has told is drawn. */
  settled(): Promise<unknown> | undefined;
}

export function drawn(till: Till): Drawn {
  let apart: Apart | undefined, off: (() => void) | undefined, waiting: Promise<unknown> | undefined;
  const listeners = new Set<(list: Events["orders"]) => void>();
  const order = (id: string): ShownOrder | undefined => (apart ? apart.shown(id) : till.order(id));
  const tell = (list: Events["orders"]): void => {
    const now = list.map((what) => ({ ...what, order: what.order && order(what.id) }));
    for (const listener of listeners) listener(now);
  };
  /** later tells it behind what waits. */
  const later = (list: Events["orders"], wait?: Promise<unknown>): void => {
    const mine = Promise.all([wait, waiting]).then(() => {
      if (waiting === mine) waiting = undefined;
      tell(list);
    });
    waiting = mine;
  };
  till.on("orders", (list) => {
    const wait = apart?.draw(list.map(({ id }) => id));
    if (wait || waiting) later(list, wait);
    else tell(list);
  });
  const again = (ids: string[]): void => {
    const list = ids.map((id) => ({ id, order: till.order(id) })).filter((what) => what.order);
    if (list.length) later(list);
  };
  const on: Till["on"] = (event, listener) => {
    if (event !== "orders") return till.on(event, listener);
    const hears = listener as (list: Events["orders"]) => void;
    listeners.add(hears);
    return () => void listeners.delete(hears);
  };
  const draws: Partial<Till> = {
    order,
    orders: () => till.orders().flatMap(({ id }) => order(id) ?? []),
    on,
    async do(...ops) {
      const id = await till.do(...ops);
      await waiting;
      return id;
    },
  };
  return {
    // All else is the till's own, its status too.
    till: Object.assign(Object.create(till) as Till, draws),
    use(now) {
      off?.();
      apart = now;
      off = apart?.on("drawn", ({ orders }) => again(orders));
      again(
        till
          .orders()
          .filter(({ pending }) => pending)
          .map(({ id }) => id),
      );
    },
    settled: () => waiting,
  };
}
