import type { Node, NodesResponse } from "manytill";
import { call } from "../api.ts";
import { usePoll } from "../poll.ts";

/** Nodes are the servers of one database, with what they run otherwise; nothing where there is one. */
export function Nodes() {
  const { data } = usePoll(() => call<NodesResponse>("GET", "/nodes"), 5000);
  if (!data?.nodes.length) return null;
  const differ = data.nodes.some((n) => n.differs);
  return (
    <section class="panel" aria-label="Servers">
      <h2>Servers of this database</h2>
      {differ && (
        <div class="alert alert-danger my-3" role="alert">
          They run different extensions, so an order depends on which server its till is at. Give all the same files and
          configuration, then reload the extensions of each.
        </div>
      )}
      {data.trouble && (
        <div class="alert alert-warning my-3" role="alert">
          Changes are told between these servers within two seconds, not at once: {data.trouble}.
        </div>
      )}
      <table class="table table-sm mb-0">
        <thead>
          <tr>
            <th>Server</th>
            <th>Extensions</th>
            <th>Compared with this one</th>
          </tr>
        </thead>
        <tbody translate={false}>
          {data.nodes.map((n, i) => (
            <Row key={n.name} of={n} answers={i === 0} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** ThisOne says that what a page shows is of this server alone; nothing where it is the only one. */
export function ThisOne({ what }: { what: string }) {
  const { data } = usePoll(() => call<NodesResponse>("GET", "/nodes"), 30_000);
  if (!data || data.nodes.length < 2) return null;
  return (
    <p class="hint" role="note">
      {what} at {data.nodes[0]!.at} alone: this database has {data.nodes.length} servers.
    </p>
  );
}

function Row({ of, answers }: { of: Node; answers: boolean }) {
  return (
    <tr>
      <td>
        <b>{of.at}</b> {answers && <span class="hint">this one</span>}
      </td>
      <td>
        {of.extensions.map((x) => (
          <div key={x.name}>
            {x.name} <span class="hint">{x.version}</span> <code>{x.sum}</code>
          </div>
        ))}
        {of.more && <div class="hint">and {of.more} more</div>}
        {!of.extensions.length && <span class="hint">none</span>}
      </td>
      <td class="state">
        {!answers && <i class={`dot ${of.differs ? "dot-busy" : "dot-good"}`} />}
        {answers ? "" : of.differs || "The same"}
      </td>
    </tr>
  );
}
