import type { ComponentChildren } from "preact";
import { computed, effect } from "@preact/signals";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { User } from "manytill";
import { Icon, type IconName } from "../ui/icon.tsx";
import { news, say } from "./orders.ts";
import { Cashiers } from "./people.tsx";
import { panel } from "./screen.ts";
import { atTill, opening, session, status, user } from "./session.ts";
import { count } from "./words.ts";

/** Why nothing can be sold now; "" if it can. */
export const covered = computed(() => {
  const s = status.value;
  if (!s || panel.value || opening.value) return "";
  if (s.problem === "unauthorized") return "signed out";
  return s.tillKnown && !s.tillOpen && s.problem !== "no_multi_session" ? "closed" : "";
});

let closedWords: typeof news.value = null;
/** sayClosed tells what came of closing, until the till is open again. */
export function sayClosed(words: string): void {
  say(words);
  closedWords = news.peek();
}
effect(() => {
  if (!status.value?.tillOpen || !closedWords) return;
  if (news.peek() === closedWords) news.value = null;
  closedWords = null;
});

/** Shut covers the screen when this till can't sell now: closed, or signed out. */
export function Shut() {
  const [wrong, setWrong] = useState(""),
    [busy, setBusy] = useState(false),
    s = status.value,
    why = covered.value;
  if (!s || !why) return null;
  if (why === "signed out")
    return (
      <Cover
        icon="lock"
        head="This till was signed out"
        text={s.advice || "Its token was replaced. Scan a new pairing code; what is queued is kept."}
      >
        <a class="btn btn-primary btn-lg" href="/pos?choose">
          Pair again
        </a>
      </Cover>
    );
  const begin = async (who?: User) => {
    setBusy(true);
    try {
      if (who) atTill(who);
      await session.value!.till.openTill(user.value);
      setWrong("");
    } catch (e) {
      setWrong((e as Error).message || "The server can't be reached; try again when it is back.");
    }
    setBusy(false);
  };
  return (
    <Cover
      icon="lock"
      head="This till is closed"
      text={
        s.unsent
          ? `${count(s.unsent, "tap")} of this till ${s.unsent === 1 ? "waits and is" : "wait and are"} sent when it opens.`
          : "Open it to sell."
      }
    >
      {wrong && (
        <p class="alert alert-danger" role="alert">
          {wrong}
        </p>
      )}
      <button type="button" class="btn btn-primary btn-lg" disabled={busy} onClick={() => void begin()}>
        {user.value ? `Open till as ${user.value.name}` : "Open till"}
      </button>
      <details>
        <summary>Somebody else is at the till</summary>
        <Cashiers choose={(u) => void begin(u)} />
      </details>
    </Cover>
  );
}

function Cover({
  icon,
  head,
  text,
  children,
}: {
  icon: IconName;
  head: string;
  text: string;
  children: ComponentChildren;
}) {
  const title = useRef<HTMLHeadingElement>(null);
  useLayoutEffect(() => title.current!.focus(), []); // read out; the next Tab is its first button
  return (
    <main class="cover arrives" translate={true}>
      <section class="cover-box" aria-label={head}>
        <Icon name={icon} size={44} />
        <h1 ref={title} tabIndex={-1}>
          {head}
        </h1>
        <p>{text}</p>
        {children}
      </section>
    </main>
  );
}
