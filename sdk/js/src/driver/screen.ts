import type { Notice } from "../machine/contract";
import type { Events, ShownOrder, Status, Unconfirmed } from "../till";
import { kept, same } from "../view/same";
import type { Presence } from "../protocol";
import type { Shown } from "./engine";

/** keep gives what is new with every part of the old that is equal, so that === tells what must be redrawn. */
function keep<T extends { id: string }>(old: T[], fresh: T[]): T[] {
  const by = new Map(old.map((o) => [o.id, o]));
  return kept(
    old,
    fresh.map((f) => kept(by.get(f.id), f)),
  );
}

const OFFLINE: Status = {
  transport: "",
  since: 0,
  unsent: 0,
  waiting: 0,
  synced: false,
  tillOpen: false,
  tillKnown: false,
  run: 0,
  problem: "",
  advice: "",
};

/** Screen is what one tab shows, and who listens. It lives longer than any engine. */
export function screen() {
  const shown = new Map<string, ShownOrder>();
  const unconfirmed = new Map<string, Unconfirmed>();
  const listeners = new Map<string, Set<(what: never) => void>>();
  let sorted: ShownOrder[] | undefined;

  const it = {
    status: OFFLINE,
    present: [] as Presence[],
    order: (id: string) => shown.get(id),
    unconfirmed: (id: string) => unconfirmed.get(id),
    orders: () =>
      (sorted ??= [...shown.values()].sort(
        (a, b) => +!a.number - +!b.number || a.run - b.run || a.number - b.number || (a.id < b.id ? -1 : 1),
      )),
    on<E extends keyof Events>(event: E, listener: (what: Events[E]) => void) {
      const heard = listeners.get(event) ?? new Set();
      listeners.set(event, heard.add(listener));
      return () => {
        heard.delete(listener);
      };
    },
    /** apply shows what an engine tells. */
    apply(what: Notice) {
      switch (what.is) {
        case "orders":
          return change(what.what);
        case "status":
          return statusIs(what.what);
        case "presence":
          it.present = what.what;
      }
      tell(what.is, what.what);
    },
    /** replace shows all that another engine shows. */
    replace({ orders, unconfirmed, status, present }: Shown) {
      const ids = new Set(orders.map((o) => o.id));
      change([
        ...orders.map((order) => ({ id: order.id, order, unconfirmed: unconfirmed.get(order.id) })),
        ...[...shown.keys()].filter((id) => !ids.has(id)).map((id) => ({ id })),
      ]);
      statusIs(status);
      if (!same(it.present, present)) it.apply({ is: "presence", what: present });
    },
  };

  /** from takes what an order is shown from; it tells whether that is something else. */
  function from(id: string, now?: Unconfirmed): boolean {
    const was = unconfirmed.get(id);
    if (!now) return unconfirmed.delete(id);
    unconfirmed.set(id, { ...now, confirmed: kept(was?.confirmed, now.confirmed) });
    return !same(was, now);
  }

  function change(orders: Events["orders"]) {
    const changed = orders.flatMap((o) => {
      const old = shown.get(o.id),
        other = from(o.id, o.unconfirmed);
      if (!o.order) return shown.delete(o.id) ? [o] : [];
      if (old === o.order) return other ? [o] : [];
      let order = o.order;
      if (old) {
        order = { ...order, lines: keep(old.lines, order.lines), payments: keep(old.payments, order.payments) };
        if (same(old, order)) return other ? [{ ...o, order: old }] : [];
      }
      shown.set(o.id, order);
      return [{ ...o, order }];
    });
    if (!changed.length) return;
    sorted = undefined;
    tell("orders", changed);
  }

  function statusIs(status: Status) {
    if (!same(it.status, status)) tell("status", (it.status = status));
  }

  function tell(event: string, what: unknown) {
    for (const listener of [...(listeners.get(event) ?? [])]) {
      try {
        (listener as (what: unknown) => void)(what);
      } catch (e) {
        // a page's mistake is the page's
        queueMicrotask(() => {
          throw e;
        });
      }
    }
  }
  return it;
}
export type Screen = ReturnType<typeof screen>;
