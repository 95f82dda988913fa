import { useState } from "preact/hooks";
import { call } from "../api.ts";
import { ActsHead } from "../parts/acts.tsx";
import { CloseTill } from "../parts/closetill.tsx";
import { Ask } from "../parts/dialog.tsx";
import { Empty, Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { href } from "../route.ts";
import type { AdminMultiSession, AdminPOS, TokenResponse } from "manytill";
import { named, since, when } from "../words/words.ts";
import { loadFloor } from "./multisessions.tsx";
import { CreatePos, Paired } from "./pairing.tsx";

type Doing =
  | { what: "create" }
  | { what: "rename" | "token" | "close" | "delete"; pos: AdminPOS }
  | { what: "paired"; token: TokenResponse; name: string };

/** AllPos is the list of POS and all that can be done to one. */
export function AllPos() {
  const { data, trouble, again } = usePoll(loadFloor, 3000);
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  return (
    <>
      <header class="head">
        <div>
          <h1>POS</h1>
          <p class="hint">Each till is one POS, with a token of its own.</p>
        </div>
        <button type="button" class="btn btn-primary" onClick={() => setDoing({ what: "create" })}>
          Create
        </button>
      </header>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data &&
        (data.pos.length ? (
          <Table pos={data.pos} sessions={data.sessions} act={setDoing} />
        ) : (
          <Empty title="There is no POS yet">
            <p>Create one for each till, then scan its QR code on the tablet.</p>
            <button type="button" class="btn btn-primary" onClick={() => setDoing({ what: "create" })}>
              Create a POS
            </button>
          </Empty>
        ))}
      {doing?.what === "create" && (
        <CreatePos
          close={close}
          made={(token, name) => {
            void again();
            setDoing({ what: "paired", token, name });
          }}
        />
      )}
      {doing?.what === "paired" && <Paired token={doing.token} name={doing.name} close={close} />}
      {doing?.what === "rename" && <Rename pos={doing.pos} close={close} again={again} />}
      {doing?.what === "token" && (
        <Replace
          pos={doing.pos}
          close={close}
          made={(token) => setDoing({ what: "paired", token, name: doing.pos.name })}
        />
      )}
      {doing?.what === "close" && <CloseTill pos={doing.pos} close={close} done={again} />}
      {doing?.what === "delete" && <Delete pos={doing.pos} close={close} again={again} />}
    </>
  );
}

function Table({ pos, sessions, act }: { pos: AdminPOS[]; sessions: AdminMultiSession[]; act: (d: Doing) => void }) {
  return (
    <div class="panel table-panel">
      <table class="table">
        <thead>
          <tr>
            <th>Name</th>
            <th>Multi-session</th>
            <th>Till</th>
            <th>Last seen</th>
            <ActsHead />
          </tr>
        </thead>
        <tbody>
          {pos.map((p) => (
            <Row key={p.id} pos={p} session={sessions.find((m) => m.id === p.multi_session)} act={act} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Row({ pos, session, act }: { pos: AdminPOS; session?: AdminMultiSession; act: (d: Doing) => void }) {
  const button = (what: "rename" | "token" | "close" | "delete", words: string, look = "") => (
    <button type="button" class={`btn btn-quiet btn-sm ${look}`} onClick={() => act({ what, pos })}>
      {words}
      <span class="visually-hidden"> {pos.name}</span>
    </button>
  );
  return (
    <tr>
      <td>
        <b>{pos.name}</b>
        <small class="hint d-block font-monospace">{pos.id}</small>
      </td>
      <td>
        {session ? <a href={href("multi-sessions", session.id)}>{session.name}</a> : <span class="hint">in none</span>}
      </td>
      <td class="state">
        <i class={`dot ${pos.till_open ? "dot-good" : ""}`} />
        {pos.till_open ? `Open${pos.user ? `, ${named(pos.user)}` : ""}` : "Closed"}
      </td>
      <td class="seen">
        <span title={when(pos.last_seen)}>{since(pos.last_seen)}</span>
      </td>
      <td>
        <div class="acts">
          {pos.till_open && button("close", "Close till")}
          {button("token", "New token")}
          {button("rename", "Rename")}
          {button("delete", "Delete", "text-danger-emphasis")}
        </div>
      </td>
    </tr>
  );
}

function Rename({ pos, close, again }: { pos: AdminPOS; close: () => void; again: () => Promise<void> }) {
  const [name, setName] = useState(pos.name);
  const submit = async () => {
    await call("PATCH", `/pos/${encodeURIComponent(pos.id)}`, { name: name.trim() });
    await again();
    say(`${pos.name} is called ${name.trim()} now.`);
    close();
  };
  return (
    <Ask title={`Rename ${pos.name}`} go="Save" close={close} submit={submit}>
      <label class="form-label" for="pos-name">
        Name
      </label>
      <input
        id="pos-name"
        class="form-control"
        value={name}
        required
        maxLength={200}
        onInput={(e) => setName(e.currentTarget.value)}
      />
    </Ask>
  );
}

function Replace({ pos, close, made }: { pos: AdminPOS; close: () => void; made: (t: TokenResponse) => void }) {
  return (
    <Ask
      title={`A new token for ${pos.name}?`}
      go="Make a new token"
      danger
      close={close}
      submit={async () => made(await call<TokenResponse>("POST", `/pos/${encodeURIComponent(pos.id)}/token`))}
    >
      <p class="mb-0">
        The token it has now stops at once: a till that uses it is signed out and must be paired again. On the same
        tablet nothing is lost, what it still holds is sent with the new one.
      </p>
    </Ask>
  );
}

function Delete({ pos, close, again }: { pos: AdminPOS; close: () => void; again: () => Promise<void> }) {
  const submit = async () => {
    await call("DELETE", `/pos/${encodeURIComponent(pos.id)}`);
    await again();
    say(`${pos.name} is deleted.`);
    close();
  };
  return (
    <Ask title={`Delete ${pos.name}?`} go="Delete" danger close={close} submit={submit}>
      <p class="mb-0">
        Its token stops at once, and what its tablet hasn't sent yet can't be sent any more. Its orders and who did what
        stay.
        {pos.till_open && " Its till is open; close it first."}
      </p>
    </Ask>
  );
}
