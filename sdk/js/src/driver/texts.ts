// What the machine says in codes, in words for the user at the till.
import type { Standing } from "../machine/contract";
import type { NotKept, Rejected, Status } from "../till";

/** What isn't here passes by itself. */
const advice: Record<string, string> = {
  unauthorized: "the server doesn't know this till's token; enter the token that the operator gives this till",
  forbidden: "the server refuses this till; ask the operator",
  upgrade_required: "the server speaks another version of the protocol; update this till",
  unreadable:
    "the server sends what this till can't read; go on working, everything is kept and sent later; tell the operator if this stays",
  no_multi_session: "this till is in no multi-session and works alone; the operator can add it to one",
  till_closed: "this till is closed; open it and what is queued is sent",
};

const lost = "what isn't sent is lost when this page closes or reloads";
const notKept: Record<NotKept, string> = {
  full: `this browser has no space left: go on working, free some space, and keep this page open meanwhile; ${lost}`,
  broken: `this browser's storage doesn't work: go on working, and keep this page open until all is sent; ${lost}`,
  forbidden: `this browser keeps nothing (a private window?); ${lost}`,
};

/** advised adds to a status what the user can do about it, and what isn't kept. */
export const advised = (standing: Standing, why?: NotKept): Status => {
  if (why)
    return standing.problem
      ? { ...advised(standing), notKept: why }
      : { ...advised(standing), notKept: why, problem: "not_kept", advice: notKept[why] };
  const { said, ...status } = standing;
  const { problem } = status;
  const words =
    problem === "bad_request"
      ? `the server can't read what this till sends; update the till or the server (${said})`
      : (said ??
        advice[problem] ??
        "the server takes nothing at the moment; go on working, everything is kept and sent later");
  return { advice: problem && words, ...status };
};

/** Why a tap is refused: by the message of the machine's error, with its details. */
const refusals: Record<string, (a: unknown, b: unknown) => string> = {
  unsaved: () => "this till can't save; free some space on its disk and tap again",
  too_large: (size) => `this is ${size} KiB and at most 256 can be sent at once; split it`,
  not_found: (order) => `there is no order ${order} here; start a new order`,
  order_closed: (number, state) => `order ${number} is ${state}; put this on a new order`,
  empty: () => "there is nothing to do: give at least one op",
  nested: () => "this is nested too deep; a field's value may be 94 deep",
  number: (key) => `${key} must be 0 or of a size from 1e-9 to 1e15`,
  shape: (at, op) => `${at} doesn't fit ${op}; see docs/protocol.md`,
  of_extension: (at) => `${at} begins with mt:, as those of extensions do; choose another id`,
  same_order: (at) => `${at} must be another order`,
  unknown_op: (at, op) => `${at}: ${op} is no op`,
};

/** explained is a refusal with words for its message; any other error as it is. */
export const explained = (e: Error & { code?: string; details?: unknown[] }): Error => {
  const { message, code, details, cause } = e;
  return details
    ? Object.assign(new Error(refusals[message]!(details[0], details[1]), cause ? { cause } : undefined), { code })
    : e;
};

/** worded is a rejection with words where the server didn't see the mutation. */
export const worded = (r: Rejected): Rejected =>
  r.result.message || r.result.code !== "too_large"
    ? r
    : { ...r, result: { ...r.result, message: "this is more than the server takes at once; split it" } };
