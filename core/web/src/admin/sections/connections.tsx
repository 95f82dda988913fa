import { memo } from "preact/compat";
import { Empty } from "../parts/notice.tsx";
import type { Connection } from "manytill";
import { count, named, when } from "../words/words.ts";

const transports: Record<string, string> = { socket: "WebSocket", stream: "Event stream", poll: "Long poll" };

/** Connections are the tills that hear of changes at once. */
export function Connections({ all }: { all: Connection[] }) {
  if (!all.length)
    return (
      <Empty title="No till is connected">
        <p>A till that is open and online stands here. One that is offline goes on working and sends later.</p>
      </Empty>
    );
  return (
    <div class="panel table-panel">
      <table class="table">
        <thead>
          <tr>
            <th>POS</th>
            <th>User</th>
            <th>Behind</th>
            <th>Transport</th>
            <th>Since</th>
          </tr>
        </thead>
        <tbody translate={false}>
          {all.map((c) => (
            <Row key={c.client_id + c.transport + c.since} of={c} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

const Row = memo(function Row({ of }: { of: Connection }) {
  return (
    <tr>
      <td>
        <b>{named(of.pos)}</b>
      </td>
      <td>{named(of.user) || <span class="hint">nobody said</span>}</td>
      <td class="state">
        <i class={`dot ${of.lag === 0 ? "dot-good" : "dot-busy"}`} />
        {of.lag === 0 ? "Up to date" : count(of.lag, "change")}
      </td>
      <td>{transports[of.transport] ?? of.transport}</td>
      <td class="nowrap">{when(of.since)}</td>
    </tr>
  );
});
