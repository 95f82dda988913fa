import { useState } from "preact/hooks";
import type { Difference, ExtensionRun, TraceResponse } from "manytill";
import { call, type Problem } from "../api.ts";
import { Loading, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { shortened } from "./stored.tsx";
import { count, ms, when } from "../words/words.ts";

/** traced is how long a trace is on, in seconds; then it ends by itself. */
const traced = 600;

/** Trace shows the last runs of an extension's hooks, once somebody opens it. */
export function Trace({ extension }: { extension: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="more" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>Trace of its hooks</summary>
      {open && <Runs extension={extension} />}
    </details>
  );
}

function Runs({ extension }: { extension: string }) {
  const path = `/extensions/${encodeURIComponent(extension)}/trace`;
  const { data, trouble, again } = usePoll(() => call<TraceResponse>("GET", path), 2000);
  const [failed, setFailed] = useState<Problem>();
  const ask = async (method: string, body?: unknown) => {
    setFailed(undefined);
    try {
      await call(method, path, body);
    } catch (e) {
      setFailed(e as Problem);
    }
    await again();
  };
  return (
    <>
      <Trouble of={trouble} />
      <Trouble of={failed} />
      {!data && !trouble && <Loading />}
      {data && (
        <p class="trace-head">
          {data.on ? (
            <>
              Each run is noted until {when(data.until!)}; the last 50 are shown.{" "}
              <button type="button" class="btn btn-quiet btn-sm" onClick={() => ask("DELETE")}>
                End<span class="visually-hidden"> the trace of {extension}</span>
              </button>
            </>
          ) : (
            <>
              It isn't traced now.{" "}
              <button type="button" class="btn btn-quiet btn-sm" onClick={() => ask("POST", { seconds: traced })}>
                Trace for 10 minutes<span class="visually-hidden">: {extension}</span>
              </button>
            </>
          )}
        </p>
      )}
      {data?.on && data.runs.length === 0 && <p class="hint mb-0">Its hooks haven't run since.</p>}
      {data && [...data.runs].reverse().map((r) => <Run key={r.seq} of={r} />)}
    </>
  );
}

export const ends: Record<string, { words: string; look: string }> = {
  taken: { words: "Taken", look: "tag-good" },
  failed: { words: "Failed", look: "tag-bad" },
  vetoed: { words: "Vetoed", look: "tag-busy" },
  slow: { words: "Slow", look: "tag-busy" },
};

/** Run is what a run was given, and what it made of it. */
export function Run({ of }: { of: ExtensionRun }) {
  const end = ends[of.end] ?? { words: of.end, look: "" };
  return (
    <details class="traced">
      <summary>
        <span class="nowrap">{when(of.at)}</span> <span class={`tag ${end.look}`}>{end.words}</span>{" "}
        {of.number > 0 ? `Order ${of.number}` : "New order"}
        {of.line && `, line ${of.line}`}, {ms(of.took_ms)}, {count(of.out.length, "difference")}
      </summary>
      {of.message && <p class="mb-0">{of.message}</p>}
      <Differences title="What changed before it ran" of={of.in} />
      <Differences title="What it made of it" of={of.out} />
      {of.notes.length > 0 && (
        <ul class="notes">
          {of.notes.map((n) => (
            <li key={n}>Not taken: {n}</li>
          ))}
        </ul>
      )}
    </details>
  );
}

/** Differences are keys with their values before and after. */
export function Differences({ title, of }: { title: string; of: Difference[] }) {
  if (of.length === 0) return <p class="hint mb-0">{title}: nothing.</p>;
  return (
    <table class="table table-sm">
      <caption>{title}</caption>
      <thead>
        <tr>
          <th>Key</th>
          <th>Before</th>
          <th>After</th>
        </tr>
      </thead>
      <tbody>
        {of.map((d) => (
          <tr key={d.key}>
            <td class="ids">{d.key}</td>
            <td class="ids">{shortened(JSON.stringify(d.before))}</td>
            <td class="ids">{shortened(JSON.stringify(d.after))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
