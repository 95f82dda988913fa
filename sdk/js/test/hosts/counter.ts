// A server that applies pushes once per id, and notes what is wrong with them.
export class Counter {
  applied = 0;
  down = false;
  clients = new Map<string, Map<number, string>>();
  /** Ids that came with two bodies. */
  twice: string[] = [];
  users: (string | undefined)[] = [];
  tokens: string[] = [];

  fetch: typeof fetch = async (url, init) => {
    await new Promise((resolve) => setTimeout(resolve));
    if (this.down) throw new TypeError("network");
    if (!String(url).endsWith("/v1/push")) return Response.json({ order: {}, orderline: {} });
    this.tokens.push(new Headers(init!.headers).get("Authorization")!);
    const { client_id, mutations } = JSON.parse(init!.body as string);
    const known = this.clients.get(client_id) ?? new Map<number, string>();
    this.clients.set(client_id, known);
    for (const m of mutations) {
      const body = JSON.stringify(m);
      const before = known.get(m.id);
      if (before === undefined) {
        if (m.id !== known.size + 1) throw new Error(`a hole before ${m.id}`);
        this.applied++;
        this.users.push(m.user?.name);
        known.set(m.id, body);
      } else if (before !== body) this.twice.push(`${client_id} ${m.id}`);
    }
    return Response.json({ last_id: known.size, results: [], changes: [], cursor: "c", seq: 0, head: 0, more: false });
  };
}
