// The live models of one order: the order's, and those of the lines that somebody looked at or changed.
import { newId } from "../../src/ops";
import type { ShownLine, ShownOrder } from "../../src/till";
import type { Op } from "../../src/protocol";
import { state } from "../state";
import type { Any } from "../types";
import { newLine } from "./core";
import { LiveModel, type Edits, type Kind, type Place } from "./model";
import { lineJSON, orderJSON, sameKeys, sameLine, sameOrder } from "./shape";

/** Keeper is the extension that the models are of. */
export interface Keeper {
  kinds: Record<"order" | "orderline", Kind>;
  /** Keys of an order that run its lines' hooks. */
  ofOrder: string[];
  /** visible is an order as its hooks are handed it. */
  visible(order: ShownOrder): ShownOrder;
  /** Hears of an instance before its hooks run. */
  made(instance: Any, model: LiveModel): void;
  knows(instance: Any): boolean;
  /** Runs hooks; what they throw stops the extension, and gives undefined. */
  run<T>(place: Place, work: () => T): T | undefined;
}

export class Held {
  readonly model: LiveModel;
  private readonly lines = new Map<string, LiveModel>();
  /** Lines that were asked for before the order's model was given them. */
  private readonly early = new Set<string>();

  constructor(
    private readonly keeper: Keeper,
    private shown: ShownOrder,
  ) {
    this.model = new LiveModel(keeper.kinds.order, { order: shown.id });
  }

  /** give hands the order to its model. */
  give(): void {
    this.model.give(
      () => orderJSON(this.keeper.visible(this.shown)),
      (made) => this.keeper.made(made, this.model),
    );
  }

  /** line is the model of a line; the order as it is shown may be newer than what the models were given. */
  line(id: string, order = this.shown): LiveModel {
    const known = this.lines.get(id);
    if (known) return known;
    const model = this.newLine(order.lines.find((line) => line.id === id)!, order);
    if (!this.shown.lines.some((line) => line.id === id) && this.sees(id, order)) {
      this.early.add(id);
      state(this.model.instance).made.orderlines?.push(model.instance);
    }
    return model;
  }

  private newLine(line: ShownLine, order: ShownOrder): LiveModel {
    const model = this.lineModel(line.id);
    model.give(
      () => lineJSON(line, order),
      (made) => this.keeper.made(made, model),
    );
    return model;
  }

  private lineModel(id: string, adopted?: Any): LiveModel {
    const model = new LiveModel(
      this.keeper.kinds.orderline,
      { order: this.shown.id, line: id },
      () => this.model.instance,
      adopted,
    );
    this.lines.set(id, model);
    return model;
  }

  /** sees tells whether the order's hooks are handed a line of it. */
  private sees(line: string, order = this.shown): boolean {
    return this.keeper.visible(order).lines.some(({ id }) => id === line);
  }

  /** instances are the models of all lines that are shown, without those that aren't handed over. */
  instances(): Any[] {
    return [...this.keeper.visible(this.shown).lines.map((line) => line.id), ...this.early].map(
      (id) => this.line(id).instance,
    );
  }

  /**
   * show hands over what is shown now, where it differs from what the models were last given: lines, then their order,
   * and then the lines that read what of their order is another now.
   */
  show(order: ShownOrder): void {
    const before = this.shown;
    const was = new Map(before.lines.map((line) => [line.id, line]));
    const { visible } = this.keeper,
      changed = !sameOrder(visible(before), visible(order));
    this.replace(order, (line) => !was.has(line.id) || !sameLine(was.get(line.id)!, line));
    if (changed) this.keeper.run(this.model.place, () => this.give());
    if (!sameKeys(before, order, this.keeper.ofOrder)) this.replace(order, (line) => this.lines.has(line.id));
  }

  /** revert hands over all of it, whatever was changed on the models. */
  revert(order: ShownOrder): void {
    this.replace(order, (line) => this.lines.has(line.id));
    this.keeper.run(this.model.place, () => this.give());
  }

  private replace(order: ShownOrder, which: (line: ShownLine) => boolean): void {
    this.shown = order;
    this.early.clear();
    for (const id of this.lines.keys()) if (!order.lines.some((line) => line.id === id)) this.lines.delete(id);
    for (const line of order.lines.filter(which)) {
      this.keeper.run({ order: order.id, line: line.id }, () => {
        const model = this.lines.get(line.id);
        if (model) model.give(() => lineJSON(line, order));
        else this.newLine(line, order);
      });
    }
  }

  /**
   * edits are the ops for what was changed here, which then counts as queued. announced: the extension's code said that
   * there is something.
   */
  edits(announced: boolean): Op[] {
    const order = this.shown.id;
    const ops: Op[] = [];
    const took: (() => void)[] = [];
    const changes = (model: LiveModel, op: (edits: Edits) => void) => {
      const found = model.edits();
      const edits = found && !announced ? model.unprompted(found) : found;
      if (!edits) return;
      op(edits);
      took.push(() => model.took(edits.now));
    };
    changes(this.model, ({ set }) => ops.push({ op: "order.set", order, set }));
    for (const [line, model] of this.lines) {
      changes(model, ({ set, inc }) => {
        if (Object.keys(set).length > 0) ops.push({ op: "line.set", order, line, set });
        for (const field of Object.keys(inc)) ops.push({ op: "line.inc", order, line, field, by: inc[field]! });
      });
    }
    ops.push(...this.addedAndRemoved());
    took.forEach((take) => take());
    return ops;
  }

  /** addedAndRemoved are the ops for lines that a vendor's code put on the order or took off. */
  private addedAndRemoved(): Op[] {
    const order = this.shown.id;
    // Nobody looked at the lines: nobody changed which there are.
    const lines: Any[] | undefined = state(this.model.instance).made.orderlines;
    if (!lines) return [];
    const ops: Op[] = [];
    for (const [line, model] of this.lines) {
      if (lines.includes(model.instance) || (!this.early.has(line) && !this.sees(line))) continue;
      ops.push({ op: "line.remove", order, line });
      this.lines.delete(line);
      this.early.delete(line);
    }
    for (const instance of lines.filter((l) => !this.keeper.knows(l))) {
      const line = newId();
      instance.uid = line;
      const model = this.lineModel(line, instance);
      this.keeper.made(instance, model);
      const now = model.values();
      ops.push({ op: "line.add", order, line, set: newLine(instance, now) });
      model.took(now);
    }
    return ops;
  }
}
