// A browser with the real machine and real connections.
import WebSocket from "ws";
import { Machine } from "../../src/machine/machine";
import { Browser, type Tab } from "./browser";
import { Events } from "./events";

export const realBrowser = (insecure = false) =>
  new Browser(
    {
      machine: (config) => new Machine(config),
      fetch: (...call) => fetch(...call),
      WebSocket: WebSocket as unknown as typeof globalThis.WebSocket,
      EventSource: Events as unknown as typeof EventSource,
    },
    insecure,
  );
export type { Browser, Tab };
