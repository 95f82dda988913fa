import { signal } from "@preact/signals";
import { openTill, type Aside, type Presence, type Rejected, type Schema, type Status, type Till, type User } from "manytill";
import { catalogue, toCatalogue, type RawCatalogue } from "./catalogue.ts";
import { Source } from "./kept.ts";
import { save, type Saved } from "./saved.ts";

// The one place where a till is opened: what stands between it and the page
// goes here.

export interface Session { saved: Saved; till: Till }

export const session = signal<Session | null>(null);
export const status = signal<Status | null>(null);
export const present = signal<readonly Presence[]>([]);
export const schema = signal<Schema>({ order: {}, orderline: {} });
export const user = signal<User | null>(null);
/** Of the extensions that this page was loaded with. */
const loadedEtag = signal("");
export const extensionsChanged = signal(false);

/** What the rest of the page does with the events of a till. */
export interface Listener {
  orders: Parameters<typeof listen>[1];
  rejected: (r: Rejected) => void;
  aside: (a: Aside) => void;
  ignored: (fields: string[]) => void;
}

function listen(till: Till, orders: (list: { id: string; order?: import("manytill").ShownOrder; by?: import("manytill").By }[]) => void) {
  till.on("orders", orders);
}

/** start opens the till of a POS; it works without the server. */
export async function start(saved: Saved, listener: Listener): Promise<Session> {
  const key = `${saved.pos}@${location.host}`;
  const schemas = new Source<Schema>("/v1/schema", "schema " + key, (s) => { schema.value = s; opened?.till.setSchema(s); });
  const catalogues = new Source<RawCatalogue>("/v1/catalogue", "catalogue " + key, (c) => { catalogue.value = toCatalogue(c); });
  let opened: Session | undefined;
  await Promise.all([schemas.recall(), catalogues.recall()]);
  user.value = saved.user;
  const known = Object.keys(schema.value.order).length > 0;
  const till = await openTill({ url: "", token: saved.token, name: key, user: saved.user, schema: known ? schema.value : undefined });
  opened = { saved, till };
  let transport: string = "";
  const heard = (s: Status) => {
    status.value = s;
    if (s.transport && !transport) void Promise.all([schemas.renew(saved.token), catalogues.renew(saved.token)]);
    transport = s.transport;
    noteNames(saved, s);
    if (s.extensionsEtag && !loadedEtag.value) loadedEtag.value = s.extensionsEtag;
    extensionsChanged.value = !!s.extensionsEtag && s.extensionsEtag !== loadedEtag.value;
  };
  till.on("status", heard);
  till.on("presence", (p) => { present.value = p; });
  till.on("rejected", listener.rejected);
  till.on("aside", listener.aside);
  till.on("ignored", (i) => listener.ignored(i.fields));
  listen(till, listener.orders);
  heard(till.status);
  present.value = till.present;
  session.value = opened;
  return opened;
}

/** noteNames keeps the names that the server gives this POS now. */
function noteNames(saved: Saved, s: Status): void {
  const name = s.pos?.name ?? saved.name, multiSession = s.multiSession?.name ?? saved.multiSession;
  if (name === saved.name && multiSession === saved.multiSession) return;
  Object.assign(saved, { name, multiSession });
  save(saved);
}

/** atTill says who stands here from now on. */
export function atTill(who: User | null): void {
  const s = session.value!;
  user.value = who;
  s.saved.user = who;
  save(s.saved);
  s.till.setUser(who);
}
