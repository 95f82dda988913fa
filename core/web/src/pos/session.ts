import { computed, signal } from "@preact/signals";
import { openTill, type Events, type Presence, type Schema, type Status, type Till, type User } from "manytill";
import { isPlace, takePlace } from "../ui/place.ts";
import { catalogue, isCatalogue, toCatalogue } from "./catalogue.ts";
import { runExtensions } from "./extensions.ts";
import { Source } from "./kept.ts";
import { foreign, watchAnswers } from "./reach.ts";
import { save, type Saved } from "./saved.ts";
import { connection } from "./words.ts";

// The one place where a till is opened: what stands between it and the page
// goes here.

export interface Session { saved: Saved; till: Till }

export const session = signal<Session | null>(null);
export const status = signal<Status | null>(null);
export const present = signal<readonly Presence[]>([]);
export const schema = signal<Schema>({ order: {}, orderline: {} });
export const user = signal<User | null>(null);
/** Of the extensions that this page was loaded with. */
let loadedEtag = "";
/** The link was cut less than a moment ago: no reason to worry anybody yet. */
export const grace = signal(true);
export const extensionsChanged = signal(false);
/** The link is up, but nothing that was sent has been answered for 5 s. */
export const silent = signal(false);
const patience = 5000;
/** What the page says about the server. */
export const link = computed(() => connection(status.value, grace.value, silent.value, foreign.value));

/** What the rest of the page does with the events of a till. */
export interface Listener {
  orders: (list: Events["orders"]) => void;
  rejected: (r: Events["rejected"]) => void;
  aside: (a: Events["aside"]) => void;
  ignored: (fields: string[]) => void;
  /** An extension took back what it had changed itself; the words are for the cashier. */
  refused: (message: string) => void;
}

const isSchema = (v: unknown): v is Schema => [v, (v as Schema | null)?.order, (v as Schema | null)?.orderline].every((x) => typeof x === "object" && x !== null);

/** start opens the till of a POS; it works without the server. */
export async function start(saved: Saved, listener: Listener): Promise<Session> {
  const key = `${saved.pos}@${location.host}`;
  let opened: Session | undefined;
  const linked = () => !!opened?.till.status.transport;
  const schemas = new Source("/v1/schema", "schema " + key, saved.token, isSchema, (s) => { schema.value = s; opened?.till.setSchema(s); }, linked);
  const catalogues = new Source("/v1/catalogue", "catalogue " + key, saved.token, isCatalogue, (c) => { catalogue.value = toCatalogue(c); }, linked);
  const places = new Source("/v1/info", "info " + key, saved.token, isPlace, takePlace, linked);
  const sources = [schemas, catalogues, places], renew = () => void Promise.all(sources.map((s) => s.renew()));
  await Promise.all(sources.map((s) => s.recall()));
  user.value = saved.user;
  const known = Object.keys(schema.value.order).length > 0;
  const till = await openTill({ url: "", token: saved.token, name: key, user: saved.user, schema: known ? schema.value : undefined });
  opened = { saved, till };
  let transport: string = "", cut: ReturnType<typeof setTimeout> | undefined;
  const heard = (s: Status) => {
    status.value = s;
    if (s.transport && !transport) renew();
    if (s.transport) grace.value = true;
    else if (transport || !cut) cut = setTimeout(() => { if (!till.status.transport) { grace.value = false; watchAnswers(false); } }, 2500);
    if (s.transport) watchAnswers(true);
    listen(s, transport);
    transport = s.transport;
    noteNames(saved, s);
    heardEtag(s.extensionsEtag);
  };
  till.on("status", heard);
  till.on("presence", (p) => { present.value = p; });
  till.on("rejected", listener.rejected);
  till.on("aside", listener.aside);
  till.on("ignored", (i) => listener.ignored(i.fields));
  till.on("orders", listener.orders);
  heard(till.status);
  renew(); // also without a link: one that polls may take long to have it
  askInfo(heardEtag);
  present.value = till.present;
  session.value = opened;
  void runExtensions(till, () => schema.peek(), listener.refused).then((etag) => {
    if (etag) loadedEtag = etag;
    heardEtag(till.status.extensionsEtag);
  });
  return opened;
}

let answered: ReturnType<typeof setTimeout> | undefined, asked = 0;
/** listen tells a server that is slow to answer from one that doesn't; every answer counts. */
function listen(s: Status, before: string): void {
  const now = s.transport && !s.problem ? s.unsent - s.waiting : 0;
  if (!now || now < asked || s.transport !== before) {
    clearTimeout(answered);
    answered = undefined;
    silent.value = false;
  }
  asked = now;
  if (now) answered ??= setTimeout(() => { silent.value = true; }, patience);
}

function heardEtag(etag: string | undefined): void {
  if (!etag) return;
  loadedEtag ||= etag;
  extensionsChanged.value = etag !== loadedEtag;
}

/** askInfo looks every two minutes, and when the page is looked at again: a link that stays up isn't told. */
function askInfo(tell: (etag?: string) => void): void {
  const ask = () => {
    if (document.visibilityState !== "visible" || !status.value?.transport) return;
    fetch("/v1/info", { cache: "no-store" }).then(async (r) => { if (r.ok) tell(((await r.json()) as { extensions_etag?: string }).extensions_etag); }).catch(() => {});
  };
  setInterval(ask, 120_000);
  document.addEventListener("visibilitychange", ask);
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
