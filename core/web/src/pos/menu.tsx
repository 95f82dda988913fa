import { useState } from "preact/hooks";
import { Dialog } from "../ui/dialog.tsx";
import { openIds, orderOf } from "./orders.ts";
import { open, shut } from "./screen.ts";
import { sayClosed } from "./shut.tsx";
import { foreign } from "./reach.ts";
import { unpair } from "./saved.ts";
import { link, session, status } from "./session.ts";
import { clock, count } from "./words.ts";

export function MenuDialog() {
  const s = status.value!,
    c = link.value,
    saved = session.value!.saved;
  const rows: [string, string][] = [
    ["POS", saved.name],
    ["Multi-session", s.multiSession?.name ?? (saved.multiSession || "none")],
    ["Run", s.run ? String(s.run) : "—"],
    ["Link", s.transport ? `${s.transport}, since ${clock(s.since)}` : `none since ${clock(s.since)}`],
    ["Not sent yet", count(s.unsent, "tap")],
    ...(s.waiting ? [["Waiting for another till", count(s.waiting, "tap")] as [string, string]] : []),
  ];
  return (
    <Dialog title={saved.name} close={shut}>
      <p class={`state state-${c.tone}`}>
        <span class="link-dot" />
        {c.long}
      </p>
      <dl class="facts">
        {rows.map(([k, v]) => (
          <div key={k}>
            <dt>{k}</dt>
            <dd>{v}</dd>
          </div>
        ))}
      </dl>
      <div class="menu-acts">
        {c.tone !== "good" && (
          <button type="button" class="btn btn-outline-secondary btn-lg" onClick={() => session.value!.till.retry()}>
            Try to connect now
          </button>
        )}
        {foreign.value && (
          <a class="btn btn-outline-secondary btn-lg" href="/" target="_blank" rel="noopener">
            See what answers
          </a>
        )}
        <button type="button" class="btn btn-outline-secondary btn-lg" onClick={() => open("close")}>
          Close this till
        </button>
        <a class="btn btn-outline-secondary btn-lg" href="/pos?choose">
          Another POS in this browser
        </a>
        <UnpairButton />
      </div>
    </Dialog>
  );
}

function UnpairButton() {
  const [sure, setSure] = useState(false),
    { saved, till } = session.value!,
    unsent = status.value?.unsent ?? 0;
  const go = async () => {
    unpair(saved.pos);
    await till.close();
    location.assign("/pos?choose");
  };
  return (
    <>
      <button type="button" class="btn btn-outline-danger btn-lg" onClick={() => (sure ? void go() : setSure(true))}>
        {sure ? "Yes, unpair it" : "Unpair this browser"}
      </button>
      {sure && (
        <p class="text-body-secondary" role="status">
          It needs a new pairing code then.
          {unsent > 0 &&
            ` ${count(unsent, "tap")} not sent yet stay here, and are sent when it is paired with ${saved.name} again.`}
        </p>
      )}
    </>
  );
}

/** stillOpen says what becomes of so many orders. */
function stillOpen(some: number): string {
  if (some === 0) return "No order is open.";
  const [are, them] = some === 1 ? ["1 order is", "it"] : [`${some} orders are`, "them"];
  return (
    `${are} still open. The other tills keep ${them}; when the last till closes, ` +
    `the server carries ${them} into the next run or gives ${them} up, as its config says.`
  );
}

export function CloseDialog() {
  const [busy, setBusy] = useState(false),
    [wrong, setWrong] = useState(""),
    unsent = status.value?.unsent ?? 0;
  const close = async () => {
    setBusy(true);
    try {
      const { run_ended, open_orders } = await session.value!.till.closeTill();
      const ended = run_ended ? " It was the last one: the run has ended." : "",
        left = open_orders.length ? ` Not paid yet: ${open_orders.map((o) => o.number).join(", ")}.` : "";
      sayClosed(`This till is closed.${ended}${left}`);
      shut();
    } catch (e) {
      setWrong((e as Error).message || "The server can't be reached; close the till when it is back.");
      setBusy(false);
    }
  };
  const foot = (
    <>
      <button type="button" class="btn btn-outline-secondary btn-lg" autofocus onClick={shut}>
        Not now
      </button>
      <button type="button" class="btn btn-primary btn-lg" disabled={busy} onClick={() => void close()}>
        Close the till
      </button>
    </>
  );
  return (
    <Dialog title="Close this till?" close={shut} foot={foot}>
      {unsent > 0 && (
        <p class="alert alert-warning">
          {count(unsent, "tap")} of this till {unsent === 1 ? "isn't" : "aren't"} sent yet. They are sent when it is
          opened again.
        </p>
      )}
      <p>{stillOpen(openIds.value.filter((id) => orderOf(id).value?.number).length)}</p>
      {wrong && (
        <p class="alert alert-danger" role="alert">
          {wrong}
        </p>
      )}
    </Dialog>
  );
}
