// What the server refuses.
import type { Failure } from "../words";
import { drop, longPause, pause, rest, stop, tryAt } from "./link";
import { ground, tillClosed, tillPause } from "./push";
import { forgetCursor, reset } from "./recover";
import { notify, unfold, type M } from "./state";

/** problem is said in codes; `said` are the server's words. */
export const problem = (m: M, code: string, said?: string): void => {
  m._problem = { problem: code, said };
};

/** fine: the server took something. */
export const fine = (m: M): void => void (m._garbage || problem(m, ""));

/**
 * unreadable takes what isn't what the protocol says. What may have changed orders is lost with it, so a snapshot is
 * taken; each further one that can't be read waits longer, and the queue stays.
 */
export const unreadable = (m: M, kind: string): void => {
  notify(m, "unreadable", { kind });
  if (/^(pushed|error)$/.test(kind)) { // of a push, which is made again later
    ground(m);
    m._push._hold = m._now + tillPause;
  } else if (/^(|welcome|changes|snapshot|reset)$/.test(kind)) {
    m._pages = [];
    m._poll._page = "";
    unfold(m);
    forgetCursor(m);
    m._links.forEach((l) => drop(m, l));
    tryAt(m, m._now + pause(m, longPause, m._garbage++));
  } else return; // nothing that a till must know
  problem(m, "unreadable");
};

/** readable: orders could be read. */
export const readable = (m: M): void => {
  if (!m._garbage) return;
  m._garbage = 0;
  fine(m);
};

/** refusedCall takes the server's refusal of anything but what a push alone can be refused for. */
export const refusedCall = (m: M, e: Pick<Failure, "code" | "reason" | "retry_after_ms">): void => {
  const { code } = e;
  if (/^(unauth|forb|upg)/.test(code)) stop(m, code);
  else if (code === "client_taken") reset(m, code);
  else if (code === "till_closed") tillClosed(m);
  else if (code === "reset_required") {
    reset(m, e.reason!);
    drop(m, m._links[1]); // the stream brings no snapshot by itself
  } else {
    problem(m, code);
    rest(m, e.retry_after_ms);
  }
};
