import { useState } from "preact/hooks";
import { call } from "../api.ts";
import { Ask } from "../parts/dialog.tsx";
import { Empty, Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { go, href } from "../route.ts";
import type { AdminMultiSession, AdminPOS } from "manytill";
import { MultiSessionForm } from "./multisession.tsx";

export const loadFloor = async () => {
  const [m, p] = await Promise.all([
    call<{ multi_sessions: AdminMultiSession[] }>("GET", "/multi-sessions"),
    call<{ pos: AdminPOS[] }>("GET", "/pos"),
  ]);
  const byName = (a: { name: string }, b: { name: string }) =>
    a.name.localeCompare(b.name, undefined, { numeric: true });
  return { sessions: m.multi_sessions.sort(byName), pos: p.pos.sort(byName) };
};

/** MultiSessions lists them, and edits the one that the address names. */
export function MultiSessions({ of }: { of?: string }) {
  const { data, trouble, again } = usePoll(loadFloor, of ? 0 : 3000);
  const [deleting, setDeleting] = useState<AdminMultiSession>();
  if (!data)
    return (
      <>
        <h1>Multi-session settings</h1>
        {trouble ? <Trouble of={trouble} /> : <Loading />}
      </>
    );
  if (of) {
    const session = data.sessions.find((m) => m.id === of);
    if (of === "new" || session) return <MultiSessionForm key={of} session={session} floor={data} again={again} />;
  }
  return (
    <>
      <header class="head">
        <div>
          <h1>Multi-session settings</h1>
          <p class="hint">POS of one multi-session see the same open orders.</p>
        </div>
        <a class="btn btn-primary" href={href("multi-sessions", "new")}>
          Create
        </a>
      </header>
      <Trouble of={trouble} />
      {data.sessions.length ? (
        <List sessions={data.sessions} pos={data.pos} drop={setDeleting} />
      ) : (
        <Empty title="There is no multi-session yet">
          <p>
            Create one and choose the POS that should see the same orders.
            {data.pos.length === 0 && " A POS can be made first, or later."}
          </p>
          <a class="btn btn-primary" href={href("multi-sessions", "new")}>
            Create a multi-session
          </a>
        </Empty>
      )}
      {deleting && <Delete session={deleting} pos={data.pos} close={() => setDeleting(undefined)} again={again} />}
    </>
  );
}

function List({
  sessions,
  pos,
  drop,
}: {
  sessions: AdminMultiSession[];
  pos: AdminPOS[];
  drop: (m: AdminMultiSession) => void;
}) {
  const name = (id: string) => pos.find((p) => p.id === id)?.name ?? id;
  const open = (id: string) => pos.find((p) => p.id === id)?.till_open;
  return (
    <div class="card-list">
      {sessions.map((m) => (
        <section key={m.id} class="panel row-panel" aria-label={m.name}>
          <div class="grow">
            <h2>
              {m.name} <span class={`tag ${m.active ? "tag-good" : ""}`}>{m.active ? "Active" : "Not active"}</span>
            </h2>
            <p class="chips">
              {m.pos.length === 0 && <span class="hint">No POS in it yet</span>}
              {m.pos.map((id) => (
                <span key={id} class="chip">
                  <i class={`dot ${open(id) ? "dot-good" : ""}`} />
                  {name(id)}
                  <small>{open(id) ? "open" : "closed"}</small>
                </span>
              ))}
            </p>
          </div>
          <span class="hint run">{m.run ? `Run ${m.run}` : "Not opened yet"}</span>
          <div class="acts">
            <a class="btn btn-quiet btn-sm" href={href("live", m.id)}>
              Watch<span class="visually-hidden"> {m.name}</span>
            </a>
            <a class="btn btn-quiet btn-sm" href={href("multi-sessions", m.id)}>
              Edit<span class="visually-hidden"> {m.name}</span>
            </a>
            <button type="button" class="btn btn-quiet btn-sm text-danger-emphasis" onClick={() => drop(m)}>
              Delete<span class="visually-hidden"> {m.name}</span>
            </button>
          </div>
        </section>
      ))}
    </div>
  );
}

function Delete({
  session,
  pos,
  close,
  again,
}: {
  session: AdminMultiSession;
  pos: AdminPOS[];
  close: () => void;
  again: () => Promise<void>;
}) {
  const open = pos.filter((p) => session.pos.includes(p.id) && p.till_open);
  const submit = async () => {
    await call("DELETE", `/multi-sessions/${session.id}`);
    await again();
    say(`${session.name} is deleted.`);
    close();
    go("multi-sessions");
  };
  return (
    <Ask title={`Delete ${session.name}?`} go="Delete" danger close={close} submit={submit}>
      <p>
        Its POS stay and work alone until you add them to another. Its orders stay in the database, but nobody sees them
        here.
      </p>
      {open.length > 0 && (
        <p class="mb-0">Its tills must be closed first. Open now: {open.map((p) => p.name).join(", ")}.</p>
      )}
    </Ask>
  );
}
