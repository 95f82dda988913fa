import type { Input, MachineConfig, Notice, Store } from "../machine/contract";
import type { Till, TillOptions } from "../till";
import { newId } from "../ops";
import type { CloseTillResponse, OpenTillResponse } from "../protocol";
import { keeper, type Keeping } from "../store/keeper";
import { memoryStore } from "../store/keeper";
import { type AnswerTo, type Ask, startEngine } from "./engine";
import type { Host } from "./host";
import { network } from "./network";
import { screen } from "./screen";
import { type Backend, share } from "./tabs";

/**
 * openOn is openTill on a host that is given: what all tills have, over whoever answers in this tab. Read on in
 * engine.ts (one queue), then tabs.ts (who has the engine), alone.ts (without locks) and screen.ts (what is shown).
 */
export async function openOn(host: Host, options: TillOptions & Partial<MachineConfig>): Promise<Till> {
  if (!options.token) throw new Error("a token is missing; the operator gets one by adding this till to the server");
  if (!options.name) throw new Error("a name for this till's queue is missing");
  options = { ...options };
  const shown = screen();
  const name = `manytill:${options.name}`;

  const engine = (store: Store, tell: (what: Notice) => void, taken?: () => void) =>
    startEngine(host, options, store, tell, taken);
  /** kept is an engine over a store of the browser, or over memory if that can't be read. */
  const kept = async (store: Store, tell: (what: Notice) => void, taken?: () => void) => {
    const keeping: Keeping = { changed() {} };
    try {
      return await startEngine(host, options, keeper(store, keeping), tell, taken, keeping);
    } catch (e) {
      console.error(`manytill: the queue ${name} can't be opened`, e);
      return startEngine(host, options, memoryStore(), tell, taken, { why: "broken", changed() {} });
    }
  };

  const backend: Backend = options.store
    ? await one(() => engine(options.store as Store, shown.apply))
    : host.locks && host.channel
      ? await share(host, name, options, shown, (tell, taken) => kept(host.store(name, true), tell, taken))
      : // What plain http needs is loaded there alone.
        await (await import("./alone")).alone(host, name, shown, newId, kept, engine);

  async function one(start: () => ReturnType<typeof engine>): Promise<Backend> {
    const it = await start();
    shown.replace(it.shown());
    return { ask: it.ask, look: (order) => put({ is: "look", order }), close: it.close };
  }

  // Calls of this tab; the queue's have the engine's network.
  const net = network(host, options.url, options.token, () => {});
  const put = (input: Input) => {
    ask({ is: "put", input }).catch(() => {});
  };
  const retry = () => {
    if (host.visible() && shown.status.transport !== "websocket") put({ is: "retry" });
  };
  const heard = [host.listen("online", retry), host.listen("visibilitychange", retry)];
  const setUser: Till["setUser"] = (user) => put({ is: "user", user: (options.user = user) });
  let closed = false;
  async function ask<A extends Ask>(what: A): Promise<AnswerTo<A>> {
    if (closed) throw new Error("this till was closed");
    return backend.ask(what) as Promise<AnswerTo<A>>;
  }

  return {
    orders: shown.orders,
    order: shown.order,
    unconfirmed: shown.unconfirmed,
    on: shown.on,
    get status() {
      return shown.status;
    },
    get present() {
      return shown.present;
    },
    do: (...ops) => ask({ is: "do", ops }),
    async putBack({ again, newOrder }) {
      if (!again) throw new Error("nothing of this can be put on a new order; enter it again by hand");
      return ask({ is: "do", ops: shown.order(newOrder!) ? again.slice(1) : again });
    },
    setUser,
    setToken(token) {
      put({ is: "token", token: (options.token = net.token = token) });
    },
    setSchema(schema) {
      put({ is: "schema", schema: (options.schema = schema) });
    },
    look: backend.look,
    forget: (order) => put({ is: "forget", order }),
    async openTill(user) {
      const { run, multi_session } = await net.call<OpenTillResponse>("POST", "/v1/till/open", { user });
      if (user !== undefined) setUser(user);
      await ask({ is: "put", input: { is: "till", till: { open: true, run, multi_session } } });
    },
    async closeTill() {
      const closing = await net.call<CloseTillResponse>("POST", "/v1/till/close", {});
      await ask({
        is: "put",
        input: { is: "till", till: { open: false, run: shown.status.run, multi_session: shown.status.multiSession } },
      });
      return closing;
    },
    rejections: () => ask({ is: "rejections" }),
    strandedQueues: () => ask({ is: "strandedQueues" }),
    dropStrandedQueue: (clientId) => ask({ is: "put", input: { is: "dropStrandedQueue", clientId } }),
    retry: () => put({ is: "retry" }),
    async close() {
      if (closed) return;
      closed = true;
      heard.forEach((forget) => forget());
      net.close();
      await backend.close();
    },
  };
}
