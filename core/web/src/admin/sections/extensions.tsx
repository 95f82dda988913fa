import { Fragment } from "preact";
import { useState } from "preact/hooks";
import { call, type Problem } from "../api.ts";
import { Ask } from "../parts/dialog.tsx";
import { Empty, Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { Effects } from "./effects.tsx";
import { Nodes } from "./nodes.tsx";
import { Shadow } from "./shadow.tsx";
import { Stored } from "./stored.tsx";
import { Trace } from "./trace.tsx";
import { loadExtensions } from "../words/schema.ts";
import type { ExtensionStatus, FieldSpec, Schema } from "manytill";
import { count, ms, when } from "../words/words.ts";

const path = (name: string) => `/extensions/${encodeURIComponent(name)}`;

/** Extensions shows what runs, and switches it on and off. */
export function Extensions() {
  const { data, trouble, again } = usePoll(loadExtensions, 5000);
  const [disabling, setDisabling] = useState<string>(),
    [failed, setFailed] = useState<Problem>(),
    [busy, setBusy] = useState(false);
  const attempt = async (what: () => Promise<unknown>, words: string) => {
    setFailed(undefined);
    setBusy(true);
    try {
      await what();
      say(words);
    } catch (e) {
      setFailed(e as Problem);
    }
    await again();
    setBusy(false);
  };
  return (
    <>
      <header class="head">
        <div>
          <h1>Extensions</h1>
          <p class="hint">They run at every change of an order, in this order.</p>
        </div>
        <button
          type="button"
          class="btn btn-quiet"
          disabled={busy}
          onClick={() => attempt(() => call("POST", "/extensions/reload"), "The extensions are loaded anew.")}
        >
          Reload
        </button>
      </header>
      <Trouble of={trouble} />
      <Trouble of={failed} />
      <Nodes />
      {!data && !trouble && <Loading />}
      {data && data.extensions.length + data.disabled.length === 0 && (
        <Empty title="No extension is configured">
          <p>
            Name one under <code>extensions:</code> in the server's config file, then press Reload. The operator's guide
            says how.
          </p>
        </Empty>
      )}
      {data?.extensions.map((x) => (
        <Card key={x.name} of={x} schema={data.schema} disable={() => setDisabling(x.name)} />
      ))}
      {data?.disabled.map((x) => (
        <section key={x.name} class="panel row-panel" aria-label={x.name}>
          <div class="grow">
            <h2>
              {x.name} <span class="hint">{x.version}</span> <span class="tag">Disabled</span>
            </h2>
            <p class="hint mb-0">Its fields stay stored and go on syncing.</p>
          </div>
          <button
            type="button"
            class="btn btn-primary btn-sm"
            disabled={busy}
            onClick={() => attempt(() => call("PATCH", path(x.name), { enabled: true }), `${x.name} is enabled.`)}
          >
            Enable<span class="visually-hidden"> {x.name}</span>
          </button>
        </section>
      ))}
      <Effects />
      {disabling && (
        <Ask
          title={`Disable ${disabling}?`}
          go="Disable"
          danger
          close={() => setDisabling(undefined)}
          submit={async () => {
            await call("PATCH", path(disabling), { enabled: false });
            await again();
            say(`${disabling} is disabled.`);
            setDisabling(undefined);
          }}
        >
          <p class="mb-0">
            Its hooks stop at once on this server and on tills after their next reload. Its fields stay stored and go on
            syncing. This is written into the server's config file.
          </p>
        </Ask>
      )}
    </>
  );
}

const states: Record<ExtensionStatus["state"], { words: string; look: string; more?: string }> = {
  running: { words: "Running", look: "tag-good" },
  suspended: {
    words: "Suspended",
    look: "tag-busy",
    more: "It failed 5 times within a minute, on several orders. It is left alone for a while and then tried again; sales go on meanwhile.",
  },
  failed: {
    words: "Failed",
    look: "tag-busy",
    more: "Its last call failed. What failed is run again when it works; sales go on meanwhile.",
  },
  down: {
    words: "Down",
    look: "tag-bad",
    more: "Its process ended too often and stays ended until you press Reload. Its log says why.",
  },
};

function Card({ of, schema, disable }: { of: ExtensionStatus; schema: Schema; disable: () => void }) {
  return (
    <section class="panel extension" aria-label={of.name}>
      <header>
        <h2>
          {of.name} <span class="hint">{of.version}</span>{" "}
          <span class={`tag ${states[of.state].look}`}>{states[of.state].words}</span>
        </h2>
        <span class="hint">
          {count(of.calls, "call")}, {ms(of.time_ms)} in all
          {of.calls > 0 && `, ${(of.time_ms / of.calls).toFixed(2)} ms each`}
        </span>
        <button type="button" class="btn btn-quiet btn-sm" onClick={disable}>
          Disable<span class="visually-hidden"> {of.name}</span>
        </button>
      </header>
      {states[of.state].more && (
        <p>
          {states[of.state].more}
          {of.suspended_until && ` The next try is at ${when(of.suspended_until)}.`}
        </p>
      )}
      {of.skipped_orders && (
        <p>
          It fails again and again on {of.skipped_orders.length === 1 ? "the order" : "the orders"}{" "}
          {of.skipped_orders.map((o, i) => (
            <Fragment key={o}>
              {i > 0 && ", "}
              <code>{o}</code>
            </Fragment>
          ))}
          : left out for a while. All others go on.
        </p>
      )}
      {of.signer && (
        <p class="hint">
          {of.signer === "nobody" ? "Added from a pack that nobody signed" : "Signed by "}
          {of.signer !== "nobody" && <code>{of.signer}</code>}
        </p>
      )}
      <Fields of={of} schema={schema} />
      {of.notes.length > 0 && (
        <ul class="notes">
          {of.notes.map((n) => (
            <li key={n}>{n}</li>
          ))}
        </ul>
      )}
      {of.shadow && <Shadow of={of.shadow} />}
      <Trace extension={of.name} />
      {of.stores && <Stored extension={of.name} />}
      {of.errors.length > 0 && <Errors of={of} />}
    </section>
  );
}

function Fields({ of, schema }: { of: ExtensionStatus; schema: Schema }) {
  const rows: { where: string; name: string; spec?: FieldSpec }[] = [
    ...of.fields.order.map((name) => ({ where: "Order", name, spec: schema.order[name] })),
    ...of.fields.orderline.map((name) => ({ where: "Line", name, spec: schema.orderline[name] })),
  ];
  if (!rows.length) return <p class="hint mb-0">It owns no field.</p>;
  return (
    <table class="table table-sm fields">
      <thead>
        <tr>
          <th>Field</th>
          <th>Of</th>
          <th>Label</th>
          <th>Type</th>
          <th>Merge</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((r) => (
          <tr key={r.where + r.name}>
            <td>
              <code>{r.name}</code>
            </td>
            <td>{r.where}</td>
            <td>
              {r.spec?.label || r.name}
              {r.spec?.derived && <span class="hint"> (computed)</span>}
            </td>
            <td>{r.spec?.type ?? ""}</td>
            <td>{r.spec?.merge ?? ""}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Errors({ of }: { of: ExtensionStatus }) {
  return (
    <details class="errors" open={of.state !== "running"}>
      <summary>
        {count(of.errors.length, "error")}, the newest {when(of.errors.at(-1)!.at)}
      </summary>
      <table class="table table-sm">
        <thead>
          <tr>
            <th>Last time</th>
            <th>Times</th>
            <th>Hook</th>
            <th>Order, line</th>
            <th>What</th>
          </tr>
        </thead>
        <tbody>
          {[...of.errors].reverse().map((e, i) => (
            <tr key={i}>
              <td class="nowrap">{when(e.at)}</td>
              <td class="num" title={e.count > 1 ? `since ${when(e.first_at)}` : undefined}>
                {e.count}
              </td>
              <td>
                <code>{e.hook}</code>
              </td>
              <td class="ids">{[e.order, e.line].filter(Boolean).join(", ")}</td>
              <td>{e.message}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </details>
  );
}
