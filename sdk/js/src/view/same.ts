type Keyed = Record<string, unknown>;

/** same tells whether two JSON values are equal; the order of keys says nothing. */
export const same = (a: unknown, b: unknown): boolean => {
  if (a === b) return true;
  if (!a || !b || typeof a !== "object" || typeof b !== "object" || Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((k) => Object.hasOwn(b, k) && same((a as Keyed)[k], (b as Keyed)[k]))
  );
};

/** kept is `was` if `now` says the same, so that what didn't change keeps its identity. */
export const kept = <T>(was: unknown, now: T): T => (same(was, now) ? (was as T) : now);
