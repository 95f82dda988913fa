import type { Input, Notice } from "../machine/contract";
import { newId } from "../ops";
import type { TillOptions } from "../till";
import type { User } from "../protocol";
import type { Ask, Engine, Shown } from "./engine";
import type { Host } from "./host";
import type { Screen } from "./screen";

/** What a till asks, answered by this tab or another. */
export interface Backend {
  ask(what: Ask): Promise<unknown>;
  /** look says which order is on this tab's screen; it counts while the tab is visible. */
  look(order: string | null): void;
  close(): Promise<void>;
}

/** "join": a tab came, or heard of a new leader. */
type Message = { from: string; to?: string } & (
  | { t: "join" }
  | ({ t: "state"; hidden: boolean; token: string; user?: User | null } & Shown)
  /** Who leads now, and whether it is hidden. */
  | { t: "lead"; hidden: boolean }
  | { t: "ask"; what: Ask; n: number; lowest: number }
  | ({ t: "answer"; n: number } & Answer)
  | { t: "notice"; notice: Notice }
  | { t: "look"; visible: boolean; order: string | null }
  /** A visible tab would rather lead than a hidden one. */
  | { t: "want" }
);
type Start = (tell: (what: Notice) => void, taken: () => void) => Promise<Engine>;
type Without<T> = T extends unknown ? Omit<T, "from"> : never;

/**
 * share runs one engine for all tabs of a till. The leader, who holds the lock, has it; the others forward what they
 * are asked and show what they are told. What isn't answered is asked again of the next leader, who knows what was
 * done. A leader that doesn't answer (phones suspend tabs that are hidden, with their locks) loses the lock to a
 * visible tab; the store keeps it from writing when it wakes.
 */
export async function share(
  host: Host,
  name: string,
  options: TillOptions,
  screen: Screen,
  start: Start,
): Promise<Backend> {
  const me = newId();
  const channel = host.channel!(name);
  /** Visible tabs and what they look at, the last to look last. */
  const looks = new Map<string, string | null>();
  let engine: Engine | undefined;
  let leader = "";
  let looking: string | null = null;
  let queued = new AbortController();
  let stepDown: (() => Promise<void>) | undefined;
  let closed = false;

  const post = (what: Without<Message>) => {
    if (!closed) channel.postMessage({ ...what, from: me });
  };
  const hidden = () => !host.visible();

  const { ask, answered, resend, stop, giveUp } = asks(
    (what, n, lowest) => {
      if (engine) serve(me, n, lowest, what);
      if (!engine || what.is === "put") post({ t: "ask", what, n, lowest });
    },
    rob,
    host.patience,
  );
  function serve(tab: string, n: number, from: number, what: Ask) {
    const answer = (m: Answer) => (tab === me ? answered(n, m) : post({ t: "answer", to: tab, n, ...m }));
    engine!.ask(what, { tab, n, from }).then(
      (value) => answer({ value }),
      // Without an error the engine was closed first: the next leader answers.
      (e) => e && answer({ error: { ...e, message: e.message } }),
    );
  }

  function looked(tab: string, visible: boolean, order: string | null) {
    looks.delete(tab);
    if (visible) looks.set(tab, order);
    for (const input of [
      { is: "look", order: [...looks.values()].pop() ?? null },
      { is: "seen", hidden: !looks.size },
    ] as Input[]) {
      engine?.ask({ is: "put", input }).catch(() => {});
    }
  }
  const look = () => {
    looked(me, !hidden(), looking);
    post({ t: "look", visible: !hidden(), order: looking });
  };

  channel.onmessage = ({ data: m }: MessageEvent<Message>) => {
    if (m.to && m.to !== me) return;
    const { token, user } = options;
    switch (m.t) {
      case "join":
        return engine && post({ t: "state", to: m.from, hidden: hidden(), token, user, ...engine.shown() });
      case "ask":
        remember(m.what);
        return engine && serve(m.from, m.n, m.lowest, m.what);
      case "answer":
        return answered(m.n, m);
      case "look":
        return looked(m.from, m.visible, m.order);
      case "notice":
        return m.from === leader && screen.apply(m.notice);
      case "state":
        if (engine) return;
        leader = m.from;
        screen.replace(m);
        // A page that was just opened knows best who it is.
        if (!ready) {
          if (token !== m.token) ask({ is: "put", input: { is: "token", token } }).catch(() => {});
          if (user && user.id !== m.user?.id) ask({ is: "put", input: { is: "user", user } }).catch(() => {});
          else options.user = m.user;
        }
        look();
        resend();
        opened();
        return wish(m.hidden);
      case "lead":
        if (m.from !== leader) post({ t: "join" });
        return wish(m.hidden);
      case "want":
        if (!hidden()) return;
        if (stepDown) stepDown();
        else queued.abort(); // let the visible one go first
    }
  };
  const wish = (leaderHidden: boolean) => {
    if (leaderHidden && !hidden() && !engine) post({ t: "want" });
  };

  /** Who a later leader is. */
  const remember = (what: Ask) => {
    if (what.is !== "put") return;
    if (what.input.is === "token") options.token = what.input.token;
    if (what.input.is === "user") options.user = what.input.user;
  };

  let leading = false,
    robbing = false;
  let ready = false;
  let opened!: () => void;
  const open = new Promise<void>((resolve) => {
    opened = () => {
      ready = true;
      clearTimeout(patience);
      resolve();
    };
  });
  let patience: ReturnType<typeof setTimeout>;

  async function elect() {
    while (!closed) {
      queued = new AbortController();
      // It ends when this tab has led, goes to the end of the queue, or was robbed.
      const term = queued;
      await host
        .locks!.request(name, robbing ? { steal: true } : { signal: term.signal }, () => lead(term.signal))
        .catch((e) => {
          // A page that may have no locks (a sandboxed frame) may keep nothing either, and has no other tabs.
          if (e.name === "SecurityError") return lead(term.signal);
          term.abort();
          return stepDown?.();
        });
      leading = false;
    }
  }
  /** rob takes the lead from a tab that is asleep. */
  function rob() {
    if (leading || hidden() || closed) return;
    robbing = true;
    queued.abort();
  }
  async function lead(term: AbortSignal) {
    leading = true;
    robbing = false;
    if (closed) return;
    let release!: () => void;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const tell = (notice: Notice) => {
      screen.apply(notice);
      post({ t: "notice", notice });
    };
    const mine = await start(tell, () => stepDown?.());
    stepDown = async () => {
      stepDown = undefined;
      leader = "";
      engine = undefined;
      await mine.close();
      release();
    };
    if (closed || term.aborted) return stepDown();
    engine = mine;
    leader = me;
    screen.replace(engine.shown());
    post({ t: "lead", hidden: hidden() });
    look();
    resend();
    opened();
    await released;
  }

  const forget = host.listen("visibilitychange", () => {
    look();
    if (engine) post({ t: "lead", hidden: hidden() });
    else wish(true); // a leader that is visible keeps its place
  });
  const gone = host.listen("pagehide", () => post({ t: "look", visible: false, order: null }));
  post({ t: "join" });
  elect();
  patience = setTimeout(() => {
    rob();
    opened();
  }, host.patience / 3); // it must not hold up the page
  await open;

  return {
    ask,
    look(order) {
      looking = order;
      look();
    },
    async close() {
      post({ t: "look", visible: false, order: null });
      forget();
      gone();
      const down = stepDown?.();
      closed = true;
      queued.abort();
      stop();
      clearTimeout(patience);
      await down;
      channel.close();
      giveUp();
    },
  };
}

/** Answer is a value or an error, as messages carry them. */
export interface Answer {
  value?: unknown;
  error?: { message: string };
}

/**
 * asks numbers what a tab asks, and asks again whoever leads next until there is an answer. `send` gets the lowest
 * number without one too; `slow` is called while the oldest has none for so long.
 */
export function asks(send: (what: Ask, n: number, lowest: number) => void, slow: () => void, patience: number) {
  const pending = new Map<number, { what: Ask; resolve(value: unknown): void; reject(e: unknown): void }>();
  let last = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function transmit(n: number) {
    const [lowest] = pending.keys();
    send(pending.get(n)!.what, n, lowest);
    wait();
  }
  function wait() {
    const [oldest] = pending.keys();
    if (!timer && oldest && !stopped)
      timer = setTimeout(() => {
        timer = undefined;
        if (pending.has(oldest)) slow();
        wait();
      }, patience);
  }
  return {
    ask: (what: Ask) =>
      new Promise<unknown>((resolve, reject) => {
        pending.set(++last, { what, resolve, reject });
        transmit(last);
      }),
    resend() {
      for (const n of [...pending.keys()]) transmit(n);
    },
    answered(n: number, { value, error }: Answer) {
      const it = pending.get(n);
      pending.delete(n);
      if (error) it?.reject(Object.assign(new Error(error.message), error));
      else it?.resolve(value);
    },
    /** stop asks no more; giveUp ends what has no answer by then. */
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    giveUp() {
      for (const it of pending.values()) it.reject(new Error("this till was closed"));
    },
  };
}
