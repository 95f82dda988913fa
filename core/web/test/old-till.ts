// A till of the older multi-session module, as its page behaves in a browser: it holds
// whole orders, sends them with a revision, and takes messages from a long poll. It
// runs in a page of another origin; what it needs stands in this file.

interface Row {
  uid: string;
  [field: string]: unknown;
}
interface Held {
  uid: string;
  number: number;
  revision: number;
  onServer: boolean;
  lines: Row[];
  fields: Record<string, unknown>;
  tender: unknown[];
}
interface Down {
  action: string;
  session_id: number;
  login_number: number;
  data: Record<string, unknown> & { orders?: Down[]; lines?: [number, number, Row & { is_changed?: boolean }][] };
}

export class OldTill {
  orders: Held[] = [];
  noted = 0;
  last = 0;
  warned = 0;
  #made = 0;
  #lines = 0;
  #nonce = 0;
  #calls: Promise<unknown> = Promise.resolve();
  constructor(
    readonly server: string,
    readonly database: string,
    readonly pos: number,
    readonly session: number,
  ) {}

  async rpc(path: string, params: unknown): Promise<unknown> {
    const answer = await fetch(this.server + path, {
      method: "POST",
      headers: { "Content-Type": "application/json", "X-Requested-With": "XMLHttpRequest" },
      body: JSON.stringify({ jsonrpc: "2.0", method: "call", id: 1, params }),
    });
    const body = (await answer.json()) as { result: unknown; error?: { data: { message: string } } };
    if (body.error) throw new Error(body.error.data.message);
    return body.result;
  }

  /** say makes one call after another. */
  say(
    action: string,
    data: Record<string, unknown>,
    more: Record<string, unknown> = {},
  ): Promise<Record<string, unknown>> {
    const params = {
      multi_session_id: 1,
      dbname: this.database,
      user_ID: 9,
      message: {
        action,
        session_id: this.session,
        login_number: 1,
        data: { ...data, pos_id: this.pos, run_ID: 7, nonce: `${this.session}-${++this.#nonce}` },
        ...more,
      },
    };
    const call = this.#calls.then(() => this.rpc("/pos_multi_session_sync/update", params));
    this.#calls = call.catch(() => undefined);
    return call as Promise<Record<string, unknown>>;
  }

  /** start asks for everything and listens from then on. */
  async start(): Promise<void> {
    this.take((await this.say("sync_all", {}, { immediate_rerendering: true })) as unknown as Down);
    void this.listen();
  }

  async listen(): Promise<void> {
    const channels = ["pos.multi_session", "pos.longpolling"].map((name) =>
      JSON.stringify([this.database, name, String(this.pos)]),
    );
    for (;;) {
      const news = (await this.rpc("/longpolling/poll", { channels, last: this.last, options: {} })) as {
        id: number;
        message: Down;
      }[];
      for (const one of news) {
        this.last = Math.max(this.last, one.id);
        this.take(one.message);
      }
    }
  }

  make(): Held {
    const n = String(++this.#made).padStart(4, "0");
    const uid = `000${this.session}-001-${n}`;
    const made = {
      uid,
      number: this.#made,
      revision: 1,
      onServer: false,
      lines: [],
      fields: { partner_id: false },
      tender: [],
    };
    this.orders.push(made);
    return made;
  }

  add(order: Held, product: number, price: number): Promise<void> {
    const uid = `${order.uid}-${++this.#lines}`;
    order.lines.push({ uid, product_id: product, qty: 1, price_unit: price, discount: 0, tax_ids: [[6, false, []]] });
    return this.send(order);
  }

  async send(order: Held): Promise<void> {
    const user = { id: 7, name: "Ana" };
    const result = await this.say("update_order", {
      ...order.fields,
      uid: order.uid,
      name: `Order ${order.uid}`,
      sequence_number: order.number,
      revision_ID: order.revision,
      statement_ids: order.tender,
      amount_total: order.lines.reduce((sum, l) => sum + Number(l.qty) * Number(l.price_unit), 0),
      amount_return: 0,
      lines: order.lines.map((l, i) => [0, 0, { ...l, id: i + 1 }]),
      ms_info: { changed: { user, pos: { id: this.pos, name: "Old till" } } },
    });
    if (result.action === "update_revision_ID") {
      order.number = result.order_ID as number;
      order.revision = Math.max(order.revision, result.revision_ID as number);
      order.onServer = true;
    } else if (result.action === "revision_error") {
      if (result.state === "deleted") this.drop(order.uid);
      else {
        this.warned++;
        await this.say("sync_all", {}, { uid: order.uid });
      }
    }
  }

  /** pay takes cash and closes. */
  async pay(order: Held, amount: number): Promise<void> {
    order.tender = [[0, 0, { journal_id: 6, amount, name: "now" }]];
    await this.send(order);
    await this.say("remove_order", { uid: order.uid, revision_ID: order.revision, finalized: true });
    this.drop(order.uid);
  }

  drop(uid: unknown): void {
    this.orders = this.orders.filter((o) => o.uid !== uid);
  }

  take(m: Down): void {
    if (m.action === "sync_all") {
      if (!m.data) return;
      this.noted = m.data.message_ID as number;
      for (const one of m.data.orders!) this.apply(one);
      if (m.data.uid) return;
      const there = new Set(m.data.orders!.map((o) => o.data.uid));
      this.orders = this.orders.filter((o) => !o.onServer || there.has(o.uid));
      return;
    }
    const gap = m.data.message_ID !== this.noted + 1;
    this.noted = m.data.message_ID as number;
    if (m.session_id === this.session) return;
    this.apply(m);
    if (gap) void this.say("sync_all", {});
  }

  apply(m: Down): void {
    const uid = m.data.uid as string;
    if (m.action === "remove_order") return this.drop(uid);
    let order = this.orders.find((o) => o.uid === uid);
    if (!order) {
      order = { uid, number: 0, revision: 1, onServer: true, lines: [], fields: {}, tender: [] };
      this.orders.push(order);
    }
    order.number = m.data.sequence_number as number;
    order.revision = m.data.revision_ID as number;
    order.fields.partner_id = m.data.partner_id;
    const lines = m.data.lines!.map((l) => l[2]);
    for (const line of lines) {
      const known = order.lines.find((l) => l.uid === line.uid);
      if (!known) order.lines.push({ ...line, is_changed: undefined });
      else if (line.is_changed)
        Object.assign(known, { qty: line.qty, price_unit: line.price_unit, discount: line.discount });
      (known ?? order.lines.at(-1)!).ms_info = line.ms_info;
    }
    order.lines = order.lines.filter((l) => lines.some((other) => other.uid === l.uid));
  }
}
