import type { ExtensionShadow, ShadowDifference } from "manytill";
import { Differences, ends } from "./trace.tsx";
import { count, ms, when } from "../words/words.ts";

/** Shadow is how a new version does that runs beside the old one without effect. */
export function Shadow({ of }: { of: ExtensionShadow }) {
  return (
    <details class="more">
      <summary>
        New version {of.version} beside it: {of.differ} of {count(of.runs, "record")} would differ
      </summary>
      <p class="hint mb-0">
        It runs on the same records since {when(of.since)}, without effect
        {of.runs > 0 && `, ${ms(of.time_ms / of.runs)} each`}. To swap, give the extension's entry in the server's
        config the new version's path, take the other entry away, and press Reload.
        {of.not_run > 0 && ` On ${count(of.not_run, "record")} it couldn't be run.`}
        {of.dropped > 0 && ` ${count(of.dropped, "record")} more weren't compared, as too many waited.`}
      </p>
      {[...of.found].reverse().map((d, i) => (
        <Found key={i} of={d} />
      ))}
    </details>
  );
}

function Found({ of }: { of: ShadowDifference }) {
  return (
    <details class="traced">
      <summary>
        <span class="nowrap">{when(of.at)}</span> {of.number > 0 ? `Order ${of.number}` : "New order"}
        {of.line && `, line ${of.line}`},{" "}
        {of.was === of.is
          ? count(of.differences.length, "difference")
          : `${ends[of.was]?.words ?? of.was} → ${ends[of.is]?.words ?? of.is}`}
      </summary>
      {of.message && <p class="mb-0">{of.message}</p>}
      {of.differences.length > 0 && (
        <Differences title="With the old version, and with the new one" of={of.differences} />
      )}
    </details>
  );
}
