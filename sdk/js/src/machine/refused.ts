// What the server refuses.
import type { Failure } from "../words";
import { drop, rest, stop } from "./link";
import { tillClosed } from "./push";
import { reset } from "./recover";
import type { M } from "./state";

/** problem is said in codes; `said` are the server's words. */
export const problem = (m: M, code: string, said?: string): void => {
  m._problem = { problem: code, said };
};

/** fine: the server took something. */
export const fine = (m: M): void => problem(m, "");

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
