import { useState } from "preact/hooks";
import type { AdminCopy, AdminRelay, RelaysResponse, RelayTokenResponse, UpstreamResponse } from "manytill";
import { shopNow } from "../../ui/place.ts";
import { call } from "../api.ts";
import { ActsHead } from "../parts/acts.tsx";
import { Copyable } from "../parts/copy.tsx";
import { Ask } from "../parts/dialog.tsx";
import { Empty, Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { href } from "../route.ts";
import { count, since, when } from "../words/words.ts";
import { Dialog } from "../../ui/dialog.tsx";

type Doing =
  | { what: "add" }
  | { what: "token" | "remove"; relay: AdminRelay }
  | { what: "made"; token: RelayTokenResponse; name: string };

const load = async () => {
  const [{ relays }, upstream] = await Promise.all([
    call<RelaysResponse>("GET", "/relays"),
    call<UpstreamResponse>("GET", "/upstream"),
  ]);
  return { relays, upstream };
};

/** Shops are the servers of shops that are linked with this one, and this server's own link to its chain's. */
export function Shops() {
  const { data, trouble, again } = usePoll(load, 3000);
  const [doing, setDoing] = useState<Doing>();
  const close = () => setDoing(undefined);
  return (
    <>
      <header class="head">
        <div>
          <h1>Shops</h1>
          <p class="hint">Shops with a server of their own, whose orders are copied here.</p>
        </div>
        <button type="button" class="btn btn-primary" onClick={() => setDoing({ what: "add" })}>
          Add a shop
        </button>
      </header>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data?.upstream.url && <Upstream of={data.upstream} />}
      {data &&
        (data.relays.length ? (
          <Table relays={data.relays} act={setDoing} />
        ) : (
          <Empty title="No shop's server is linked with this one">
            <p>
              A shop with a bad line has a server of its own, and works while the line is down. Add it to see it here.
            </p>
          </Empty>
        ))}
      {doing?.what === "add" && (
        <Add
          close={close}
          made={(token) => {
            void again();
            setDoing({ what: "made", token, name: token.name || token.id });
          }}
        />
      )}
      {doing?.what === "made" && <Made token={doing.token} name={doing.name} close={close} />}
      {doing?.what === "token" && (
        <Ask
          title={`A new token for ${doing.relay.name}?`}
          go="Make a new token"
          danger
          close={close}
          submit={async () => {
            const token = await call<RelayTokenResponse>("POST", `/relays/${encodeURIComponent(doing.relay.id)}/token`);
            setDoing({ what: "made", token, name: doing.relay.name });
          }}
        >
          <p class="mb-0">The shop's link ends until its server has the new one. Its tills work on.</p>
        </Ask>
      )}
      {doing?.what === "remove" && (
        <Ask
          title={`Remove ${doing.relay.name}?`}
          go="Remove"
          danger
          close={close}
          submit={async () => {
            await call("DELETE", `/relays/${encodeURIComponent(doing.relay.id)}`);
            await again();
            say(`${doing.relay.name} is removed.`);
            close();
          }}
        >
          <p class="mb-0">Its link ends for good. The copies of its orders stay, to be read.</p>
        </Ask>
      )}
    </>
  );
}

/** lack says what a copy lacks. */
function lack(of: AdminCopy, elsewhere: boolean): { look: string; words: string } {
  if (elsewhere) return { look: "", words: "known at the server with the link" };
  const long = since(new Date(shopNow() - of.behind_ms).toISOString()).replace(/ ago$/, "");
  if (of.behind === null) return { look: "dot-bad", words: of.behind_ms ? `Not known for ${long}` : "Not known" };
  if (of.behind === 0 && of.whole) return { look: "dot-good", words: "Up to date" };
  return { look: "dot-busy", words: of.behind ? `${count(of.behind, "change")} behind for ${long}` : "Being copied" };
}

function linkOf(r: AdminRelay): { look: string; words: string } {
  if (r.connected) return { look: "dot-good", words: r.elsewhere ? "Up, at another server" : "Up" };
  return r.since ? { look: "dot-bad", words: `Down, seen ${since(r.since)}` } : { look: "", words: "Never up" };
}

const Copies = ({ all, linked, elsewhere = false }: { all: AdminCopy[]; linked: boolean; elsewhere?: boolean }) => (
  <>
    {all.map((c) => {
      const { look, words } = lack(c, elsewhere);
      return (
        <div key={c.id} class="state">
          <i class={`dot ${look}`} />
          {linked ? <a href={href("live", c.id)}>{c.name}</a> : c.name}: {words}
        </div>
      );
    })}
    {!all.length && <span class="hint">none yet</span>}
  </>
);

function Upstream({ of }: { of: UpstreamResponse }) {
  return (
    <section class="panel" aria-label="Chain">
      <h2>This server is a shop's</h2>
      <p class="state">
        <i class={`dot ${of.connected ? "dot-good" : "dot-bad"}`} />
        {of.connected
          ? `Linked as ${of.name} with ${of.url} since ${when(of.since!)}`
          : `Not linked with ${of.url} since ${when(of.since!)}. Tills work on.`}
      </p>
      {of.problem && !of.connected && <p class="hint">{of.problem}</p>}
      <Copies all={of.multi_sessions} linked={false} />
    </section>
  );
}

function Table({ relays, act }: { relays: AdminRelay[]; act: (d: Doing) => void }) {
  return (
    <div class="panel table-panel">
      <table class="table">
        <thead>
          <tr>
            <th>Shop</th>
            <th>Link</th>
            <th>Multi-sessions</th>
            <ActsHead />
          </tr>
        </thead>
        <tbody>
          {relays.map((r) => (
            <tr key={r.id}>
              <td>
                <b>{r.name}</b>
                <small class="hint d-block font-monospace">{r.id}</small>
              </td>
              <td>
                <div class="state">
                  <i class={`dot ${linkOf(r).look}`} />
                  {linkOf(r).words}
                </div>
                {r.problem && <small class="hint d-block">{r.problem}</small>}
              </td>
              <td>
                <Copies all={r.multi_sessions} linked elsewhere={r.elsewhere} />
              </td>
              <td>
                <div class="acts">
                  <button type="button" class="btn btn-quiet btn-sm" onClick={() => act({ what: "token", relay: r })}>
                    New token<span class="visually-hidden"> {r.name}</span>
                  </button>
                  <button
                    type="button"
                    class="btn btn-quiet btn-sm text-danger-emphasis"
                    onClick={() => act({ what: "remove", relay: r })}
                  >
                    Remove<span class="visually-hidden"> {r.name}</span>
                  </button>
                </div>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Add({ close, made }: { close: () => void; made: (t: RelayTokenResponse) => void }) {
  const [id, setId] = useState(""),
    [name, setName] = useState("");
  return (
    <Ask
      title="Add a shop"
      go="Add"
      close={close}
      submit={async () => made(await call<RelayTokenResponse>("POST", "/relays", { id: id.trim(), name: name.trim() }))}
    >
      <label class="form-label" for="shop-name">
        Name
      </label>
      <input
        id="shop-name"
        class="form-control mb-3"
        value={name}
        required
        maxLength={200}
        onInput={(e) => setName(e.currentTarget.value)}
      />
      <label class="form-label" for="shop-id">
        Id
      </label>
      <input
        id="shop-id"
        class="form-control font-monospace"
        value={id}
        required
        maxLength={32}
        placeholder="shop-12"
        onInput={(e) => setId(e.currentTarget.value)}
      />
    </Ask>
  );
}

function Made({ token, name, close }: { token: RelayTokenResponse; name: string; close: () => void }) {
  return (
    <Dialog title={`The token of ${name}`} close={close}>
      <p>It is shown this once. Write it into a file at the shop, and into the configuration of the shop's server:</p>
      <Copyable id="shop-token" label="Token" value={token.token} />
      <pre>{`upstream:\n  url: ${location.origin}\n  token_file: relay.token`}</pre>
      <footer class="dlg-foot">
        <button type="button" class="btn btn-primary" onClick={close}>
          Done
        </button>
      </footer>
    </Dialog>
  );
}
