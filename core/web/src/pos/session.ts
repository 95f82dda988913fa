import { batch, computed, signal } from "@preact/signals";
import { openTill, type Events, type Presence, type Status, type Till, type User } from "manytill";
import { inLanguages, readSchema } from "manytill/fields";
import { isPlace, takePlace, takeTime } from "../ui/place.ts";
import { schema } from "../ui/price.ts";
import { catalogue, isCatalogue, toCatalogue } from "./catalogue.ts";
import { drawn } from "./drawn.ts";
import { Extensions } from "./extensions.ts";
import { Source } from "./kept.ts";
import { foreign, watchAnswers } from "./reach.ts";
import { onSaved, save, type Saved } from "./saved.ts";
import { connection } from "./words.ts";

// The one place where a till is opened: what stands between it and the page
// goes here.

export interface Session {
  saved: Saved;
  till: Till;
}

export const session = signal<Session | null>(null);
export const status = signal<Status | null>(null);
export const present = signal<readonly Presence[]>([]);
export { schema };
export const user = signal<User | null>(null);
/** The link was cut less than a moment ago: no reason to worry anybody yet. */
export const grace = signal(true);
/** The link is up, but nothing that was sent has been answered for 3 s. */
export const silent = signal(false);
const patience = 3000;
/** How long, in ms, a tap that wasn't drawn yet isn't told as one to be sent. */
const tapLasts = 150;
/** What the page says about the server. */
export const link = computed(() => connection(status.value, grace.value, silent.value, foreign.value));

/** What the rest of the page does with the events of a till. */
export interface Listener {
  orders: (list: Events["orders"]) => void;
  rejected: (r: Events["rejected"]) => void;
  aside: (a: Events["stranded"]) => void;
  ignored: (what: Events["ignored"]) => void;
  /** An extension took back what it had changed itself; the words are for the cashier. */
  refused: (message: string) => void;
}

/** start opens the till of a POS; it works without the server. */
export async function start(saved: Saved, listener: Listener): Promise<Session> {
  const key = `${saved.pos}@${location.host}`;
  let opened: Session | undefined;
  const linked = () => !!opened?.till.status.transport;
  const schemas = new Source<unknown>(
    "/v1/schema",
    `schema ${key}`,
    saved.token,
    (v): v is unknown => readSchema(v) !== undefined,
    (answer) => {
      schema.value = inLanguages(readSchema(answer)!, navigator.languages);
      opened?.till.setSchema(schema.value);
    },
    linked,
  );
  const catalogues = new Source(
    "/v1/catalogue",
    `catalogue ${key}`,
    saved.token,
    isCatalogue,
    (c) => {
      catalogue.value = toCatalogue(c);
    },
    linked,
  );
  const places = new Source("/v1/info", `info ${key}`, saved.token, isPlace, takePlace, linked);
  const sources = [schemas, catalogues, places],
    renew = () => void Promise.all(sources.map((s) => s.renew()));
  await Promise.all(sources.map((s) => s.recall()));
  user.value = saved.user;
  const known = Object.keys(schema.value.order).length > 0;
  const own = await openTill({
    url: "",
    token: saved.token,
    name: key,
    user: saved.user,
    schema: known ? schema.value : undefined,
  });
  // What the page shows of it.
  const draws = drawn(own),
    { till } = draws;
  opened = { saved, till };
  const comeBack = () => {
    if (!till.status.problem) till.retry();
  }; // what the server asked for goes before
  let transport: string = "",
    cut: ReturnType<typeof setTimeout> | undefined;
  let growing: ReturnType<typeof setTimeout> | undefined, late: Status | undefined;
  const show = (s: Status | undefined) => {
    clearTimeout(growing);
    growing = late = undefined;
    if (s) status.value = s;
  };
  const extensions = new Extensions(
    own,
    draws,
    () => schema.peek(),
    listener.refused,
    (etag) => schemas.heard(etag),
  ); // others have other fields
  const heard = (told: Status) => {
    // What isn't kept is told beside how the till stands with its server.
    const s: Status = told.problem === "not_kept" ? { ...told, problem: "", advice: "" } : told,
      was = status.peek();
    // That one more tap is to be sent is shown with what the tap did: not in a frame of its own, for which the tap
    // would wait.
    if (was && s.transport && s.transport === was.transport && !s.problem && s.unsent > was.unsent) {
      late = s;
      growing ??= setTimeout(() => show(late), tapLasts);
    } else show(s);
    if (s.transport && !transport) renew();
    if (s.transport) {
      grace.value = true;
      clearTimeout(cut);
      cut = undefined;
    } else
      cut ??= setTimeout(() => {
        if (!till.status.transport) {
          grace.value = false;
          watchAnswers(false, comeBack);
        }
      }, 2500);
    if (s.transport) watchAnswers(true, comeBack);
    listen(s, transport);
    transport = s.transport;
    noteNames(saved, s);
    extensions.are(s.extensionsEtag);
    if (saved.toOpen && s.transport && s.tillKnown && (!s.problem || s.problem === "till_closed"))
      void openSoon(opened!, s);
  };
  till.on("status", heard);
  onSaved(saved.pos, (now) => {
    // another tab: one queue, and so one cashier
    saved.user = user.value = now.user;
    saved.toOpen = now.toOpen;
  });
  till.on("extensions", ({ etag }) => extensions.are(etag));
  till.on("catalogue", ({ etag }) => catalogues.heard(etag));
  till.on("presence", (p) => {
    present.value = p;
  });
  till.on("rejected", listener.rejected);
  till.on("stranded", listener.aside);
  till.on("ignored", listener.ignored);
  till.on("orders", (list) =>
    batch(() => {
      show(late);
      listener.orders(list);
    }),
  );
  heard(till.status);
  renew(); // also without a link: one that polls may take long to have it
  askInfo((info) => {
    extensions.are(info.extensions_etag);
    catalogues.heard(info.catalogue_etag);
  });
  present.value = till.present;
  session.value = opened;
  extensions.load();
  return opened;
}

/** The till is being opened: it is no news that it is closed. */
export const opening = signal(false);
/** openSoon opens a till that was paired before its POS was in a multi-session. */
async function openSoon({ saved, till }: Session, s: Status): Promise<void> {
  if (opening.value) return;
  opening.value = true;
  try {
    if (!s.tillOpen) await till.openTill(saved.user);
    saved.toOpen = false;
    save(saved);
  } catch {
    /* the next word of the server tries again */
  }
  opening.value = false;
}

let answered: ReturnType<typeof setTimeout> | undefined,
  asked = 0;
/** listen tells a server that is slow to answer from one that doesn't; every answer counts. */
function listen(s: Status, before: string): void {
  const now = s.transport && !s.problem ? s.unsent : 0;
  if (!now || now < asked || s.transport !== before) {
    clearTimeout(answered);
    answered = undefined;
    silent.value = false;
  }
  asked = now;
  if (now)
    answered ??= setTimeout(() => {
      silent.value = true;
    }, patience);
}

interface Info {
  time?: string;
  extensions_etag?: string;
  catalogue_etag?: string;
}
/** askInfo looks every two minutes, and when the page is looked at again: a till that polls isn't told. */
function askInfo(tell: (info: Info) => void): void {
  const ask = () => {
    if (document.visibilityState !== "visible" || !status.value?.transport) return;
    const asked = Date.now();
    fetch("/v1/info", { cache: "no-store" })
      .then(async (r) => {
        if (!r.ok) return;
        const info = (await r.json()) as Info;
        takeTime(info.time, asked);
        tell(info);
      })
      .catch(() => {});
  };
  setInterval(ask, 120_000);
  document.addEventListener("visibilitychange", ask);
}

/** noteNames keeps the names that the server gives this POS now. */
function noteNames(saved: Saved, s: Status): void {
  const name = s.pos?.name ?? saved.name,
    multiSession = s.multiSession?.name ?? saved.multiSession;
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
  // the admin page shows who is at it
  if (s.till.status.transport && s.till.status.tillOpen) void s.till.openTill(who).catch(() => {});
}
