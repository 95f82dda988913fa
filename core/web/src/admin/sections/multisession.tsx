import { useState } from "preact/hooks";
import { call, Problem } from "../api.ts";
import { Trouble, say } from "../parts/notice.tsx";
import { CloseTill } from "../parts/closetill.tsx";
import { go, href } from "../route.ts";
import type { AdminMultiSession, AdminPOS } from "manytill";
import { list, named } from "../words/words.ts";

interface Props {
  session?: AdminMultiSession;
  floor: { sessions: AdminMultiSession[]; pos: AdminPOS[] };
  again: () => Promise<void>;
}

/** MultiSessionForm creates one or edits one: name, POS, active. */
export function MultiSessionForm({ session, floor, again }: Props) {
  const [name, setName] = useState(session?.name ?? ""),
    [active, setActive] = useState(session?.active ?? true);
  const [chosen, setChosen] = useState(() => new Set(session?.pos ?? []));
  const [trouble, setTrouble] = useState<Problem>(),
    [busy, setBusy] = useState(false);
  const submit = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      await save(session, name.trim(), active, [...chosen]);
      await again();
      say(`${name.trim()} is saved.`);
      go("multi-sessions");
    } catch (e) {
      setTrouble(e instanceof Problem ? e : new Problem("internal", String(e)));
    }
    setBusy(false);
  };
  const toggle = (id: string) =>
    setChosen((was) => {
      const next = new Set(was);
      if (!next.delete(id)) next.add(id);
      return next;
    });
  return (
    <>
      <header class="head">
        <div>
          <a class="up" href={href("multi-sessions")}>
            Multi-session settings
          </a>
          <h1>{session ? session.name : "New multi-session"}</h1>
        </div>
      </header>
      <form class="panel form" onSubmit={submit}>
        <label class="form-label" for="name">
          Name
        </label>
        <input
          id="name"
          class="form-control"
          value={name}
          required
          maxLength={200}
          placeholder="Main floor"
          onInput={(e) => setName(e.currentTarget.value)}
        />
        <fieldset class="mt-4">
          <legend>POS</legend>
          <p class="hint">Those chosen see the same open orders. A POS can come or go only while its till is closed.</p>
          {floor.pos.length === 0 && (
            <p class="mb-0">
              There is no POS yet. <a href={href("pos")}>Make one</a>, then add it here.
            </p>
          )}
          <div class="picks">
            {floor.pos.map((p) => (
              <Pick key={p.id} pos={p} on={chosen.has(p.id)} toggle={toggle} session={session} floor={floor.sessions} />
            ))}
          </div>
        </fieldset>
        <label class="form-check form-switch mt-4">
          <input
            class="form-check-input"
            type="checkbox"
            // biome-ignore lint/a11y/useAriaPropsForRole: a checkbox says by itself whether it is on
            role="switch"
            checked={active}
            onChange={(e) => setActive(e.currentTarget.checked)}
          />
          <span class="form-check-label">
            Active <small class="hint">Its POS work alone while it isn't.</small>
          </span>
        </label>
        {trouble?.code === "till_open" ? (
          <OpenTills ids={trouble.extra.pos as string[]} pos={floor.pos} session={session} again={again} />
        ) : (
          <Trouble of={trouble} />
        )}
        <footer class="form-foot">
          <button class="btn btn-primary" type="submit" disabled={busy}>
            Save
          </button>
          <a class="btn btn-quiet" href={href("multi-sessions")}>
            Cancel
          </a>
        </footer>
      </form>
    </>
  );
}

async function save(
  session: AdminMultiSession | undefined,
  name: string,
  active: boolean,
  pos: string[],
): Promise<void> {
  if (session) return void (await call("PATCH", `/multi-sessions/${session.id}`, { name, active, pos }));
  const made = await call<AdminMultiSession>("POST", "/multi-sessions", { name, pos });
  if (!active) await call("PATCH", `/multi-sessions/${made.id}`, { active });
}

function Pick({
  pos,
  on,
  toggle,
  session,
  floor,
}: {
  pos: AdminPOS;
  on: boolean;
  toggle: (id: string) => void;
  session?: AdminMultiSession;
  floor: AdminMultiSession[];
}) {
  const other =
    pos.multi_session && pos.multi_session !== session?.id ? floor.find((m) => m.id === pos.multi_session) : undefined;
  return (
    <label class="pick">
      <input class="form-check-input" type="checkbox" checked={on} onChange={() => toggle(pos.id)} />
      <span class="grow">
        <b>{pos.name}</b> <small class="hint">{pos.id}</small>
        {other && (
          <small class="hint d-block">
            In {other.name} now{on && "; it will move here"}
          </small>
        )}
      </span>
      <span class={`tag ${pos.till_open ? "tag-busy" : ""}`}>
        {pos.till_open ? `Till open${pos.user ? `, ${named(pos.user)}` : ""}` : "Till closed"}
      </span>
    </label>
  );
}

/** OpenTills says which POS keep it from being saved, and offers to close them. */
function OpenTills({
  ids,
  pos,
  session,
  again,
}: {
  ids: string[];
  pos: AdminPOS[];
  session?: AdminMultiSession;
  again: () => Promise<void>;
}) {
  const [closing, setClosing] = useState<AdminPOS>();
  const open = ids.map(
    (id) => pos.find((p) => p.id === id) ?? ({ id, name: id, till_open: true, user: null } as AdminPOS),
  );
  const left = open.filter((p) => p.till_open);
  if (!left.length)
    return (
      <div class="alert alert-success mt-4 mb-0" role="status">
        Those tills are closed now. Save again.
      </div>
    );
  return (
    <div class="alert alert-warning mt-4 mb-0" role="alert">
      <p>
        <b>
          Not saved: {list(left.map((p) => p.name))} {left.length > 1 ? "have open tills" : "has an open till"}.
        </b>{" "}
        A POS can be added or taken out only while its till is closed, so that no order is left half here and half
        there. Let the cashier close it, or close it from here.
      </p>
      {left.map((p) => (
        <div key={p.id} class="d-flex align-items-center gap-3 mb-2">
          <span class="grow">
            <b>{p.name}</b>: till open{p.user ? ` by ${named(p.user)}` : ""},{" "}
            {session?.pos.includes(p.id) ? "so it can't be taken out" : "so it can't be added"}
          </span>
          <button type="button" class="btn btn-quiet btn-sm" onClick={() => setClosing(p)}>
            Close its till<span class="visually-hidden"> ({p.name})</span>
          </button>
        </div>
      ))}
      {closing && <CloseTill pos={closing} close={() => setClosing(undefined)} done={again} />}
    </div>
  );
}
