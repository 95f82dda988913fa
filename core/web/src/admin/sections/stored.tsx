import { useState } from "preact/hooks";
import type { AdminMultiSession, StorageResponse, StoredEntry } from "manytill";
import { call } from "../api.ts";
import { Ask } from "../parts/dialog.tsx";
import { Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import { count } from "../words/words.ts";

const path = (extension: string, of: string, key: string, value: string) =>
  `/extensions/${encodeURIComponent(extension)}/storage?${new URLSearchParams({ multi_session: of, ...(value && { [key]: value }) })}`;

interface Found {
  of: AdminMultiSession;
  stored: StorageResponse;
}

async function load(extension: string): Promise<Found[]> {
  const { multi_sessions } = await call<{ multi_sessions: AdminMultiSession[] }>("GET", "/multi-sessions");
  return Promise.all(
    multi_sessions.map(async (of) => {
      const stored = await call<StorageResponse>("GET", path(extension, of.id, "after", ""));
      for (let after = stored.after; after; ) {
        const page = await call<StorageResponse>("GET", path(extension, of.id, "after", after));
        stored.entries = [...stored.entries, ...page.entries];
        after = page.after;
      }
      return { of, stored };
    }),
  );
}

/** Stored shows what an extension has stored, once somebody opens it, and drops keys of it. */
export function Stored({ extension }: { extension: string }) {
  const [open, setOpen] = useState(false);
  return (
    <details class="errors" open={open} onToggle={(e) => setOpen(e.currentTarget.open)}>
      <summary>What it stores</summary>
      {open && <Found extension={extension} />}
    </details>
  );
}

function Found({ extension }: { extension: string }) {
  const { data, trouble, again } = usePoll(() => load(extension), 0);
  const [dropping, setDropping] = useState<{ of: AdminMultiSession; key: string }>();
  return (
    <>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data?.map(({ of, stored }) => (
        <section key={of.id} aria-label={`Stored for ${of.name}`}>
          <p class="mb-0">
            {of.name}: {count(stored.keys, "key")}, {count(stored.bytes, "byte")}
          </p>
          {stored.keys > 0 && <Entries of={stored.entries} drop={(key) => setDropping({ of, key })} />}
        </section>
      ))}
      {dropping && (
        <Ask
          title={`Drop “${dropping.key}”?`}
          go="Drop"
          danger
          close={() => setDropping(undefined)}
          submit={async () => {
            await call("DELETE", path(extension, dropping.of.id, "key", dropping.key));
            await again();
            say(`“${dropping.key}” is dropped.`);
            setDropping(undefined);
          }}
        >
          <p class="mb-0">
            {extension} then finds nothing under this key in {dropping.of.name}. What that means is its own: a counter
            may begin anew, a table may become free.
          </p>
        </Ask>
      )}
    </>
  );
}

function Entries({ of, drop }: { of: StoredEntry[]; drop: (key: string) => void }) {
  return (
    <table class="table table-sm">
      <thead>
        <tr>
          <th>Key</th>
          <th>Value</th>
          <th>Until order</th>
          <th>
            <span class="visually-hidden">Drop</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {of.map((entry) => (
          <tr key={entry.key}>
            <td class="ids">{entry.key}</td>
            <td class="ids">{entry.damaged ? "damaged: it can't be read" : shortened(JSON.stringify(entry.value))}</td>
            <td class="ids">{entry.order ?? ""}</td>
            <td>
              <button type="button" class="btn btn-quiet btn-sm" onClick={() => drop(entry.key)}>
                Drop<span class="visually-hidden"> {entry.key}</span>
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** shortened is as much of a value as a row has room for. */
export const shortened = (text: string) => (text.length > 200 ? `${text.slice(0, 200)}…` : text);
