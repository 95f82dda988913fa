// One live model: a vendor's instance for one record, what it was last given, and what differs since.
import { add } from "../../src/decimal";
import { changed } from "../../src/fields";
import { same } from "../../src/view/same";
import type { Fields, Value } from "../../src/protocol";
import { Reject } from "../globals";
import { defaults, filled, withDefaults } from "../defaults";
import type { Host } from "../host";
import { rebase } from "../state";
import type { Any, Dict } from "../types";
import { adopt } from "./adopt";
import { coreOf } from "./core";
import { clean } from "./value";

/** Spec is what a definition says of a field. */
export interface Spec {
  merge?: string;
  derived?: boolean;
  one_way?: boolean;
  not_taken_over?: boolean;
}
/** Kind is what all records of one model of an extension have in common. */
export interface Kind {
  host: Host;
  model: "order" | "orderline";
  fields: Record<string, Spec>;
  rejects: boolean;
  /** The core's fields that the hooks write: what they set is nobody's edit. */
  writes: string[];
}
/** Place says where a record is. */
export interface Place {
  order: string;
  line?: string;
}

type Values = Map<string, Value>;
/** Edits are what differs from the baseline; now is what the baseline becomes when they are queued. */
export interface Edits {
  set: Fields;
  inc: Record<string, number>;
  now: Values;
}

export class LiveModel {
  instance: Any;
  /** A quantity was typed: it is set, and not counted up or down to. */
  typed = false;
  private json?: () => Dict;
  /** Missing: the hooks refuse to export, so nothing is known of edits. */
  private baseline?: Values;
  /** The core's fields that hooks write, as the last run of hooks left them. */
  private left: Values = new Map();

  /** The parent is the live order of an orderline; adopted is an instance that a vendor made. */
  constructor(
    readonly kind: Kind,
    readonly place: Place,
    private readonly parent?: () => Any,
    adopted?: Any,
  ) {
    this.instance = adopted;
  }

  /**
   * give hands over the record as it is shown: init_from_JSON to a new instance, then apply_ms_data; where no vendor
   * has that, init_from_JSON alone. What the hooks export then is the baseline. made hears of a new instance before its
   * hooks run.
   */
  give(json: () => Dict, made: (instance: Any) => void = () => undefined): void {
    const { host, model } = this.kind;
    const outer = host.hook;
    const name = model === "order" ? "Order" : "Orderline";
    const options = () => (this.parent ? { pos: host.pos(), order: this.parent() } : { pos: host.pos() });
    const isNew = !this.instance;
    if (isNew) {
      host.hook = "initialize";
      this.instance = host.make(name, options());
      made(this.instance);
    }
    withDefaults(
      host,
      (missing) => {
        this.json = () => filled(json(), missing);
        this.hand(isNew, host.overrides(name, "apply_ms_data"));
      },
      () => defaults(host, name, options(), json()),
    );
    host.hook = outer;
  }

  /** hand runs the hooks of who takes over, and keeps what is exported then. */
  private hand(isNew: boolean, applies: boolean): void {
    if (isNew || !applies) this.init();
    // It is shown all the same: the server took it.
    if (applies && !this.apply()) this.init();
    this.baseline = undefined;
    this.unlessRefused(() => this.took(isNew ? this.values() : this.upToDate(this.values())));
  }

  /**
   * upToDate: hooks are written for instances that are made anew each time, as on a server (`this.x ??= json.x`). Where
   * this one still has another value than the record and a new one hasn't, it becomes like the new one.
   */
  private upToDate(now: Values): Values {
    const { fields } = this.kind;
    const json = this.json!();
    const stale = Object.keys(fields).filter(
      (key) =>
        !fields[key]!.derived &&
        !fields[key]!.one_way &&
        !fields[key]!.not_taken_over &&
        !same(now.get(key) ?? null, clean(json[key]) ?? null),
    );
    if (stale.length === 0) return now;
    const fresh = this.another();
    const wanted = fresh.values();
    const alike = (values: Values) => stale.every((key) => same(values.get(key) ?? null, wanted.get(key) ?? null));
    if (alike(now)) return now;
    adopt(this.instance, fresh.instance, () => alike(this.values()));
    return this.values();
  }

  /** another is a model of the same record that is made now, and thrown away. */
  private another(): LiveModel {
    const other = new LiveModel(this.kind, this.place, this.parent);
    other.give(this.json!);
    return other;
  }

  private init(): void {
    const json = this.stand("init_from_JSON");
    this.unlessRefused(() => this.instance.init_from_JSON(json));
  }

  private apply(): boolean {
    const json = this.stand("apply_ms_data");
    return this.unlessRefused(() => this.instance.apply_ms_data(json));
  }

  private unlessRefused(work: () => void): boolean {
    try {
      work();
      return true;
    } catch (error) {
      if (this.kind.rejects && error instanceof Reject) return false;
      throw error;
    }
  }

  /** stand puts the base properties on the record, for a hook. */
  private stand(hook: string): Dict {
    const { instance } = this;
    this.kind.host.hook = hook;
    const json = this.json!();
    rebase(instance, json);
    if (this.parent) instance.order = this.parent();
    else if (Object.hasOwn(instance, "client") && (instance.client?.id ?? null) !== (json.partner_id ?? null))
      delete instance.client;
    return json;
  }

  /** values are the own fields that export_as_JSON gives, and the core's as they stand on the instance. */
  values(): Values {
    const { host, model, fields, writes } = this.kind;
    const values = coreOf(model, this.instance);
    host.hook = "export_as_JSON";
    const data = this.instance.export_as_JSON();
    if (!data || typeof data !== "object")
      throw new Error("export_as_JSON gave no object: return the one that super gives, with your keys on it");
    for (const key of Object.keys(fields)) {
      if (fields[key]!.derived) continue;
      const value = clean(data[key]);
      if (value !== undefined) values.set(key, value);
    }
    if (writes.length > 0) this.left = coreOf(model, this.instance);
    return values;
  }

  /** edits are what somebody changed on this instance since the baseline. */
  edits(): Edits | undefined {
    if (!this.baseline) return undefined;
    for (const key of this.kind.writes) if (this.left.has(key)) this.baseline.set(key, this.left.get(key)!);
    const now = this.values();
    const edits: Edits = { set: {}, inc: {}, now };
    for (const key of new Set([...this.baseline.keys(), ...now.keys()])) this.edit(edits, key);
    if (!("qty" in edits.set)) this.typed = false;
    return Object.keys(edits.set).length + Object.keys(edits.inc).length > 0 ? edits : undefined;
  }

  private edit({ set, inc, now }: Edits, key: string): void {
    const was = this.baseline!.get(key) ?? null,
      is = now.get(key) ?? null;
    if (same(was, is)) return;
    const own = Object.hasOwn(this.kind.fields, key);
    const counts =
      this.kind.model === "orderline" &&
      (own ? this.kind.fields[key]!.merge === "counter" : key === "qty" && !this.typed);
    const by =
      counts && typeof is === "number" && (was === null || typeof was === "number") ? add(is, -(was ?? 0)) : undefined;
    if (by) inc[key] = by;
    else if (own && this.kind.fields[key]!.merge === "union") {
      const more = changed(was, is);
      if (more !== undefined) set[key] = more;
    } else if (own || now.has(key)) set[key] = is;
  }

  /**
   * unprompted are those of the edits that nobody announced and that are edits all the same: a value that says
   * something else each time, or that any model of this record would give, is none (a clock, say). Else two pages could
   * answer each other for ever.
   */
  unprompted(edits: Edits): Edits | undefined {
    if (!this.json) return edits;
    const any = this.another().values();
    const again = this.values(); // last, so that a clock that says the same here said it to the other too
    const real = (key: string): boolean =>
      same(again.get(key) ?? null, edits.now.get(key) ?? null) &&
      !same(any.get(key) ?? null, edits.now.get(key) ?? null);
    const left = <T>(of: Record<string, T>) => Object.fromEntries(Object.entries(of).filter(([key]) => real(key)));
    const [set, inc] = [left(edits.set), left(edits.inc)];
    return Object.keys(set).length + Object.keys(inc).length > 0 ? { set, inc, now: edits.now } : undefined;
  }

  /** took: the edits are queued, and what they say is the baseline. */
  took(now: Values): void {
    this.baseline = now;
    this.typed = false;
  }
}
