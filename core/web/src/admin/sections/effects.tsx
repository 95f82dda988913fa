import { useState } from "preact/hooks";
import type { AdminEffect, EffectsResponse } from "manytill";
import { all, call, type Problem } from "../api.ts";
import { Ask } from "../parts/dialog.tsx";
import { say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { href } from "../route.ts";
import { count, when } from "../words/words.ts";

/** most is how many are shown. */
const most = 200;

const load = () =>
  all.pages<EffectsResponse, AdminEffect>(
    "/effects?state=waiting&state=held&state=answered&state=given_up",
    (page) => page.effects,
    most,
  );

const states: Record<AdminEffect["state"], { words: string; look: string; more: string }> = {
  waiting: { words: "Waiting", look: "tag-busy", more: "It is done as soon as that is possible." },
  held: { words: "Held", look: "tag-busy", more: "It is of a restored backup, and waits until you release it." },
  answered: { words: "Answered", look: "tag-busy", more: "It was done; its order wasn't told the outcome yet." },
  given_up: { words: "Given up", look: "tag-bad", more: "It failed for 72 hours and isn't tried any more." },
  done: { words: "Done", look: "tag-good", more: "" },
  dropped: { words: "Dropped", look: "", more: "" },
};

const path = (of: AdminEffect, what: string) => `/effects/${encodeURIComponent(of.id)}/${what}`;

/** Effects shows what extensions want done after changes and isn't done, if there is any. */
export function Effects() {
  const { data, trouble, again } = usePoll(load, 5000);
  const [failed, setFailed] = useState<Problem>(),
    [dropping, setDropping] = useState<AdminEffect>(),
    [releasing, setReleasing] = useState(false);
  if (!data?.items.length) return <Trouble of={trouble} />;
  const held = data.items.filter((e) => e.state === "held").length;
  const retry = async (of: AdminEffect) => {
    setFailed(undefined);
    try {
      await call("POST", path(of, "retry"));
      say(`${of.name} of ${of.extension} is done again.`);
    } catch (e) {
      setFailed(e as Problem);
    }
    await again();
  };
  return (
    <section class="panel effects" aria-label="Effects">
      <header class="head">
        <div>
          <h2>Effects</h2>
          <p class="hint mb-0">What extensions want done after changes, such as calls to other services.</p>
        </div>
        {held > 0 && (
          <button type="button" class="btn btn-primary btn-sm" onClick={() => setReleasing(true)}>
            Release all that are held
          </button>
        )}
      </header>
      <Trouble of={trouble} />
      <Trouble of={failed} />
      {data.more && <p class="hint">These are the oldest {count(data.items.length, "effect")}; there are more.</p>}
      <div class="table-responsive">
        <table class="table table-sm">
          <thead>
            <tr>
              <th>State</th>
              <th>Effect</th>
              <th>Key</th>
              <th>Asked for</th>
              <th>Tries</th>
              <th>Last error</th>
              <th>
                <span class="visually-hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            {data.items.map((e) => (
              <Row key={e.id} of={e} retry={() => retry(e)} drop={() => setDropping(e)} />
            ))}
          </tbody>
        </table>
      </div>
      {releasing && (
        <Ask
          title="Release all effects that are held?"
          go="Release"
          close={() => setReleasing(false)}
          submit={async () => {
            const { released } = await call<{ released: number }>("POST", "/effects/release");
            await again();
            say(`${count(released, "effect")} released.`);
            setReleasing(false);
          }}
        >
          <p class="mb-0">
            They are held because a backup was restored. Release them on the server that the shop uses, not on a copy: a
            copy would book, print and call once more.
          </p>
        </Ask>
      )}
      {dropping && (
        <Ask
          title={`Drop ${dropping.name} of ${dropping.extension}?`}
          go="Drop"
          danger
          close={() => setDropping(undefined)}
          submit={async () => {
            await call("POST", path(dropping, "drop"));
            await again();
            say(`${dropping.name} of ${dropping.extension} is dropped.`);
            setDropping(undefined);
          }}
        >
          <p class="mb-0">
            {dropping.state === "answered"
              ? "It was done, and its order is not told the outcome."
              : "It isn't done any more, and its order is told so."}
          </p>
        </Ask>
      )}
    </section>
  );
}

function Row({ of, retry, drop }: { of: AdminEffect; retry: () => void; drop: () => void }) {
  const state = states[of.state],
    name = `${of.name} of ${of.extension}, key ${of.key}`;
  return (
    <tr>
      <td>
        <span class={`tag ${state.look}`} title={state.more}>
          {state.words}
        </span>
      </td>
      <td>
        <code>{of.name}</code> of {of.extension}{" "}
        <a href={href("orders", of.multi_session, of.order)}>
          its order<span class="visually-hidden">, for {name}</span>
        </a>
      </td>
      <td class="ids">{of.key}</td>
      <td class="nowrap">{when(of.at)}</td>
      <td class="num">{of.tries}</td>
      <td>{of.last_error}</td>
      <td>
        <div class="acts">
          <button type="button" class="btn btn-quiet btn-sm" onClick={retry}>
            Retry<span class="visually-hidden"> {name}</span>
          </button>
          {of.state !== "given_up" && (
            <button type="button" class="btn btn-quiet btn-sm" onClick={drop}>
              Drop<span class="visually-hidden"> {name}</span>
            </button>
          )}
        </div>
      </td>
    </tr>
  );
}
