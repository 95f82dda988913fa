import { inside, localise } from "manytill/models/inside";
import type { Definition } from "manytill/models";
import { inZone } from "./zone.ts";

// What an extension's worker runs first; /v1/extensions.js stands behind it, and puts its definitions on the list.

const list: Definition[] = [],
  own = self as unknown as Record<string, unknown>;
own.manytillExtensions = list;
const zone = typeof own.manytillZone === "string" ? own.manytillZone : undefined;
if (zone !== undefined) inZone(zone, self); // the page has seen that it is known
localise(self, zone); // after inZone: it reads the shop's clock
delete own.manytillZone;

// The policies of its frame keep vendors' code from the network. It has no use for these either, nor a frame for its
// messages.
for (const name of [
  "fetch",
  "XMLHttpRequest",
  "WebSocket",
  "WebTransport",
  "EventSource",
  "importScripts",
  "Worker",
  "SharedWorker",
  "BroadcastChannel",
  "indexedDB",
  "caches",
  "postMessage",
]) {
  for (let at: object | null = self; at; at = Object.getPrototypeOf(at)) delete (at as Record<string, unknown>)[name];
}

// biome-ignore lint/suspicious/noGlobalAssign: it is how a worker hears
onmessage = ({ data, ports }: MessageEvent<number>) => {
  // biome-ignore lint/suspicious/noGlobalAssign: it hears once
  onmessage = null;
  delete own.manytillExtensions; // others' code is none of its business
  const usable = list.filter((d) => d && typeof d.name === "string" && Array.isArray(d.files) && d.fields);
  list.length = 0;
  inside(ports[0]!, usable, data);
};
