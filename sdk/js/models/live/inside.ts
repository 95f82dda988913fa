// The worker's side of the border: one extension's live models over a copy of what the page shows.
import type { Events, ShownOrder, Till, Unconfirmed } from "../../src/till";
import type { Op } from "../../src/protocol";
import type { Definition } from "../browser";
import { type FromWorker, type Given, shownFrom, told, type ToWorker } from "./border";
import { Models } from "./live";
import { schemaOf } from "./schema";

export { localise } from "../locale";

/** Copy is as much of a till as the models ask for. */
class Copy {
  private readonly known = new Map<string, ShownOrder>();
  private readonly from = new Map<string, Unconfirmed>();
  private readonly asked = new Map<number, { done(): void; failed(error: Error): void }>();
  private hear: (what: Events["orders"]) => void = () => undefined;
  private last = 0;

  constructor(private readonly post: (message: FromWorker) => void) {}

  order = (id: string): ShownOrder | undefined => this.known.get(id);
  unconfirmed = (id: string): Unconfirmed | undefined => this.from.get(id);
  orders = (): ShownOrder[] => [...this.known.values()];
  on = (_: "orders", listener: (what: Events["orders"]) => void): (() => void) => {
    this.hear = listener;
    return () => void (this.hear = () => undefined);
  };
  do = (...ops: Op[]): Promise<number> => {
    const n = ++this.last;
    return new Promise((resolve, reject) => {
      this.asked.set(n, { done: () => resolve(n), failed: reject });
      this.post({ is: "do", n, ops });
    });
  };

  /** take learns what an order shows, and hands it to the models. */
  take(given: Given): void {
    const { id } = given;
    const order = told(this.known.get(id), given);
    if (order) this.known.set(id, order);
    else this.known.delete(id);
    const from = shownFrom(this.from.get(id), given.unconfirmed);
    if (from) this.from.set(id, from);
    else this.from.delete(id);
    if (!given.quiet) this.hear([{ id, order }]);
  }

  done({ n, error }: { n: number; error?: string }): void {
    const asked = this.asked.get(n);
    this.asked.delete(n);
    if (error === undefined) asked?.done();
    else asked?.failed(new Error(error));
  }
}

/**
 * inside opens one extension, the index-th of a script, at this end of a port, and gives its live models. The port's
 * own methods are taken before any of the vendor's code runs, which may change everything else in its worker.
 */
export function inside(port: MessagePort, definitions: Definition[], index: number): Models {
  const post = port.postMessage.bind(port) as (message: FromWorker) => void;
  const later = setTimeout;
  post({ is: "names", names: definitions.map(({ name }) => name) });
  const mine = definitions[index]!,
    schema = schemaOf(definitions),
    copy = new Copy(post);
  port.onmessage = ({ data }) => hear(data);
  const models = new Models(copy as unknown as Till, [mine], schema, definitions);
  models.on("refused", ({ message }) => post({ is: "refused", message }));
  models.on("extensionFailed", ({ hook, record, message, error }) => {
    const detail = error instanceof Error ? (error.stack ?? message) : message;
    post({
      is: "failed",
      hook,
      order: record?.order,
      line: record?.line,
      message,
      detail,
      stopped: !!models.extensions[0]!.failure,
    });
  });
  const over = (n: number, no?: string) => post({ is: "over", n, no });
  const take = (orders: Given[]) => {
    for (const given of orders) {
      if (orders.length > 1) post({ is: "at", order: given.id });
      copy.take(given);
    }
  };
  const hear = (message: ToWorker): void => {
    switch (message.is) {
      case "done":
        return copy.done(message);
      case "give":
        take(message.orders);
        return void later(() => over(message.n)); // when what the hooks began has run too
      case "ask":
        message.orders.forEach((given) => copy.take(given));
        return over(message.n, models.say(message.ops)?.message);
      case "would": {
        message.orders.forEach((given) => copy.take(given));
        const drawn = { [message.ops[0]!.order]: models.would(message.ops, message.at) };
        return post({ is: "over", n: message.n, drawn });
      }
      case "draw":
        // All of them first: orders may share mutations.
        take(message.orders.map((given) => ({ ...given, quiet: true })));
        take(message.orders.filter(({ quiet }) => !quiet));
        return post({
          is: "over",
          n: message.n,
          drawn: Object.fromEntries(message.ids.map((id) => [id, models.overlay(id)])),
        });
    }
  };
  post({ is: "opened", rejects: !!mine.can_reject, writes: !!mine.writes || !!mine.lines });
  return models;
}
