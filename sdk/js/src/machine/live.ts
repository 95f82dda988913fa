import type { Wish } from "../view/replay";
import { active, durable, refused, type Entry, type M } from "./state";

/** live are the wishes that are replayed: what isn't confirmed at the position. */
export const live = (m: M): Wish[] => [
  ...[...m._tables.drafts.values()].map((_mutation) => ({ _mutation })),
  ...active(m).flatMap((e) => (durable(m, e.mutation.id) ? wish(m, e) : [])),
];

/** wish says what of an entry is replayed (protocol, section 7, rule 2). */
const wish = (m: M, e: Entry): Wish[] => {
  const w: Wish = { _mutation: e.mutation }, { seq, decided } = m._meta.at;
  if (e.waiting) return [];
  if (!e.result) return e.foreign || e.mutation.id > decided ? [w] : [];
  if ((e.result.seq ?? 0) <= seq) return [];
  if (refused(e)) w._payments = e.result.kept ?? [];
  return [w];
};
