// What the program is told: the orders as shown, the status, and who looks at what.
import type { Standing } from "./contract";
import type { Disk, PendingTap } from "./disk";
import type { Step } from "./step";
import type { Place } from "../queue/state";
import type { Unconfirmed } from "../till";
import { same } from "../view/same";
import { extend, ordersOf, refresh, type View } from "../view/view";
import type { By, Presence, Schema } from "../protocol";

/** TillState is whether the server takes mutations, as far as is known. */
export type TillState = "unknown" | "open" | "closed";

export class Report {
  readonly view: View;
  /** The status as of the last step, and the last that was told. */
  status: Standing;
  private told?: Standing;
  /** Of the status to come. */
  private trouble: Pick<Standing, "problem" | "said"> = { problem: "" };
  looking: string | null = null;
  /** The other tills, as long as the connection lives. */
  present: Presence[] = [];

  constructor(
    private step: Step,
    private disk: Disk,
    schema: Schema,
  ) {
    const { tables, meta } = disk.state;
    this.view = { under: tables.orders, shown: new Map(tables.orders), schema, meta };
    refresh(this.view, disk.pending());
    this.status = this.standing("", "unknown");
  }

  /** place takes where this till is, which what is pending says too. */
  place(place: Place): void {
    if (same(this.disk.state.meta.place, place)) return;
    this.disk.state.set("place", place);
    this.redraw();
  }
  /** redraw recomputes orders, or all of them, and tells which show something else. */
  redraw(ids?: Iterable<string>, by?: Map<string, By | undefined>): void {
    this.changed(refresh(this.view, this.disk.pending(), ids), by);
  }
  private changed(ids: string[], by?: Map<string, By | undefined>): void {
    const all = [...new Set(ids)],
      from = this.unconfirmed(all);
    const what = all.map((id) => ({
      id,
      order: this.view.shown.get(id),
      by: by?.get(id),
      ...(from.has(id) && { unconfirmed: from.get(id) }),
    }));
    if (what.length) this.step.notify("orders", what);
  }
  /** unconfirmed is what those of the orders are shown from that are pending; of all orders, if none are named. */
  unconfirmed(ids?: string[]): Map<string, Unconfirmed> {
    const { under, shown } = this.view,
      from = new Map<string, Unconfirmed>();
    for (const id of ids ?? shown.keys())
      if (shown.get(id)?.pending) from.set(id, { confirmed: under.get(id), mutations: [] });
    if (from.size)
      for (const wish of this.disk.pending())
        for (const id of ordersOf(wish.mutation.ops)) from.get(id)?.mutations.push(wish);
    return from;
  }
  /** show makes a tap that is on disk part of what is shown. */
  show(tap: PendingTap): void {
    const mutations = tap.ids.flatMap((id) => this.disk.state.entry(id)?.mutation ?? []);
    if (tap.drafts.length) this.redraw([...tap.drafts, ...mutations.flatMap(({ ops }) => ordersOf(ops))]);
    else
      this.changed(
        mutations.flatMap((mutation) => {
          extend(this.view, { mutation });
          return ordersOf(mutation.ops); // also where they show the same: they are shown from something else
        }),
      );
    if (!tap.silent) this.step.emit({ is: "done", tap: tap.n, id: tap.ids.at(-1) ?? 0 });
  }

  /** problem says in a code why the till doesn't sync as it should; `said` are the server's words. */
  problem(problem: string, said?: string): void {
    this.trouble = { problem, said };
  }
  private standing(transport: Standing["transport"], till: TillState): Standing {
    const {
        told,
        disk: { state },
      } = this,
      { place, at } = state.meta;
    if (/^(till_closed)?$/.test(this.trouble.problem))
      this.problem(till === "closed" && transport ? "till_closed" : "");
    return {
      transport,
      ...this.trouble,
      since: transport === told?.transport ? told.since : this.step.now,
      unsent: state.unsent,
      waiting: state.waiting,
      synced: !!at.cursor,
      tillKnown: till !== "unknown",
      tillOpen: till === "open",
      run: place.run,
      pos: place.pos,
      multiSession: place.multi_session,
      extensionsEtag: place.extensions_etag,
    };
  }
  /** tell tells the status when it is another. */
  tell(transport: Standing["transport"], till: TillState): void {
    this.status = this.standing(transport, till);
    if (same(this.status, this.told)) return;
    this.told = this.status;
    this.step.notify("status", this.status);
  }

  /** allPresent takes who looks at what. */
  allPresent(all: Presence[]): void {
    this.present = all;
    this.step.notify("presence", all);
  }
  /** seen takes one of them; without an order somebody left it. */
  seen({ t, ...who }: Presence & { t: string }): void {
    this.allPresent([...this.present.filter((p) => p.conn !== who.conn), ...(who.order === null ? [] : [who])]);
  }
  /** absent: nobody tells any more who looks at what. */
  absent(): void {
    if (this.present.length) this.allPresent([]);
  }
}
