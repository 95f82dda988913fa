import { signal } from "@preact/signals";

/** What answers at the server's address: the server, nothing, or something else, like a router or a login page. */
export type Answer = "ours" | "none" | "foreign";
/** Something else answers in the server's place. */
export const foreign = signal(false);

/** within ends a call that takes longer. */
function within(ms: number): AbortSignal {
  const abort = new AbortController();
  setTimeout(() => abort.abort(), ms);
  return abort.signal;
}

/** whoAnswers asks for what everybody may know of a server. What a proxy says of a server that is down is no answer. */
export async function whoAnswers(): Promise<Answer> {
  let answer: Response;
  try {
    answer = await fetch("/v1/info", { cache: "no-store", redirect: "manual", signal: within(every) });
  } catch {
    return "none";
  }
  if (answer.status >= 500) return "none";
  const said = answer.ok ? ((await answer.json().catch(() => null)) as { server?: unknown } | null) : null;
  return said?.server === "manytill" ? "ours" : "foreign";
}

let timer: ReturnType<typeof setTimeout> | undefined;
/** How often a page that is looked at asks, in ms. */
const every = 3000;

/** watchAnswers looks who answers for as long as the till has no link; come is called when the server is there. */
export function watchAnswers(linked: boolean, come: () => void): void {
  if (linked) {
    clearTimeout(timer);
    timer = undefined;
    foreign.value = false;
  } else if (timer === undefined) look(come);
}

function look(come: () => void): void {
  const mine = (timer = setTimeout(() => look(come), every));
  if (document.visibilityState !== "visible") return;
  void whoAnswers().then((who) => {
    if (timer !== mine) return;
    foreign.value = who === "foreign";
    if (who === "ours") come();
  });
}
