import { useEffect, useRef, useState } from "preact/hooks";
import { call, download, type Problem } from "../api.ts";
import { ActsHead } from "../parts/acts.tsx";
import { Empty, Loading, say, Trouble } from "../parts/notice.tsx";
import { usePoll } from "../poll.ts";
import type { BackupFile, BackupsResponse } from "manytill";
import { size, when } from "../words/words.ts";

/** Backup copies the database while tills work. */
export function Backup() {
  const [name, setName] = useState(""),
    [busy, setBusy] = useState(false),
    [failed, setFailed] = useState<Problem>();
  const [running, setRunning] = useState(false);
  const { data, trouble, again } = usePoll(() => call<BackupsResponse>("GET", "/backups"), running ? 250 : 5000);
  const was = useRef<string | undefined>(undefined);
  useEffect(() => {
    setRunning(!!data?.running);
    if (was.current && data && !data.running && !data.failed) say(`${was.current} is done.`);
    was.current = data?.running?.name;
  }, [data]);
  const start = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    setFailed(undefined);
    try {
      const now = await call<BackupsResponse>("POST", "/backups", name.trim() ? { name: name.trim() } : {});
      was.current = now.running?.name ?? "The backup";
      setName("");
      await again();
    } catch (e) {
      setFailed(e as Problem);
    }
    setBusy(false);
  };
  return (
    <>
      <header class="head">
        <div>
          <h1>Backup</h1>
          <p class="hint">A copy of the whole database at one moment, made while tills work.</p>
        </div>
      </header>
      <Trouble of={trouble} />
      {!data && !trouble && <Loading />}
      {data && !data.folder && (
        <Empty title="This server makes no backups">
          <p>
            Orders in PostgreSQL, of one server or several, are backed up where that runs: pg_dump for a copy,
            pg_basebackup with archived WAL for every moment. Orders in memory can't be.
          </p>
        </Empty>
      )}
      {data?.folder && (
        <>
          <form class="panel filter" onSubmit={start}>
            <div class="grow">
              <label class="form-label" for="backup-name">
                Name
              </label>
              <input
                id="backup-name"
                class="form-control"
                value={name}
                maxLength={100}
                placeholder="the date and time"
                onInput={(e) => setName(e.currentTarget.value)}
              />
            </div>
            <button type="submit" class="btn btn-primary" disabled={busy || !!data.running}>
              Back up now
            </button>
          </form>
          <Trouble of={failed} />
          {data.running && <Progress of={data.running} />}
          {data.failed && (
            <div class="alert alert-danger" role="alert">
              <b>{data.failed.name} failed.</b> {data.failed.message}
            </div>
          )}
          <Files of={data.backups} folder={data.folder} fail={setFailed} />
        </>
      )}
    </>
  );
}

function Progress({ of }: { of: NonNullable<BackupsResponse["running"]> }) {
  const part = of.of ? Math.round((of.pages / of.of) * 100) : 0;
  return (
    <div class="panel" role="status">
      <div class="d-flex mb-2">
        <b class="grow">{of.name}</b>
        <span class="hint">{of.of ? `${of.pages} of ${of.of} pages, ${part} %` : "Begins"}</span>
      </div>
      <div
        class="progress"
        role="progressbar"
        aria-label={`Backup ${of.name}`}
        aria-valuenow={part}
        aria-valuemin={0}
        aria-valuemax={100}
      >
        <div class="progress-bar" style={{ width: `${part}%` }} />
      </div>
    </div>
  );
}

function Files({ of, folder, fail }: { of: BackupFile[]; folder: string; fail: (p: Problem) => void }) {
  if (!of.length)
    return (
      <Empty title="There is no backup yet">
        <p>Back up now, and keep a copy on another machine: what lies beside the database is lost with its disk.</p>
      </Empty>
    );
  return (
    <>
      <div class="panel table-panel">
        <table class="table">
          <thead>
            <tr>
              <th>Name</th>
              <th>Made</th>
              <th class="num">Size</th>
              <ActsHead />
            </tr>
          </thead>
          <tbody>
            {of.map((f) => (
              <tr key={f.name}>
                <td>
                  <b>{f.name}</b>
                </td>
                <td class="nowrap">{when(f.at)}</td>
                <td class="num">{size(f.bytes)}</td>
                <td>
                  <div class="acts">
                    <button
                      type="button"
                      class="btn btn-quiet btn-sm"
                      onClick={() => download(`/backups/${encodeURIComponent(f.name)}`, f.name).catch(fail)}
                    >
                      Download<span class="visually-hidden"> {f.name}</span>
                    </button>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <p class="hint">
        They lie in <code>{folder}</code>. To go back to one, stop the server and run <code>manytill restore</code>.
      </p>
    </>
  );
}
