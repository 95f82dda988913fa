import type { Notice, Store } from "../machine/contract";
import type { StrandedQueue, Rejected } from "../till";
import type { Ask, Engine } from "./engine";
import type { Host } from "./host";
import type { Screen } from "./screen";
import type { Backend } from "./tabs";

const BEAT = 5_000;
const SCAN = 60_000;
/** A tab that was hidden for long wakes once a minute. */
const DEAD = 90_000;
const ANSWER = 300;

type Start = (store: Store, tell: (what: Notice) => void, taken: () => void) => Promise<Engine>;
type Message = { who: string[] } | { here: string };

/**
 * alone gives each tab a queue of its own: where there are no locks, tabs can't share one. A queue's id is in its tab's
 * session storage, which survives a reload, and beats in local storage while the tab lives. A queue whose tab died is
 * taken over by the next tab that has none, or sent by another one beside its own. If two tabs take one queue, the
 * store (see indexedDBStore) leaves it to the last, and no id is used twice.
 */
export async function alone(
  host: Host,
  name: string,
  screen: Screen,
  newId: () => string,
  kept: Start,
  start: Start,
): Promise<Backend> {
  const { local, session } = host;
  const channel = host.channel?.(name);
  /** Queues of this tab, its own and those beside. */
  const mine = new Map<string, Engine | undefined>();
  let heard = (_id: string) => {};
  let closed = false;

  const key = (id: string) => `${name}:${id}`;
  const beat = (id: string, at = Date.now()) => {
    try {
      local?.setItem(key(id), `${at}`);
    } catch {
      /* it is full: others ask */
    }
  };
  // Storage may throw, and hold what isn't of this client.
  const tried = <T>(get: () => T): T | undefined => {
    try {
      return get();
    } catch {
      return undefined;
    }
  };
  const beats = (id: string) => +(tried(() => local?.getItem(key(id))) ?? 0) || 0;

  if (channel)
    channel.onmessage = ({ data: m }: MessageEvent<Message>) => {
      if ("here" in m) heard(m.here);
      else for (const id of m.who) if (mine.has(id)) channel.postMessage({ here: id });
    };
  /** unowned are those for which no tab answers. */
  async function unowned(ids: string[]): Promise<string[]> {
    const left = new Set(ids);
    if (!ids.length || !channel) return ids;
    const before = heard;
    heard = (id) => {
      before(id);
      left.delete(id);
    };
    channel.postMessage({ who: ids });
    await new Promise((resolve) => setTimeout(resolve, ANSWER));
    return [...left];
  }
  /** dead are queues whose tabs are gone. */
  const dead = () =>
    unowned(
      (tried(() => Object.keys(local ?? {})) ?? [])
        .filter((k) => k.startsWith(key("")) && /^[0-9a-f]{32}$/.test(k.slice(key("").length)))
        .map((k) => k.slice(key("").length))
        .filter((id) => !mine.has(id) && beats(id) < Date.now() - DEAD),
    );

  /** begin starts this tab's own engine. */
  async function begin(id: string) {
    own = id;
    try {
      session?.setItem(name, id);
    } catch {
      /* a reload takes the queue over as a dead tab's */
    }
    mine.set(id, undefined);
    beat(id);
    const engine = await kept(host.store(key(id)), screen.apply, () => {
      mine.delete(id);
      running = begin(newId());
    });
    mine.set(id, engine);
    screen.replace(engine.shown());
    return engine;
  }

  /** sendFor sends what a dead tab left, and removes its queue. */
  async function sendFor(id: string) {
    mine.set(id, undefined);
    beat(id);
    const look = (engine: Engine) => {
      const { unsent, waiting } = engine.shown().status;
      if (unsent || waiting || engine.strandedQueues().length || !mine.get(id)) return;
      mine.delete(id);
      engine
        .close()
        .then(() => host.removeStore(key(id)))
        .then(() => local!.removeItem(key(id)))
        .catch(() => {});
    };
    const engine = await start(
      host.store(key(id)),
      (notice) => {
        if (/rejected|ignored|stranded/.test(notice.is)) screen.apply(notice);
        if (mine.get(id)) look(mine.get(id)!);
      },
      () => mine.delete(id),
    );
    mine.set(id, engine);
    look(engine);
  }
  const scan = async () => {
    for (const id of await dead()) if (!closed) await sendFor(id).catch(() => mine.delete(id));
  };

  let own = tried(() => session?.getItem(name)) ?? "";
  // A tab that was duplicated has the id of a tab that lives; one that was reloaded said that it went.
  if (own && beats(own) && !(await unowned([own])).length) own = "";
  let running = begin(own || (await dead())[0] || newId());
  await running;
  scan();

  const beating = setInterval(() => {
    for (const id of mine.keys()) beat(id);
  }, BEAT);
  const scanning = setInterval(scan, SCAN);
  const leave = () => {
    for (const id of mine.keys()) beat(id, 0);
  };
  const gone = host.listen("pagehide", leave);
  const seen = () => {
    for (const engine of mine.values())
      engine?.ask({ is: "put", input: { is: "seen", hidden: !host.visible() } }).catch(() => {});
  };
  const shown = host.listen("visibilitychange", seen);
  seen();

  async function ask(what: Ask): Promise<unknown> {
    const at = running;
    try {
      return await (await at).ask(what);
    } catch (e) {
      // It was closed: by a tab that took the queue over, without this tap.
      if (e || at === running) throw e ?? new Error("this till was closed");
      return ask(what);
    }
  }
  const beside = () => [...mine].flatMap(([id, engine]) => (engine && id !== own ? [engine] : []));

  return {
    async ask(what) {
      const more =
        what.is === "do" || (what.is === "put" && /look|forget/.test(what.input.is))
          ? []
          : beside().map((engine) => engine.ask(what));
      const answers = (await Promise.all([ask(what), ...more])) as (Rejected | StrandedQueue)[][];
      return what.is === "rejections" || what.is === "strandedQueues" ? answers.flat() : answers[0];
    },
    look: (order) => {
      ask({ is: "put", input: { is: "look", order } }).catch(() => {});
    },
    async close() {
      closed = true;
      clearInterval(beating);
      clearInterval(scanning);
      gone();
      shown();
      await Promise.all([...mine.values()].map((engine) => engine?.close()));
      leave();
      channel?.close();
    },
  };
}
