import { useState } from "preact/hooks";
import type { StrandedQueue } from "manytill";
import { Dialog } from "../ui/dialog.tsx";
import { Icon } from "../ui/icon.tsx";
import { asides, download, dropAside } from "./notices.ts";
import { shut } from "./screen.ts";
import { naming, opWords } from "./refusals.ts";
import { clock, count } from "./words.ts";

const reasons: Record<string, string> = {
  other_server: "They were for another server's database.",
  other_multi_session: "They were for another multi-session.",
  client_taken: "Another POS took over this browser's queue.",
};

export function AsideDialog() {
  if (!asides.value.length) {
    queueMicrotask(shut);
    return null;
  }
  return (
    <Dialog title="Taps that were kept aside" close={shut} wide>
      {asides.value.map((a) => (
        <AsideBox key={a.client_id} a={a} />
      ))}
    </Dialog>
  );
}

function AsideBox({ a }: { a: StrandedQueue }) {
  const [sure, setSure] = useState(false),
    nameOf = naming(a.mutations.flatMap((m) => m.ops));
  return (
    <section class="aside">
      <p>
        {count(a.mutations.length, "tap")}, set aside at {clock(a.at)}. {reasons[a.reason] ?? ""} They are never mixed
        into this one; show them to the manager.
      </p>
      <ul class="plain aside-list">
        {a.mutations.map((m) => (
          <li key={m.id}>
            <small>{m.at ? clock(m.at) : ""}</small>
            <span>{m.ops.map((op) => opWords(op, nameOf)).join(", ")}</span>
            <small>{m.user?.name}</small>
          </li>
        ))}
      </ul>
      <div class="menu-acts">
        <button type="button" class="btn btn-primary btn-lg" onClick={() => download(a)}>
          <Icon name="down" />
          Download as JSON
        </button>
        <button
          type="button"
          class="btn btn-outline-danger btn-lg"
          onClick={() => (sure ? void dropAside(a) : setSure(true))}
        >
          {sure ? "Yes, drop them for good" : "Drop"}
        </button>
      </div>
    </section>
  );
}
