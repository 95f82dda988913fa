// One extension as the page knows it: what its worker was given, what it owes, and what it was ended for.
import type { ShownOrder, Till, Unconfirmed } from "../../src/till";
import { same } from "../../src/view/same";
import { ordersOf } from "../../src/view/view";
import type { Op, Schema } from "../../src/protocol";
import { allowed, from, type FromWorker, type Given, news, overlayOf, type ToWorker, understood } from "./border";
import type { Failure } from "./extension";
import type { Times } from "./apart";
import { sharing, type Overlay } from "./overlay";

/** Keeper is the page that a side is of. */
export interface Keeper {
  till: Till;
  times: Times;
  schema(): Schema;
  start(port: MessagePort, index: number, failed: (message: string) => void): { end(): void };
  /** The first worker has said which extensions there are. */
  named(names: string[]): void;
  edit(side: Side, ops: Op[]): Promise<void>;
  owed(): void;
  refused(extension: string, message: string): void;
  failed(failure: Failure): void;
  /** Other things are to be drawn of these orders. */
  drawn(orders: string[]): void;
}

/** Written is what hooks write of an order as it was shown. */
export interface Written {
  of: ShownOrder;
  overlay: Overlay;
}

// Orders that a worker is given at once: so many that a tap doesn't wait long behind them.
const atOnce = 4;
// Orders whose hooks don't end, until the extension is stopped for all of them.
const endings = 3;
// Messages within a second, and since it was last done with something, that no hook makes.
const flood = 2000;

type Over = Partial<FromWorker & { is: "over" }>;
interface Owed {
  orders: string[];
  looks: number;
  over(said: Over): void;
}

export class Side {
  /** Stopped for good, until the page is loaded again. */
  failure?: Failure;
  /** Its worker has loaded it. */
  open = false;
  /** It may refuse. */
  rejects = false;
  /** It writes core fields or puts lines. */
  writes = false;
  readonly written = new Map<string, Written>();
  private worker?: { end(): void };
  private port?: MessagePort;
  private readonly given = new Map<string, { order: ShownOrder; from?: Unconfirmed }>();
  /** Orders that the models are to be given. */
  private readonly stale = new Set<string>();
  /** Orders that it isn't given any more: a hook didn't come back from them. */
  private readonly skipped = new Set<string>();
  private readonly owed = new Map<number, Owed>();
  private last = 0;
  private at?: string;
  private quiet = 0;
  private late = false;
  private giving = 0;
  private heard = { since: 0, messages: 0 };

  constructor(
    private readonly keeper: Keeper,
    private readonly index: number,
    public name: string,
  ) {}

  /** start starts its worker, which knows nothing yet. */
  start(): void {
    if (this.failure || this.worker) return;
    const { port1, port2 } = new MessageChannel();
    this.port = port1;
    port1.onmessage = ({ data }) => this.hear(data);
    this.worker = this.keeper.start(port2, this.index, (message) => {
      if (!this.open) this.stop(message);
    });
    this.quiet = 0;
    this.keeper.owed();
  }

  /** end ends the worker; what it owes is over. */
  end(): void {
    this.worker?.end();
    this.lost();
  }

  /** lost: its worker is gone. */
  lost(): void {
    this.port?.close();
    this.worker = this.port = this.at = undefined;
    this.open = this.late = false;
    this.giving = 0;
    this.given.clear();
    const owed = [...this.owed.values()];
    this.owed.clear();
    owed.forEach(({ over }) => over({}));
    const written = [...this.written.keys()];
    this.written.clear();
    if (written.length > 0) this.keeper.drawn(written);
  }

  /** stop ends it until the page is loaded again. */
  stop(message: string, more: Partial<Failure> = {}): void {
    if (this.failure) return;
    this.failure = { extension: this.name, hook: "", error: message, ...more, message };
    this.end();
    this.keeper.failed(this.failure);
  }

  get owes(): boolean {
    return !!this.worker && (!this.open || this.owed.size > 0);
  }

  /** silent: it owes something, and nothing was heard since the last look. */
  silent(): void {
    const { looks, loading, look } = this.keeper.times,
      [first] = this.owed.values();
    this.quiet++;
    if (!this.open)
      return void (this.quiet >= loading && this.stop(`it didn't load within ${(loading * look) / 1000} s`));
    // Who says again and again that the next order has its turn gets no more time than for as many.
    const slow = first && ++first.looks >= looks * (first.orders.length + 1);
    if (this.quiet < looks && !slow) return;
    this.leaveOut(`no answer within ${(looks * look) / 1000} s`);
    this.start();
  }

  /** died: its frame is gone, maybe by what it did. */
  died(): void {
    if (this.open && this.owed.size > 0) this.leaveOut("the browser ended it");
    this.lost();
  }

  /** leaveOut ends the worker, and keeps the order on which that happened from the next one. */
  private leaveOut(why: string): void {
    const [first] = this.owed.values(),
      order = this.at ?? first!.orders[0]!,
      record = { order };
    this.end();
    this.skipped.add(order);
    if (this.skipped.size >= endings) return this.stop(`${why} on ${endings} orders`, { record });
    const number = this.keeper.till.order(order)?.number,
      message = `${why}: ${number ? `order ${number}` : "the new order"} goes on without it`;
    this.keeper.failed({ extension: this.name, hook: "", record, message, error: message });
  }

  /** changed: these orders show something else now; give hands them over. */
  changed(orders: string[]): void {
    if (this.failure) return;
    for (const id of orders) if (!this.skipped.has(id)) this.stale.add(id);
  }

  give(): void {
    if (!this.open || this.giving > 0 || this.stale.size === 0) return;
    this.hand([...this.stale].slice(0, atOnce));
  }

  /** begin has it say what is to be drawn of what waits already. */
  private async begin(): Promise<void> {
    const waiting = this.keeper.till.orders().filter((order) => order.pending);
    for (let i = 0; i < waiting.length && this.open; i += atOnce) {
      const ids = waiting.slice(i, i + atOnce).map(({ id }) => id);
      await this.draw(ids);
      this.keeper.drawn(ids);
    }
  }

  private hand(ids: string[]): void {
    const orders = ids.map((id) => this.news(id)).filter((given) => given !== undefined);
    if (orders.length === 0) return this.give();
    this.giving++;
    this.owe(
      ids,
      () => {
        this.giving--;
        this.give();
      },
      (n) => ({ is: "give", n, orders }),
    );
  }

  private owe(orders: string[], over: Owed["over"], message: (n: number) => ToWorker): void {
    const n = ++this.last;
    if (this.owed.size === 0) this.quiet = 0;
    this.owed.set(n, { orders, looks: 0, over });
    this.port!.postMessage(message(n));
    this.keeper.owed();
  }

  /** news is what the worker lacks of an order. */
  private news(id: string): Given | undefined {
    const order = this.keeper.till.order(id),
      now = this.writes ? this.keeper.till.unconfirmed(id) : undefined,
      was = this.given.get(id),
      quiet = !this.stale.delete(id);
    if (order === was?.order && same(now?.mutations, was?.from?.mutations) && now?.confirmed === was?.from?.confirmed)
      return undefined;
    if (order) this.given.set(id, { order, from: now });
    else this.given.delete(id);
    return { ...news(id, was?.order, order), quiet, unconfirmed: from(was?.from, now) };
  }

  /** ask is what the hooks say of ops: words of a refusal, undefined if there is none or if it takes them too long. */
  async ask(ops: Op[]): Promise<string | undefined> {
    const said = await this.request(ordersOf(ops), (n, orders) => ({ is: "ask", n, orders, ops }));
    return said?.no;
  }

  /** would is what hooks would write if ops on one order were asked for now. */
  async would(ops: Op[]): Promise<Overlay | undefined> {
    const at = new Date().toISOString(),
      [id] = ordersOf(ops) as [string];
    const said = await this.request(sharing(this.keeper.till, [id]), (n, orders) => ({
      is: "would",
      n,
      orders,
      ops,
      at,
    }));
    return overlayOf(this.name, said?.drawn?.[id], this.keeper.schema());
  }

  /** draw has the hooks say what is to be drawn of orders; it ends when they did, or when it takes them too long. */
  async draw(ids: string[]): Promise<void> {
    const mine = ids.filter((id) => !this.skipped.has(id)),
      till = this.keeper.till,
      shown = mine.map((id) => till.order(id));
    let waits = true;
    const over = ({ drawn }: Over): void => {
      mine.forEach((id, i) => {
        const overlay = drawn && overlayOf(this.name, drawn[id], this.keeper.schema());
        if (overlay) this.written.set(id, { of: shown[i]!, overlay });
        else this.written.delete(id);
      });
      if (!waits) this.keeper.drawn(mine);
    };
    await this.request(sharing(till, mine), (n, orders) => ({ is: "draw", n, orders, ids: mine }), over);
    waits = false;
  }

  /** request awaits an answer about orders as long as a tap awaits one; over hears of it also when it comes later. */
  private request(
    ids: string[],
    message: (n: number, orders: Given[]) => ToWorker,
    over: Owed["over"] = () => undefined,
  ): Promise<Over | undefined> {
    if (!this.open || this.late || ids.some((id) => this.skipped.has(id))) return Promise.resolve(undefined);
    return new Promise((resolve) => {
      let waits = true;
      const given = ids.map((id) => this.news(id)).filter((given) => given !== undefined);
      this.owe(
        ids,
        (said) => {
          if (!waits) this.late = false;
          waits = false;
          over(said);
          resolve(said);
        },
        (n) => message(n, given),
      );
      // An answer may be there already, where the page itself was busy: it comes first.
      setTimeout(
        () =>
          setTimeout(() => {
            if (!waits) return;
            waits = false;
            this.late = true;
            resolve(undefined);
          }),
        this.keeper.times.tap,
      );
    });
  }

  private hear(data: unknown): void {
    const now = Date.now();
    if (now - this.heard.since > 1000) this.heard = { since: now, messages: 0 };
    if (++this.heard.messages > flood) return this.stop("it sends messages without end");
    const message = understood(data);
    if (message && this.worker) this.take(message);
  }

  private take(message: FromWorker): void {
    switch (message.is) {
      case "names":
        if (!this.name) {
          this.name = message.names[0] ?? "";
          this.keeper.named(message.names);
        }
        return;
      case "opened":
        this.open = true;
        this.rejects = message.rejects;
        this.writes = message.writes;
        if (this.writes) void this.begin();
        return this.give();
      case "at":
        this.at = message.order;
        this.quiet = 0;
        return;
      case "over": {
        const owed = this.owed.get(message.n);
        if (this.owed.delete(message.n)) this.heard.messages = 0;
        this.at = undefined;
        this.quiet = 0;
        return owed?.over(message);
      }
      case "do":
        return void this.queue(message.n, message.ops);
      case "refused":
        return this.keeper.refused(this.name, message.message);
      case "failed": {
        const { hook, order, line, stopped, detail } = message,
          more = { hook, record: order === undefined ? undefined : { order, line }, error: detail };
        if (stopped) return this.stop(message.message, more);
        return this.keeper.failed({ extension: this.name, message: message.message, ...more });
      }
    }
  }

  private async queue(n: number, asked: Op[]): Promise<void> {
    const worker = this.worker,
      ops = allowed(this.name, asked, this.keeper.schema());
    let error: string | undefined;
    try {
      if (!ops) throw new Error("It changed what isn't its own.");
      if (this.keeper.till.order(ops[0]!.order)?.state !== "open")
        throw new Error("This order is closed; nothing of it can be changed.");
      await this.keeper.edit(this, ops);
    } catch (e) {
      error = e instanceof Error ? e.message : String(e);
    }
    if (this.worker !== worker || !this.port) return;
    const mine = ops ? ordersOf(ops).filter((id) => this.stale.has(id)) : [];
    if (mine.length > 0) this.hand(mine);
    this.port.postMessage({ is: "done", n, error } satisfies ToWorker);
  }
}
