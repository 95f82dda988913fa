// Values as JSON carries them: what a vendor's export holds, copied and checked as the server does it.
import { round } from "../../src/decimal";
import type { Value } from "../../src/protocol";
import type { Any } from "../types";
import { plain } from "../value";

/** clean copies what was exported, numbers as the wire takes them; undefined is "no value". */
export const clean = (value: Any): Value | undefined => plain(value, round);
