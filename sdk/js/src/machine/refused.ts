// What the server refuses, and what the user can do about it.
import type { Failure } from "../words";
import { drop, rest, stop } from "./link";
import { tillClosed } from "./push";
import { reset } from "./recover";
import type { M } from "./state";

/** What isn't here passes by itself. */
const advice: Record<string, string> = {
  unauthorized: "the server doesn't know this till's token; enter the token that the operator gives this till",
  forbidden: "the server refuses this till; ask the operator",
  upgrade_required: "the server speaks another version of the protocol; update this till",
  no_multi_session: "this till is in no multi-session and works alone; the operator can add it to one",
};

export const problem = (m: M, code: string, words = advice[code] ?? "the server takes nothing at the moment; go on working, everything is kept and sent later"): void => {
  m._status = { ...m._status, problem: code, advice: words };
};

/** fine: the server took something. */
export const fine = (m: M): void => problem(m, "", "");

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
