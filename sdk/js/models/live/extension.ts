// One extension in a page: its class chain, and its live models of the orders that are shown.
import type { ShownOrder } from "../../src/till";
import { newId } from "../../src/ops";
import type { Op } from "../../src/words";
import { open, type Definition } from "../browser";
import { Reject } from "../globals";
import type { Chain } from "../index";
import { state } from "../state";
import type { Any } from "../types";
import { attach } from "./attach";
import { newLine } from "./core";
import { LiveModel, type Edits, type Kind, type Place } from "./model";
import { lineJSON, orderJSON, sameLine, sameOrder } from "./shape";

// Nobody types as fast: more changes of one order within a second are a loop.
const manyChanges = 50;

interface Held { model: LiveModel; lines: Map<string, LiveModel>; shown: ShownOrder }

/** Failure is what stopped an extension, or a file of it that doesn't load (hook: "load"). */
export interface Failure { extension: string; hook: string; record?: Place; message: string; error: unknown }

export interface Teller {
  edited(order: string): void;
  changed(what: Place & { extension: string; model: Any }): void;
  failed(what: Failure): void;
}

export class Extension {
  readonly name: string;
  readonly chain?: Chain;
  /** What stopped it; then its hooks are not called again before the page is loaded anew. */
  stopped?: Failure;
  /** Orders on which its code announced an edit. */
  readonly edited = new Set<string>();
  private readonly held = new Map<string, Held>();
  private readonly models = new WeakMap<object, LiveModel>();
  private readonly kinds!: Record<"order" | "orderline", Kind>;
  private current?: Held;
  private running = 0;
  private tries = false;
  private readonly sent = new Map<string, number[]>();

  constructor(readonly definition: Definition, private readonly tell: Teller) {
    this.name = definition.name;
    try {
      const { chain, failed } = open(definition, (chain) => attach(chain.host, this.page()));
      this.chain = chain;
      const kind = (model: "order" | "orderline"): Kind => ({ host: chain.host, model, fields: definition.fields[model] ?? {}, rejects: !!definition.can_reject });
      this.kinds = { order: kind("order"), orderline: kind("orderline") };
      for (const { name, error } of failed) tell.failed({ extension: this.name, hook: "load", message: `${name}: ${words(error)}`, error });
    } catch (error) {
      this.fail("load", undefined, error);
    }
  }

  private page() {
    const of = (instance: Any) => this.models.get(instance);
    const edited = (model: LiveModel | undefined) => {
      if (!model || this.running || this.stopped) return;
      this.edited.add(model.place.order);
      this.tell.edited(model.place.order);
    };
    return {
      trying: () => this.tries,
      order: () => this.current?.model.instance ?? null,
      lines: (order: Any) => {
        const held = this.held.get(of(order)?.place.order ?? "");
        if (!held || held.model.instance !== order) return undefined;
        return this.run(held.model.place, () => held.shown.lines.map((line) => this.lineOf(held, line.id)!.instance));
      },
      heard: (instance: Any, event: string) => {
        const model = of(instance);
        if (!model) return;
        if (event === "change" && !this.stopped) this.tell.changed({ extension: this.name, ...model.place, model: instance });
        if (event === "new_updates_to_send" || event.startsWith("change")) edited(model);
      },
      edited: (instance: Any) => edited(of(instance)),
      typed: (instance: Any) => {
        const model = of(instance);
        if (model) model.typed = true;
      },
    };
  }

  /** run runs hooks: what they trigger is not sent, and what they throw stops this extension alone. */
  private run<T>(place: Place | undefined, work: () => T): T | undefined {
    if (this.stopped) return undefined;
    this.running++;
    try {
      return work();
    } catch (error) {
      this.fail(this.chain!.host.hook, place, error);
      return undefined;
    } finally {
      this.running--;
    }
  }

  private fail(hook: string, record: Place | undefined, error: unknown): void {
    if (this.stopped) return;
    this.stopped = { extension: this.name, hook, record, message: words(error), error };
    this.held.clear();
    this.tell.failed(this.stopped);
  }

  /** order is the live order of what is shown, made if need be. */
  order(shown: ShownOrder): Any {
    const held = this.hold(shown);
    this.current = held ?? this.current;
    return held?.model.instance;
  }

  line(shown: ShownOrder, id: string): Any {
    const held = this.hold(shown);
    return held && shown.lines.some((line) => line.id === id) ? this.run({ order: shown.id, line: id }, () => this.lineOf(held, id)!.instance) : undefined;
  }

  private hold(shown: ShownOrder): Held | undefined {
    return this.run({ order: shown.id }, () => {
      const was = this.held.get(shown.id);
      if (was) return was;
      const held: Held = { model: new LiveModel(this.kinds.order, { order: shown.id }), lines: new Map(), shown };
      this.held.set(shown.id, held);
      this.give(held);
      return held;
    });
  }

  private give(held: Held): void {
    this.current = held;
    held.model.give(() => orderJSON(held.shown), (made) => this.models.set(made, held.model));
  }

  private lineOf(held: Held, id: string): LiveModel | undefined {
    const line = held.shown.lines.find((l) => l.id === id);
    const was = held.lines.get(id);
    if (was || !line) return was;
    const model = new LiveModel(this.kinds.orderline, { order: held.shown.id, line: id }, () => held.model.instance);
    held.lines.set(id, model);
    model.give(() => lineJSON(line), (made) => this.models.set(made, model));
    return model;
  }

  /** shown takes over what is shown now, where it differs from what the models were last given: lines, then their order. */
  shown(order: ShownOrder): void {
    const held = this.held.get(order.id);
    if (!held) {
      this.hold(order);
      return;
    }
    const was = new Map(held.shown.lines.map((line) => [line.id, line]));
    const changed = !sameOrder(held.shown, order);
    held.shown = order;
    for (const id of held.lines.keys()) if (!order.lines.some((line) => line.id === id)) held.lines.delete(id);
    for (const line of order.lines) {
      const before = was.get(line.id);
      if (before && sameLine(before, line)) continue;
      this.run({ order: order.id, line: line.id }, () => {
        const model = held.lines.get(line.id);
        if (model) model.give(() => lineJSON(line));
        else this.lineOf(held, line.id);
      });
    }
    if (changed) this.run({ order: order.id }, () => this.give(held));
  }

  drop(order: string): void {
    this.held.delete(order);
    this.edited.delete(order);
    this.sent.delete(order);
  }

  /** revert gives the models of an order what is shown, whatever was changed on them. */
  revert(order: ShownOrder): void {
    const held = this.held.get(order.id);
    this.edited.delete(order.id);
    if (!held) return;
    held.shown = order;
    for (const [id, model] of held.lines) {
      const line = order.lines.find((l) => l.id === id);
      if (line) this.run(model.place, () => model.give(() => lineJSON(line)));
      else held.lines.delete(id);
    }
    this.run(held.model.place, () => this.give(held));
  }

  /** collect gives the ops for what was changed on the live models of an order, which are then taken as queued; or a refusal. */
  collect(id: string): Op[] | Reject {
    const held = this.held.get(id);
    const announced = this.edited.delete(id);
    if (!held) return [];
    return this.run({ order: id }, () => {
      try {
        return this.changed(held, announced);
      } catch (error) {
        if (error instanceof Reject && this.definition.can_reject) return error;
        throw error;
      }
    }) ?? [];
  }

  private changed(held: Held, announced: boolean): Op[] {
    const order = held.shown.id;
    const ops: Op[] = [];
    const took: (() => void)[] = [];
    const changes = (model: LiveModel, op: (edits: Edits) => void) => {
      const found = model.edits();
      const edits = found && !announced ? model.unprompted(found) : found;
      if (!edits) return;
      op(edits);
      took.push(() => model.took(edits.now));
    };
    changes(held.model, ({ set }) => ops.push({ op: "order.set", order, set }));
    for (const [line, model] of held.lines) {
      changes(model, ({ set, inc }) => {
        if (Object.keys(set).length > 0) ops.push({ op: "line.set", order, line, set });
        for (const field of Object.keys(inc)) ops.push({ op: "line.inc", order, line, field, by: inc[field]! });
      });
    }
    ops.push(...this.addedAndRemoved(held));
    took.forEach((take) => take());
    if (ops.length > 0) this.count(order);
    return ops;
  }

  private count(order: string): void {
    const now = Date.now();
    const recent = [...(this.sent.get(order) ?? []).filter((at) => at > now - 1000), now];
    this.sent.set(order, recent);
    this.chain!.host.hook = "new_updates_to_send";
    if (recent.length > manyChanges) throw new Error(`it changed one order more than ${manyChanges} times in a second: it answers its own changes`);
  }

  /** addedAndRemoved are the ops for lines that a vendor's code put on an order or took off. */
  private addedAndRemoved(held: Held): Op[] {
    const order = held.shown.id;
    // Nobody looked at the lines: nobody changed which there are.
    const lines: Any[] | undefined = state(held.model.instance).made.orderlines;
    if (!lines) return [];
    const ops: Op[] = [];
    for (const [line, model] of held.lines) {
      if (lines.includes(model.instance)) continue;
      ops.push({ op: "line.remove", order, line });
      held.lines.delete(line);
    }
    for (const instance of lines.filter((l) => !this.models.has(l))) {
      const line = newId();
      instance.uid = line;
      const model = new LiveModel(this.kinds.orderline, { order, line }, () => held.model.instance, instance);
      this.models.set(instance, model);
      held.lines.set(line, model);
      const now = model.values();
      ops.push({ op: "line.add", order, line, set: newLine(instance, now) });
      model.took(now);
    }
    return ops;
  }

  /** veto runs the hooks on what would be shown; it gives the words of a refusal. */
  veto(before: ShownOrder | undefined, after: ShownOrder): string | undefined {
    if (!this.definition.can_reject || (before && before.state !== "open")) return undefined;
    const lines = new Map(before?.lines.map((line) => [line.id, line]));
    for (const line of after.lines) {
      const was = lines.get(line.id);
      if (was === line) continue;
      const refused = this.tried({ order: after.id, line: line.id }, {
        model: "orderline", isNew: !was, stored: () => lineJSON(was!), merged: () => lineJSON(line), parent: () => orderJSON(after),
      });
      if (refused !== undefined) return refused;
    }
    if (before === after) return undefined;
    return this.tried({ order: after.id }, { model: "order", isNew: !before, stored: () => orderJSON(before!), merged: () => orderJSON(after) });
  }

  private tried(place: Place, call: Parameters<Chain["run"]>[0]): string | undefined {
    if (!this.hooks(call.model)) return undefined;
    return this.run(place, () => {
      this.tries = true;
      try {
        this.chain!.run(call);
        return undefined;
      } catch (error) {
        if ((error as Error | undefined)?.name === "Reject") return words(error);
        throw error;
      } finally {
        this.tries = false;
      }
    });
  }

  private hooks(model: "order" | "orderline"): boolean {
    const name = model === "order" ? "Order" : "Orderline";
    return ["init_from_JSON", "apply_ms_data", "export_as_JSON"].some((hook) => this.chain!.overrides(name, hook));
  }
}

const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));
