import { useMemo } from "preact/hooks";
import { call } from "../api.ts";
import { Chart, type Series } from "../parts/chart.tsx";
import { Loading, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { ThisOne } from "./nodes.tsx";
import type { StatsBucket, StatsResponse } from "manytill";
import { count, ms } from "../words/words.ts";

/** Charts is the last hour: how much was pushed, and how long it took. */
export function Charts() {
  const { data, trouble } = usePoll(() => call<StatsResponse>("GET", "/stats"), 5000);
  const buckets = data?.buckets;
  const lines = useMemo(() => buckets && columns(buckets), [buckets]);
  return (
    <>
      <header class="head">
        <div>
          <h1>Charts</h1>
          <p class="hint">The last hour, or since the server started.</p>
          <ThisOne what="What was pushed" />
        </div>
      </header>
      <Trouble of={trouble} />
      {!lines && !trouble && <Loading />}
      {lines && (
        <>
          <div class="tiles" translate={false}>
            {tiles(buckets!).map((t) => (
              <div key={t.name} class="panel tile">
                <span class="hint">{t.name}</span>
                <b>{t.value}</b>
              </div>
            ))}
          </div>
          <section class="panel" aria-label="Mutations a second">
            <h2>Mutations a second</h2>
            <Chart
              label={`Mutations a second over the last hour: ${summary(buckets!)}`}
              x={lines.at}
              series={[
                { name: "All", values: lines.rate, colour: "--line-a", fill: true, steps: true },
                { name: "Rejected", values: lines.rejected, colour: "--line-b", steps: true },
              ]}
              unit={(v) => round(v)}
            />
          </section>
          <section class="panel" aria-label="From tap to disk">
            <h2>From a push's arrival to its being on disk</h2>
            <Chart
              label="Time of pushes over the last hour, median and 99th percentile"
              x={lines.at}
              series={latency(lines)}
              unit={(v) => (v ? ms(v) : "0")}
            />
          </section>
        </>
      )}
    </>
  );
}

function round(v: number): string {
  if (v === 0) return "0";
  return v >= 10 ? v.toFixed(0) : v.toFixed(1);
}
const latency = (l: ReturnType<typeof columns>): Series[] => [
  { name: "Half of them within", values: l.p50, colour: "--line-a", dots: true },
  { name: "99 of 100 within", values: l.p99, colour: "--line-b", dots: true },
];

function columns(buckets: StatsBucket[]) {
  // The newest is drawn once it lasted long enough to be a rate.
  const whole = buckets.filter((b, i) => i < buckets.length - 1 || b.seconds >= 2);
  // A bucket is a step from its beginning to its end: the last one needs its end.
  const last = whole.at(-1),
    at = whole.map((b) => Date.parse(b.at) / 1000);
  const steps = (of: (b: StatsBucket) => number) => (last ? [...whole, last].map(of) : []);
  const dots = (of: (b: StatsBucket) => number | null) => (last ? [...whole.map(of), null] : []);
  return {
    at: last ? [...at, at.at(-1)! + last.seconds] : [],
    rate: steps((b) => b.mutations / b.seconds),
    rejected: steps((b) => b.rejected / b.seconds),
    p50: dots((b) => b.p50_ms),
    p99: dots((b) => b.p99_ms),
  };
}

const sum = (buckets: StatsBucket[], of: (b: StatsBucket) => number) => buckets.reduce((n, b) => n + of(b), 0);
const summary = (b: StatsBucket[]) =>
  `${count(
    sum(b, (x) => x.mutations),
    "mutation",
  )}, ${sum(b, (x) => x.rejected)} rejected`;

function tiles(buckets: StatsBucket[]): { name: string; value: string }[] {
  const busiest = Math.max(0, ...buckets.filter((b) => b.seconds >= 2).map((b) => b.mutations / b.seconds));
  const last = [...buckets].reverse().find((b) => b.p50_ms !== null);
  return [
    { name: "Mutations", value: String(sum(buckets, (b) => b.mutations)) },
    { name: "Rejected", value: String(sum(buckets, (b) => b.rejected)) },
    { name: "Most in a second", value: round(busiest) },
    { name: "Half within, last", value: last ? ms(last.p50_ms!) : "–" },
    { name: "99 of 100 within, last", value: last ? ms(last.p99_ms!) : "–" },
  ];
}
