// What the server refuses, and what the user can do about it.
import type { Failure } from "../words";
import { drop, rest, stop } from "./link";
import { tillClosed } from "./push";
import { reset } from "./recover";
import type { M } from "./state";

const busy = "the server takes nothing at the moment; go on working, everything is kept and sent later";
const advice: Record<string, string> = {
  unauthorized: "the server doesn't know this till's token; enter the token that the operator gives this till",
  forbidden: "the server refuses this till; ask the operator",
  upgrade_required: "the server speaks another version of the protocol; update this till",
  no_multi_session: "this till is in no multi-session and works alone; the operator can add it to one",
  read_only: busy, overloaded: busy, shutting_down: busy, rate_limited: busy,
};

export const problem = (m: M, code: string, words = advice[code] ?? "the server has a problem; go on working, everything is kept and sent later"): void => {
  m._status = { ...m._status, problem: code, advice: words };
};

/** fine: the server took something. */
export const fine = (m: M): void => problem(m, "", "");

/** refusedCall takes the server's refusal of anything but what a push alone can be refused for. */
export const refusedCall = (m: M, e: Failure): void => {
  switch (e.code) {
    case "unauthorized": case "forbidden": case "upgrade_required": return stop(m, e.code);
    case "client_taken": return reset(m, e.code);
    case "reset_required":
      reset(m, e.reason!);
      return drop(m, m._links[1]); // the stream brings no snapshot by itself
    case "till_closed": return tillClosed(m);
    default:
      problem(m, e.code);
      rest(m, e.retry_after_ms);
  }
};
