// Values as JSON carries them: what a vendor's export holds, copied and checked as the server does it.
import { round } from "../../src/decimal";
import type { Json } from "../../src/words";
import { isStandIn } from "../standin";
import type { Any } from "../types";

const depths = 100;

/**
 * clean copies what was exported; undefined is "no value": undefined, NaN, Infinity, a function, a part of the screen,
 * and whatever contains one of the last two.
 */
export function clean(value: Any, depth = 0): Json | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return round(value);
  if (typeof value !== "object" || isStandIn(value) || depth > depths) return undefined;
  if (value instanceof Number || value instanceof String || value instanceof Boolean) return clean(value.valueOf(), depth + 1);
  if (typeof value.toJSON === "function") return clean(value.toJSON(), depth + 1);
  return Array.isArray(value) ? list(value, depth) : object(value, depth);
}

function list(value: Any[], depth: number): Json[] | undefined {
  const copy: Json[] = [];
  for (let i = 0; i < value.length; i++) {
    // As JSON.stringify has it.
    const item = value[i] === undefined ? null : clean(value[i], depth + 1);
    if (item === undefined) return undefined;
    copy.push(item);
  }
  return copy;
}

function object(value: Any, depth: number): Json | undefined {
  const copy: { [key: string]: Json } = {};
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue;
    const item = clean(value[key], depth + 1);
    if (item === undefined) return undefined;
    copy[key] = item;
  }
  return copy;
}
