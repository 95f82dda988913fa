// Values as JSON carries them: what a vendor's export holds, copied and checked as the server does it.
import { round } from "../../src/decimal";
import type { Json } from "../../src/words";
import type { Any } from "../types";
import { plain } from "../value";

/** clean copies what was exported, numbers as the wire takes them; undefined is "no value". */
export const clean = (value: Any): Json | undefined => plain(value, round);
