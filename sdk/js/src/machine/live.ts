import type { Wish } from "../view/replay";
import { active, done, durable, refused, type Entry, type M } from "./state";

/** live are the wishes that are replayed: what isn't confirmed at the position. */
export const live = (m: M): Wish[] => [
  ...[...m._tables.drafts.values()].map((_mutation) => ({ _mutation })),
  ...active(m).flatMap((e) => (durable(m, e.mutation.id) ? wish(m, e) : [])),
];

/** wish says what of an entry is replayed (protocol, duty 2 of a client). */
const wish = (m: M, e: Entry): Wish[] =>
  e.waiting || done(m, e) || (!e.result && !e.foreign && e.mutation.id <= m._meta.at.decided) ? []
  : [{ _mutation: e.mutation, _payments: refused(e) ? e.result!.kept ?? [] : undefined }];
