// The page's side of the border: each extension runs in a worker of its own, which can be ended at any time.
import type { ShownOrder, Till } from "../../src/till";
import { shared } from "../../src/view/confirmed";
import { preview } from "../../src/view/view";
import type { Op, Schema } from "../../src/protocol";
import { emitter } from "./emitter";
import type { Failure } from "./extension";
import { atFrame } from "./frames";
import { Refused, type LiveEvents } from "./live";
import { put, within } from "./overlay";
import { Side, type Keeper } from "./side";

/** Frame is a place of another origin than the page's, in which workers run. */
export interface Frame {
  /** start starts a worker for an extension of the script; it is handed the port. end ends it whatever it is doing. */
  start(port: MessagePort, index: number, failed: (message: string) => void): { end(): void };
  /** pulse resolves when another worker of the frame has had its turn. */
  pulse(): Promise<void>;
  close(): void;
}

export interface Times {
  /** ms between two looks at workers that owe an answer. */
  look: number;
  /** Looks without a sign of life after which a worker is ended. */
  looks: number;
  /** The same, while it loads. */
  loading: number;
  /** The same for the whole frame. */
  frame: number;
  /** ms that a tap waits for what hooks say of it. */
  tap: number;
}

// A hook may take a second of silence, on a slow tablet too: 20 times what the server gives it.
const times: Times = { look: 100, looks: 10, loading: 100, frame: 100, tap: 500 };

export interface Apart {
  /**
   * do is Till.do, with the hooks' say: it rejects with Refused. What isn't said in time isn't waited for: the server
   * has its own hooks.
   */
  do(...ops: Op[]): Promise<number>;
  /** shown is an order as it is to be drawn, as far as the hooks have said: see Live.shown. */
  shown(id: string): ShownOrder | undefined;
  /**
   * draw asks the hooks what is to be drawn of orders that show something else now. It ends when they have answered, or
   * when that takes too long; undefined if there is nobody to ask.
   */
  draw(orders: string[]): Promise<unknown> | undefined;
  /** would is the order as it would be drawn if ops on it were asked for now; undefined if no hook writes. */
  would(...ops: Op[]): Promise<ShownOrder | undefined> | undefined;
  on<E extends keyof ApartEvents>(event: E, listener: (what: ApartEvents[E]) => void): () => void;
  /** running: its worker has loaded it. */
  readonly extensions: { name: string; running: boolean; failure?: Failure }[];
  close(): void;
}

interface ApartEvents {
  /** An edit of an extension's own was not queued. The message is for the cashier. */
  refused: { extension: string; message: string };
  extensionFailed: LiveEvents["extensionFailed"];
  /** Something else is to be drawn of these orders, though the till shows the same. */
  drawn: { orders: string[] };
}

/**
 * openApart runs the extensions of a script in workers. open makes the frame for them, again where it has died; schema
 * says whose a field is.
 */
export function openApart(
  till: Till,
  open: () => Promise<Frame>,
  schema: () => Schema,
  limits: Partial<Times> = {},
): Apart {
  return new Border(till, open, schema, { ...times, ...limits });
}

// Ops after which an order, or a line of it, takes no edits any more.
const ends: Op["op"][] = ["order.close", "order.pay", "line.move", "line.remove"];
// Frames of one page that may die before hooks are given up.
const frames = 3;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

class Border implements Apart, Keeper {
  private readonly events = emitter<ApartEvents>();
  readonly on: Apart["on"] = this.events.on;
  private readonly off: () => void;
  private sides: Side[] = [];
  private frame?: Frame;
  private died = 0;
  private closed = false;
  private looking = false;
  /** The frame is waited for after which workers are given what changed. */
  private drawing = false;
  /** Edits on their way to the till; a tap lets them go first. */
  private readonly edits = new Set<Promise<unknown>>();
  private before: Promise<unknown> = Promise.resolve();
  /** What was drawn last of orders that hooks write. */
  private readonly shows = new Map<string, ShownOrder>();

  constructor(
    readonly till: Till,
    private readonly open: () => Promise<Frame>,
    readonly schema: () => Schema,
    readonly times: Times,
  ) {
    this.off = till.on("orders", (orders) => this.changed(orders.map(({ id }) => id)));
    void this.begin();
  }

  /** changed: the page draws these orders first; then the workers are given them. */
  private changed(orders: string[]): void {
    this.sides.forEach((side) => side.changed(orders));
    if (this.drawing) return;
    this.drawing = true;
    atFrame(() =>
      setTimeout(() => {
        this.drawing = false;
        this.sides.forEach((side) => side.give());
      }),
    );
  }

  shown(id: string): ShownOrder | undefined {
    const of = this.till.order(id);
    const overlays = !of?.pending
      ? []
      : this.sides
          .map(({ written }) => written.get(id))
          .filter((written) => written !== undefined)
          .map((written) => (written.of === of ? written.overlay : within(written.overlay, written.of, of)));
    if (!of || overlays.length === 0) {
      if (!of?.pending) this.sides.forEach(({ written }) => written.delete(id));
      this.shows.delete(id);
      return of;
    }
    const order = shared(this.shows.get(id), overlays.reduce(put, of));
    this.shows.set(id, order);
    return order;
  }

  draw(orders: string[]): Promise<unknown> | undefined {
    const writers = this.sides.filter(({ writes, open }) => writes && open),
      pending = orders.filter((id) => this.till.order(id)?.pending);
    if (writers.length === 0 || pending.length === 0) return undefined;
    writers.forEach((side) => side.changed(pending));
    return Promise.all(writers.map((side) => side.draw(pending)));
  }

  would(...ops: Op[]): Promise<ShownOrder | undefined> | undefined {
    const writers = this.sides.filter(({ writes, open }) => writes && open);
    if (writers.length === 0) return undefined;
    return Promise.all(writers.map((side) => side.would(ops))).then((overlays) => {
      const order = preview((id) => this.till.order(id), ops, this.schema()).get(ops[0]!.order);
      return order && overlays.filter((overlay) => overlay !== undefined).reduce(put, order);
    });
  }

  drawn(orders: string[]): void {
    if (!this.closed) this.events.emit("drawn", { orders });
  }

  get extensions(): Apart["extensions"] {
    return this.sides.map(({ name, open, failure }) => ({ name, running: open, failure }));
  }

  close(): void {
    this.closed = true;
    this.off();
    this.sides.forEach((side) => side.end());
    this.frame?.close();
  }

  /** begin makes the frame and the first worker, which says what the script holds; then all others. */
  private async begin(): Promise<void> {
    if (!(await this.build())) return;
    this.sides = [this.side(0, "")];
    this.sides[0]!.start();
  }

  named(names: string[]): void {
    if (this.sides.length !== 1) return;
    this.sides.push(...names.slice(1).map((name, i) => this.side(i + 1, name)));
    this.sides.slice(1).forEach((side) => side.start());
  }

  /** side has all orders to give: what changed before it was there told nobody. */
  private side(index: number, name: string): Side {
    const side = new Side(this, index, name);
    side.changed(this.till.orders().map(({ id }) => id));
    return side;
  }

  private async build(): Promise<boolean> {
    const { look, frame: looks } = this.times;
    let timer: ReturnType<typeof setTimeout> | undefined,
      late = false;
    try {
      const opening = this.open();
      // What comes too late isn't left running.
      void opening.then(
        (frame) => {
          if (late || this.closed) frame.close();
        },
        () => undefined,
      );
      this.frame = await Promise.race([
        opening,
        new Promise<never>((_, reject) => {
          timer = setTimeout(() => {
            late = true;
            reject(new Error("their frame doesn't start"));
          }, look * looks);
        }),
      ]);
      return !this.closed;
    } catch (error) {
      if (!this.closed)
        this.failed({
          extension: "",
          hook: "",
          message: error instanceof Error ? error.message : String(error),
          error,
        });
      return false;
    } finally {
      clearTimeout(timer);
    }
  }

  start(port: MessagePort, index: number, failed: (message: string) => void): { end(): void } {
    return this.frame!.start(port, index, failed);
  }

  failed(failure: Failure): void {
    this.events.emit("extensionFailed", failure);
  }

  refused(extension: string, message: string): void {
    this.events.emit("refused", { extension, message });
  }

  do(...ops: Op[]): Promise<number> {
    // One after the other: what hooks say of a tap is of what the one before it left.
    const asked = this.before.then(() => this.tap(ops));
    this.before = asked.then(({ done }) => done).catch(() => undefined);
    return asked.then(({ done }) => done);
  }

  private async tap(ops: Op[]): Promise<{ done: Promise<number> }> {
    // Who can't refuse is asked only where its own edits of the orders would come too late.
    const last = ops.some(({ op }) => ends.includes(op)),
      no = await this.say(
        this.sides.filter(({ rejects }) => rejects || last),
        ops,
      );
    await Promise.all(this.edits);
    if (no) throw no;
    return { done: this.till.do(...ops) };
  }

  /** say is the first refusal of ops, in the chain's order. */
  private async say(sides: Side[], ops: Op[]): Promise<Refused | undefined> {
    const said = await Promise.all(sides.map(async (side) => ({ side, no: await side.ask(ops) })));
    const first = said.find(({ no }) => no !== undefined);
    // Money is a fact.
    return first && !ops.some((op) => op.op === "order.pay") ? new Refused(first.side.name, first.no!) : undefined;
  }

  /** edit queues what an extension changed itself, unless another refuses it. */
  async edit(side: Side, ops: Op[]): Promise<void> {
    let done: Promise<number> | undefined;
    const asking = this.say(
      this.sides.filter((other) => other !== side && other.rejects),
      ops,
    ).then((no) => {
      if (no) throw no;
      done = this.till.do(...ops);
    });
    const settled = asking.catch(() => undefined).then(() => void this.edits.delete(settled));
    this.edits.add(settled);
    await asking;
    await done;
  }

  /** owed begins to look after workers that owe an answer, until none does. */
  owed(): void {
    if (this.looking) return;
    this.looking = true;
    void this.look().finally(() => {
      this.looking = false;
    });
  }

  /**
   * look counts the turns that another worker had meanwhile: then neither a busy machine nor one that slept is held
   * against a hook.
   */
  private async look(): Promise<void> {
    while (!this.closed && this.sides.some((side) => side.owes)) {
      await pause(this.times.look);
      if (!(await this.pulse())) await this.again();
      else this.sides.filter((side) => side.owes).forEach((side) => side.silent());
    }
  }

  private async pulse(): Promise<boolean> {
    let heard = false;
    const pulse = this.frame!.pulse().then(() => {
      heard = true;
    });
    for (let i = 0; i < this.times.frame && !heard; i++) await Promise.race([pulse, pause(this.times.look)]);
    return heard;
  }

  /** again makes a new frame in place of one that died, with its workers: of a lack of memory, say. */
  private async again(): Promise<void> {
    if (this.closed) return;
    this.frame!.close();
    this.sides.forEach((side) => side.died());
    if (++this.died >= frames || !(await this.build()))
      return this.sides.forEach((side) => side.stop("the browser ended it"));
    this.sides.forEach((side) => side.start());
  }
}
