// One extension in a page: its class chain, and its live models of the orders that are shown.
import type { ShownOrder } from "../../src/till";
import type { Fields, Op, Value } from "../../src/protocol";
import { open, type Definition } from "../browser";
import { Reject } from "../globals";
import type { Chain } from "../index";
import type { Any, Call, Dict } from "../types";
import { attach, type Page } from "./attach";
import { asPut, ownerOf, type Made, type Put } from "./own";
import { settings, withFields, writesOf, type ModelKind } from "./settings";
import { Held, type Keeper } from "./held";
import type { Kind, LiveModel, Place } from "./model";
import { hasHooks, tries } from "./veto";

/**
 * Failure is what stopped an extension; a file of it that doesn't load (hook: "load"), or what it writes and doesn't
 * come to rest (hook: "rest"), stops nothing.
 */
export interface Failure {
  extension: string;
  hook: string;
  record?: Place;
  message: string;
  error: unknown;
}

/** Changed is a record that a mutation changed, or made: then it has nothing that was stored. */
export interface Changed {
  place: Place;
  merged: Fields;
  /** The record with other fields, as hooks are handed it. */
  json(fields: Fields): () => Dict;
  stored?: () => Dict;
  /** The order of a line. */
  parent?: () => Dict;
}

export interface Teller {
  edited(order: string): void;
  changed(what: Place & { extension: string; model: Any }): void;
  failed(what: Failure): void;
}

// Nobody types as fast: more changes of one order within a second are a loop.
const manyChanges = 50;

const modelOf = ({ line }: Place): ModelKind => (line === undefined ? "order" : "orderline");
const words = (error: unknown): string => (error instanceof Error ? error.message : String(error));

export class Extension {
  readonly name: string;
  /** What stopped it; then its hooks are not called again before the page is loaded anew. */
  stopped?: Failure;
  private chain?: Chain;
  private keeper!: Keeper;
  private readonly held = new Map<string, Held>();
  private readonly models = new WeakMap<object, LiveModel>();
  /** Orders on which its code announced an edit. */
  private readonly edited = new Set<string>();
  private readonly sent = new Map<string, number[]>();
  private current?: Held;
  private readonly restless = new Set<string>();
  private running = 0;
  private trying = false;
  /** What the hooks of an order put that run on instances to be thrown away. */
  private puts?: Put[];
  /** An asynchronous module of it isn't there yet. */
  private loading = false;
  /** Resolves when everything of it has been read. */
  readonly ready: Promise<void>;

  constructor(
    readonly definition: Definition,
    private readonly tell: Teller,
    /** Extensions whose lines it isn't handed in an order: its own, and those behind it in the chain. */
    private readonly hidden: ReadonlySet<string> = new Set(),
  ) {
    this.name = definition.name;
    this.ready = this.load();
  }

  private async load(): Promise<void> {
    const { definition, tell } = this;
    try {
      const { chain, failed } = open(
        definition,
        (chain) => attach(chain.host, this.page()),
        (_, key, fields) => void this.puts?.push(asPut(definition, key, fields)),
      );
      this.chain = chain;
      const kind = (model: "order" | "orderline"): Kind => ({
        host: chain.host,
        model,
        fields: definition.fields[model] ?? {},
        rejects: this.canReject,
        writes: writesOf(definition, model),
      });
      this.keeper = {
        kinds: { order: kind("order"), orderline: kind("orderline") },
        ofOrder: this.ofOrder,
        visible: (order) => this.visible(order),
        made: (instance, model) => this.models.set(instance, model),
        knows: (instance) => this.models.has(instance),
        run: (place, work) => this.run(place, work),
      };
      const wrong = (files: typeof failed) =>
        files.forEach(({ name, error }) =>
          tell.failed({ extension: this.name, hook: "load", message: `${name}: ${words(error)}`, error }),
        );
      wrong(failed);
      if (chain.host.modules.waiting === 0) return;
      this.loading = true;
      const before = chain.host.modules.failed.length;
      await new Promise((resolve) => setTimeout(resolve)); // what waits for nobody's answer is over
      chain.settle();
      this.loading = false;
      wrong(chain.host.modules.failed.slice(before));
    } catch (error) {
      this.fail("load", undefined, error);
    }
  }

  get canReject(): boolean {
    return !!this.definition.can_reject;
  }

  /** writes: its hooks write core fields or put lines, so what isn't confirmed is drawn as they make it. */
  get writes(): boolean {
    const { definition } = this;
    return (
      !this.stopped &&
      !this.loading &&
      (!!definition.lines || writesOf(definition, "order").length + writesOf(definition, "orderline").length > 0)
    );
  }

  /** visible is an order as its hooks are handed it: a service charge isn't charged on itself. */
  visible(order: ShownOrder): ShownOrder {
    if (this.hidden.size === 0) return order;
    const lines = order.lines.filter(({ id }) => !this.hidden.has(ownerOf(id) ?? ""));
    return lines.length === order.lines.length ? order : { ...order, lines };
  }

  /** fieldsOf are the fields that its hooks may give a value. */
  fieldsOf(model: ModelKind): string[] {
    return [...Object.keys(this.definition.fields[model] ?? {}), ...writesOf(this.definition, model)];
  }

  /** ofOrder are keys of an order that its lines' hooks read. */
  get ofOrder(): string[] {
    return this.definition.reads_of_order ?? [];
  }

  private page(): Page {
    return {
      trying: () => this.trying,
      order: () => this.current?.model.instance ?? null,
      lines: (order) => {
        const held = this.held.get(this.models.get(order)?.place.order ?? "");
        return held?.model.instance === order ? this.run(held!.model.place, () => held!.instances()) : undefined;
      },
      heard: (instance, event) => {
        const model = this.models.get(instance);
        if (model && event === "change" && !this.stopped)
          this.tell.changed({ extension: this.name, ...model.place, model: instance });
        if (event === "new_updates_to_send" || event.startsWith("change")) this.note(model);
      },
      edited: (instance) => this.note(this.models.get(instance)),
      typed: (instance) => {
        const model = this.models.get(instance);
        if (model) model.typed = true;
      },
    };
  }

  /** note: there may be something to send. */
  private note(model: LiveModel | undefined): void {
    if (!model || this.running || this.stopped) return;
    this.edited.add(model.place.order);
    this.tell.edited(model.place.order);
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
    return held && this.run({ order: shown.id, line: id }, () => held.line(id, shown).instance);
  }

  private hold(shown: ShownOrder): Held | undefined {
    const was = this.held.get(shown.id);
    if (was || this.stopped || this.loading) return was;
    const held = new Held(this.keeper, shown);
    this.held.set(shown.id, held);
    this.current = held;
    this.run({ order: shown.id }, () => held.give());
    return this.held.get(shown.id);
  }

  /** shown hands over what is shown now. */
  shown(order: ShownOrder): void {
    const held = this.held.get(order.id);
    this.current = held ?? this.current;
    if (held) held.show(order);
    else this.hold(order);
  }

  /** revert gives the models of an order what is shown, whatever was changed on them. */
  revert(order: ShownOrder): void {
    this.edited.delete(order.id);
    this.held.get(order.id)?.revert(order);
  }

  drop(order: string): void {
    this.held.delete(order);
    this.edited.delete(order);
    this.sent.delete(order);
  }

  /**
   * collect gives the ops for what was changed on the live models of an order, which then counts as queued; or a
   * refusal.
   */
  collect(id: string): Op[] | Reject {
    const announced = this.edited.delete(id);
    const held = this.held.get(id);
    return (
      (held &&
        this.run({ order: id }, () => {
          try {
            const ops = held.edits(announced);
            if (ops.length > 0) this.count(id);
            return ops;
          } catch (error) {
            if (error instanceof Reject && this.canReject) return error;
            throw error;
          }
        })) ??
      []
    );
  }

  private count(order: string): void {
    const now = Date.now();
    const recent = [...(this.sent.get(order) ?? []).filter((at) => at > now - 1000), now];
    this.sent.set(order, recent);
    this.chain!.host.hook = "new_updates_to_send";
    if (recent.length > manyChanges)
      throw new Error(`it changed one order more than ${manyChanges} times in a second: it answers its own changes`);
  }

  /**
   * veto tries the hooks on what would be shown; it gives the words of a refusal. What they would refuse as it is isn't
   * the tap's fault: a server doesn't run hooks again on what they have seen.
   */
  veto(before: ShownOrder | undefined, after: ShownOrder): string | undefined {
    if (!this.canReject || this.loading || (before && before.state !== "open")) return undefined;
    for (const { place, call, asItIs } of tries(before, after, this.ofOrder, (order) => this.visible(order))) {
      const refused = this.refusal(place, call);
      if (refused !== undefined && !(asItIs && this.refusal(place, asItIs) !== undefined)) return refused;
    }
    return undefined;
  }

  private refusal(place: Place, call: Call): string | undefined {
    const said = this.attempt(place, call, () => undefined);
    return said instanceof Reject ? said.message : undefined;
  }

  /**
   * attempt runs the hooks on instances that are thrown away, as on a server, and reads what they exported; it gives
   * their refusal, or undefined where they have no say or fail.
   */
  private attempt<T>(place: Place, call: Call, read: (data: Any) => T): T | Reject | undefined {
    return this.run(place, () => {
      if (!hasHooks(this.chain!, call.model)) return undefined;
      this.trying = true;
      this.puts = this.definition.lines && call.model === "order" ? [] : undefined;
      try {
        return read(this.chain!.run(call));
      } catch (error) {
        if (error instanceof Reject) return error;
        throw error;
      } finally {
        this.trying = false;
        this.puts = undefined;
      }
    });
  }

  /**
   * settings are what the hooks make of a record that a mutation changed, as on a server. Where they write core fields
   * they are run once more on what they made: if they then give something else, nothing of it is taken.
   */
  settings(changed: Changed): Made | undefined {
    const made = this.once(changed, !changed.stored);
    if (!made || !writesOf(this.definition, modelOf(changed.place)).some((field) => field in made.set)) return made;
    const merged = withFields(changed.merged, made.set),
      again = this.once({ ...changed, merged, stored: changed.json(merged) }, false)?.set;
    const [moved] = Object.keys(again ?? {});
    if (again && moved === undefined) return made;
    if (again) this.moves(changed.place, moved!, merged[moved!] ?? null, again[moved!]!);
    return undefined;
  }

  private once({ place, merged, json, stored, parent }: Changed, isNew: boolean): Made | undefined {
    const model = modelOf(place);
    const call = { model, isNew, line: place.line, stored: stored ?? json(merged), merged: json(merged), parent };
    const made = this.attempt(place, call, (data) => ({
      set: settings(this.definition, model, data, merged, isNew),
      lines: this.puts,
    }));
    return made instanceof Reject ? undefined : made;
  }

  /** moves tells, once for each field, of hooks that give something else on what they made themselves. */
  private moves(record: Place, field: string, was: Value, is: Value): void {
    if (this.restless.has(field)) return;
    this.restless.add(field);
    const short = (value: Value) => JSON.stringify(value).slice(0, 40);
    const message = `it doesn't come to rest: it wrote ${field} as ${short(was)}, and run on that it gives ${short(is)}; what it writes isn't shown`;
    this.tell.failed({ extension: this.name, hook: "rest", record, message, error: new Error(message) });
  }
}
