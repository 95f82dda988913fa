import type { Value } from "../src/protocol";
import { isStandIn } from "./standin";
import type { Any } from "./types";

const depths = 100;

/** Numbers says what becomes of a number; undefined: it is none that can be carried. */
type Numbers = (n: number) => number | undefined;

export const finite: Numbers = (n) => (Number.isFinite(n) ? n : undefined);

/** Kinds of objects whose content is nowhere in their keys: they would be stored as {}. */
const nothingInIt = /^\[object (RegExp|Map|Set|Promise)\]$/;

/**
 * plain copies what was exported; undefined is "no value": undefined, NaN, Infinity, a function, a part of the screen,
 * a RegExp, a Map or the like, and whatever contains one of the last.
 */
export function plain(value: Any, numbers: Numbers, depth = 0): Value | undefined {
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  if (typeof value === "number") return numbers(value);
  if (typeof value !== "object" || isStandIn(value) || depth > depths) return undefined;
  if (value instanceof Number || value instanceof String || value instanceof Boolean)
    return plain(value.valueOf(), numbers, depth + 1);
  if (typeof value.toJSON === "function") return plain(value.toJSON(), numbers, depth + 1);
  if (nothingInIt.test(Object.prototype.toString.call(value))) return undefined;
  return Array.isArray(value) ? list(value, numbers, depth) : object(value, numbers, depth);
}

function list(value: Any[], numbers: Numbers, depth: number): Value[] | undefined {
  const copy: Value[] = [];
  for (let i = 0; i < value.length; i++) {
    // As JSON.stringify has it.
    const item = value[i] === undefined ? null : plain(value[i], numbers, depth + 1);
    if (item === undefined) return undefined;
    copy.push(item);
  }
  return copy;
}

function object(value: Any, numbers: Numbers, depth: number): Value | undefined {
  const copy: { [key: string]: Value } = {};
  for (const key of Object.keys(value)) {
    if (value[key] === undefined) continue;
    const item = plain(value[key], numbers, depth + 1);
    if (item === undefined) return undefined;
    copy[key] = item;
  }
  return copy;
}
