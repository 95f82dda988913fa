import { signal } from "@preact/signals";
import type { Rejected } from "manytill";
import { Act, AllRight, Banner } from "./banner.tsx";
import { notKept } from "../ui/storage.ts";
import { stopped } from "./extensions.ts";
import { asides, dismiss, ignored, nothingLeftOut, owing, rejections, settled } from "./notices.ts";
import { orderOf, show } from "./orders.ts";
import { leftOut, lost, orderIn } from "./refusals.ts";
import { open } from "./screen.ts";
import { UnknownBanner } from "./scanned.tsx";
import { session, status } from "./session.ts";
import { trouble } from "./sell.ts";
import { newVersion } from "./version.ts";
import { count } from "./words.ts";

/** Of these codes all refusals of one order are told together. */
const together = ["order_closed", "not_found"];
/** grouped puts what came too late for one order together: one tap gives all of it back. */
function grouped(all: Rejected[]): Rejected[][] {
  const groups = new Map<string, Rejected[]>();
  for (const r of all) {
    const key = together.includes(r.result.code!)
      ? `${r.result.code} ${orderIn(r)}`
      : `${r.mutation.id} ${r.mutation.at}`;
    groups.set(key, [...(groups.get(key) ?? []), r]);
  }
  return [...groups.values()];
}

function Refused({ all }: { all: Rejected[] }) {
  const id = orderIn(all[0]!),
    still = orderOf(id).value?.state === "open",
    back = all.filter((r) => r.again?.length);
  const again = async () => {
    try {
      for (const r of back) {
        await session.value!.till.putBack(r);
        dismiss(r);
      }
      all.forEach(dismiss);
      if (back[0]!.newOrder) show(back[0]!.newOrder);
    } catch (e) {
      trouble.value = (e as Error).message;
    }
  };
  const see = () => {
    show(id);
    all.forEach(dismiss);
  };
  const acts = (
    <>
      {back.length > 0 && (
        <Act main go={() => void again()}>
          Put it on a new order
        </Act>
      )}
      {!back.length && still && (
        <Act main go={see}>
          Show the order
        </Act>
      )}
      <Act go={() => all.forEach(dismiss)}>All right</Act>
    </>
  );
  return (
    <Banner icon="warn" tone="bad" acts={acts}>
      {cap(lost(all))}
    </Banner>
  );
}
const names = (all: string[]) => [...new Set(all)].join(", ");
const cap = (s: string) => (/^\p{Ll}/u.test(s) ? s.charAt(0).toUpperCase() + s.slice(1) : s);

const lose =
  "What isn't sent yet is lost when this page closes or reloads: sell on, and keep it open until all is sent.";
const unkept: Record<string, string> = {
  full: `This browser has no space left. ${lose} Then free some space on this device.`,
  broken: `This browser's storage doesn't work. ${lose}`,
  forbidden: `This browser keeps nothing (a private window?). ${lose}`,
  some: "This browser doesn't keep all that this page needs: its storage is full, blocked or broken. Sell on; after a reload this device may have to be paired again, or wait for the server's products.",
};
const seen = signal("");
/** NotKept says what a reload would lose. */
function NotKept() {
  const what = status.value?.notKept ?? (notKept.value ? "some" : "");
  if (!what || seen.value === what) return null;
  return (
    <Banner icon="warn" tone="warn" acts={<AllRight sets={[seen, what]} />}>
      {unkept[what]}
    </Banner>
  );
}

/** Trouble is what went wrong with what was tapped last. */
const Trouble = () =>
  trouble.value ? (
    <Banner icon="warn" tone="bad" acts={<AllRight sets={[trouble, ""]} />}>
      {trouble.value}
    </Banner>
  ) : null;

const Owing = () => (
  <>
    {owing.value.map((o) => (
      <Banner
        key={o.payment}
        icon="cash"
        tone="bad"
        acts={
          <Act main go={() => settled(o)}>
            Done
          </Act>
        }
      >
        {o.words}
      </Banner>
    ))}
  </>
);

/** Refusals are the first two, and one banner for all the rest. */
function Refusals() {
  const all = grouped(rejections.value);
  return (
    <>
      {all.slice(0, 2).map((of) => (
        <Refused key={of[0]!.mutation.id + (of[0]!.mutation.at ?? "")} all={of} />
      ))}
      {all.length > 2 && (
        <Banner icon="warn" tone="bad" acts={<Act go={() => all.flat().forEach(dismiss)}>All right to all</Act>}>
          {count(all.length - 2, "more refused tap")}
        </Banner>
      )}
    </>
  );
}

const Alone = () =>
  status.value?.problem === "no_multi_session" ? (
    <Banner icon="info" tone="warn">
      This POS is in no active multi-session: it works alone and keeps {count(status.value.unsent, "tap")}. The manager
      adds it on the admin page{session.value?.saved.toOpen ? "; then this till opens by itself" : ""}.
    </Banner>
  ) : null;

/** Asides are the queues that another database's address left behind. */
function Asides() {
  const kept = asides.value.reduce((n, a) => n + a.mutations.length, 0);
  if (!asides.value.length) return null;
  const see = (
    <Act main go={() => open("aside")}>
      See them
    </Act>
  );
  return (
    <Banner icon="warn" tone="warn" acts={see}>
      This address belongs to another database now; {count(kept, "tap")} {kept === 1 ? "was" : "were"} kept.
    </Banner>
  );
}

/** Ignored says what wasn't stored: a value that its field can't have, or a field that nobody knows any more. */
function Ignored() {
  const { fields, why = {} } = ignored.value,
    outside = fields.filter((f) => f in why),
    unknown = fields.filter((f) => !(f in why)).map((f) => f.split(".").pop());
  return fields.length ? (
    <Banner icon="info" tone="warn" acts={<AllRight sets={[ignored, nothingLeftOut]} />}>
      {outside.length > 0 && <>Not stored: {outside.map((f) => leftOut(f, why[f]!)).join("; ")}. </>}
      {unknown.length > 0 && <>The server didn't keep {unknown.join(", ")}: its extension isn't enabled.</>}
    </Banner>
  ) : null;
}

function Stopped() {
  const all = stopped.value.map((f) => `${f.extension ? `extension ${f.extension}` : "extensions"} (${f.message})`);
  return all.length ? (
    <Banner icon="info" tone="warn" acts={<AllRight sets={[stopped, []]} />}>
      Stopped on this screen: {names(all)}. Selling goes on; a reload tries again.
    </Banner>
  ) : null;
}

const NewVersion = () =>
  newVersion.value ? (
    <Banner
      icon="info"
      tone="info"
      acts={
        <Act main go={() => location.reload()}>
          Reload
        </Act>
      }
    >
      New version of this page.
    </Banner>
  ) : null;

export const Banners = () => (
  <div class="banners">
    <UnknownBanner />
    <Trouble />
    <Owing />
    <Refusals />
    <Alone />
    <NotKept />
    <Asides />
    <Ignored />
    <Stopped />
    <NewVersion />
  </div>
);
