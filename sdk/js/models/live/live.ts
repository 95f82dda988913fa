// Live models of the orders that a till shows, and the rules between them and the till.
import type { ShownOrder, Till } from "../../src/till";
import type { Op, Schema } from "../../src/protocol";
import { preview } from "../../src/view/view";
import { ordersOf } from "../../src/view/view";
import type { Definition } from "../browser";
import { Reject } from "../globals";
import type { Any } from "../types";
import { Extension, type Failure, type Teller } from "./extension";
import { emitter } from "./emitter";
import type { Overlay } from "./overlay";
import { Writes } from "./writes";
import { schemaOf } from "./schema";

/** Refused: an extension said no, before anything was queued. Its message is for the cashier. */
export class Refused extends Error {
  constructor(
    readonly extension: string,
    message: string,
  ) {
    super(message);
    this.name = "Refused";
  }
}

export interface LiveEvents {
  /** trigger("change") on a live model: what it shows has changed. line is missing for an order's. */
  change: { extension: string; order: string; line?: string; model: Any };
  /** An edit on a model was not queued, and the model shows again what was. The message is for the cashier. */
  refused: { extension: string; order: string; message: string; ops: Op[] };
  /** A hook threw: the extension is stopped until the page is loaded again. hook "load": a file of it was left out; "rest": what it writes isn't shown. */
  extensionFailed: Failure;
}

export interface Options {
  /** The merge rules; default: the core's and those of the definitions. */
  schema?: Schema;
}

/** Models of one record by the name of the extension; stopped ones are missing. */
export type ByExtension = Record<string, Any>;

export interface Live {
  /**
   * The models of an order that is shown. Each extension has its own, of its own class chain; they last while it is
   * shown.
   */
  order(id: string): ByExtension | undefined;
  line(order: string, id: string): ByExtension | undefined;
  /** The models of all orders, in the till's order. */
  orders(): ByExtension[];
  /**
   * shown is an order as it is to be drawn: as the till shows it, and where it isn't confirmed with the fields and
   * lines that hooks of extensions with \`writes\` and \`lines\` give it.
   */
  shown(id: string): ShownOrder | undefined;
  /**
   * do is Till.do, after what was changed on the models of these orders. Rejects with Refused if a hook refuses what
   * would be shown; ops with a payment are never refused.
   */
  do(...ops: Op[]): Promise<number>;
  on<E extends keyof LiveEvents>(event: E, listener: (what: LiveEvents[E]) => void): () => void;
  /** Resolves when all that extensions load late, asynchronous modules, is there; until then those have no models. */
  readonly ready: Promise<void>;
  /** All extensions in the chain's order; failure says what stopped one. */
  readonly extensions: { name: string; version: string; failure?: Failure }[];
  /** close leaves the till as it is and stops listening to it. */
  close(): void;
}

/** openModels runs extensions' hooks in this page, between a till and its screen. */
export function openModels(till: Till, definitions: Definition[], options: Options = {}): Live {
  return new Models(till, definitions, options.schema ?? schemaOf(definitions));
}

export class Models implements Live {
  private readonly events = emitter<LiveEvents>();
  readonly on: Live["on"] = this.events.on;
  readonly ready: Promise<void>;
  private readonly running: Extension[];
  /** How many mutations of an order's models are being queued; until they are, its models are left alone. */
  private readonly queueing = new Map<string, number>();
  private readonly edited = new Set<string>();
  private readonly off: () => void;
  private readonly writes: Writes;
  private waits = false;

  constructor(
    private readonly till: Till,
    definitions: Definition[],
    private readonly schema: Schema,
    /** All extensions in the chain's order. */
    chain = definitions,
  ) {
    const failures: Failure[] = [];
    let tell = (failure: Failure): void => {
      failures.push(failure);
    };
    const teller: Teller = {
      edited: (order) => this.edit(order),
      changed: (what) => this.events.emit("change", what),
      failed: (failure) => tell(failure),
    };
    this.running = definitions.map((definition) => {
      const behind = chain.slice(chain.indexOf(definition)).filter(({ lines }) => lines);
      return new Extension(definition, teller, new Set(behind.map(({ name }) => name)));
    });
    this.writes = new Writes(till, this.running, schema);
    this.ready = Promise.all(this.running.map((extension) => extension.ready)).then(() => undefined);
    tell = (failure) => this.events.emit("extensionFailed", failure);
    // The page listens when this call is over.
    queueMicrotask(() => failures.forEach(tell));
    this.off = till.on("orders", (orders) =>
      orders.forEach(({ id, order }) => (order ? this.arrived(id) : this.gone(id))),
    );
  }

  get extensions(): Live["extensions"] {
    return this.running.map(({ name, definition: { version }, stopped }) => ({ name, version, failure: stopped }));
  }

  order(id: string): ByExtension | undefined {
    const shown = this.shown(id);
    return shown && this.each((extension) => extension.order(shown));
  }

  shown(id: string): ShownOrder | undefined {
    return this.writes.order(id);
  }

  /** would is what hooks would write if ops on one order were asked for: see Writes.preview. */
  would(ops: Op[], at: string): Overlay | undefined {
    return this.writes.preview(ops, at);
  }

  /** overlay is what hooks write of an order, over what the till shows. */
  overlay(id: string): Overlay | undefined {
    const shown = this.till.order(id);
    return shown && this.writes.overlay(shown);
  }

  line(order: string, id: string): ByExtension | undefined {
    const shown = this.shown(order);
    return shown?.lines.some((line) => line.id === id)
      ? this.each((extension) => extension.line(shown, id))
      : undefined;
  }

  orders(): ByExtension[] {
    return this.till.orders().map(({ id }) => this.order(id)!);
  }

  private each(of: (extension: Extension) => Any): ByExtension {
    const all = this.running.map((extension) => [extension.name, of(extension)] as const);
    return Object.fromEntries(all.filter(([, model]) => model));
  }

  async do(...ops: Op[]): Promise<number> {
    const no = this.say(ops);
    if (no) throw no;
    return this.till.do(...ops);
  }

  /**
   * say queues what was changed on the models of these ops' orders; then it gives a refusal of the ops, if there is
   * one.
   */
  say(ops: Op[]): Refused | undefined {
    ordersOf(ops).forEach((id) => this.send(id));
    return this.refusal(ops);
  }

  close(): void {
    this.off();
    this.edited.clear();
  }

  private edit(order: string): void {
    this.edited.add(order);
    if (this.waits) return;
    this.waits = true;
    queueMicrotask(() => {
      this.waits = false;
      const orders = [...this.edited];
      this.edited.clear();
      orders.forEach((id) => this.send(id));
    });
  }

  /** send queues what was changed on the models of an order: a mutation for each extension. */
  private send(id: string): void {
    if (this.queueing.has(id)) return; // and again when that is done
    for (const extension of this.running) {
      const ops = extension.collect(id);
      if (ops instanceof Reject) this.turnBack(extension, id, ops.message, []);
      else if (ops.length > 0) void this.queue(extension, id, ops);
    }
  }

  private async queue(extension: Extension, id: string, ops: Op[]): Promise<void> {
    if (this.till.order(id)?.state !== "open")
      return this.turnBack(extension, id, "This order is closed; nothing of it can be changed.", ops);
    const no = this.refusal(ops);
    if (no) return this.turnBack(extension, id, no.message, ops);
    this.queueing.set(id, (this.queueing.get(id) ?? 0) + 1);
    let failed: unknown;
    await this.till.do(...ops).catch((error: unknown) => (failed = error ?? new Error("not queued")));
    const left = this.queueing.get(id)! - 1;
    if (left > 0) this.queueing.set(id, left);
    else this.queueing.delete(id);
    if (failed) this.turnBack(extension, id, failed instanceof Error ? failed.message : String(failed), ops);
    if (left === 0) this.arrived(id);
  }

  private turnBack(extension: Extension, id: string, message: string, ops: Op[]): void {
    const shown = this.shown(id);
    if (shown) extension.revert(shown);
    this.events.emit("refused", { extension: extension.name, order: id, message, ops });
  }

  private refusal(ops: Op[]): Refused | undefined {
    // Money is a fact.
    if (!this.running.some((extension) => extension.canReject) || ops.some((op) => op.op === "order.pay"))
      return undefined;
    const shown = (id: string): ShownOrder | undefined => this.shown(id);
    for (const [id, after] of preview(shown, ops, this.schema)) {
      for (const extension of this.running) {
        const words = extension.veto(shown(id), after);
        if (words !== undefined) return new Refused(extension.name, words);
      }
    }
    return undefined;
  }

  /**
   * arrived: something else is shown. What was changed here is queued first; then the models are given what is shown.
   */
  private arrived(id: string): void {
    this.send(id);
    const order = this.shown(id);
    if (order && !this.queueing.has(id)) this.running.forEach((extension) => extension.shown(order));
  }

  private gone(id: string): void {
    this.running.forEach((extension) => extension.drop(id));
  }
}
