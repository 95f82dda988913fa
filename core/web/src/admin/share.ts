/** share is next, with every part that equals one of before being that one. */
export function share<T>(before: T | undefined, next: T): T {
  if (before === next || before === undefined || before === null || next === null) return next;
  if (Array.isArray(before) && Array.isArray(next)) {
    const byID = new Map(before.map((item, i) => [idOf(item, i), item]));
    const list = next.map((item, i) => share(byID.get(idOf(item, i)), item));
    return (list.length === before.length && list.every((item, i) => item === before[i]) ? before : list) as T;
  }
  if (typeof before !== "object" || typeof next !== "object" || Array.isArray(before) || Array.isArray(next))
    return next;
  const was = before as Record<string, unknown>,
    is = next as Record<string, unknown>,
    out: Record<string, unknown> = {};
  const keys = Object.keys(is);
  let same = keys.length === Object.keys(was).length;
  for (const key of keys) {
    out[key] = share(was[key], is[key]);
    same &&= out[key] === was[key] && key in was;
  }
  return (same ? before : out) as T;
}

const idOf = (item: unknown, i: number) => (item as { id?: unknown } | null)?.id ?? i;
