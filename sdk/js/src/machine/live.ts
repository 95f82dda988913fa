import type { PendingMutation } from "../view/replay";
import { asked } from "./recover";
import { active, done, durable, refused, type Entry, type M } from "./state";

/** live are the wishes that are replayed: what isn't confirmed at the position. */
export const live = (m: M): PendingMutation[] => [
  ...[...m._tables.drafts.values()].map((_mutation) => ({ _mutation })),
  ...active(m).flatMap((e) => (durable(m, e.mutation.id) ? wish(m, e) : [])),
];

/**
 * wish says what of an entry is replayed (protocol, duty 2 of a client). What a recovery pushes anew is, whatever last_id
 * says: a clone of this storage may raise that.
 */
const wish = (m: M, e: Entry): PendingMutation[] =>
  e.waiting || done(m, e) || (m._meta.at.decided >= e.mutation.id && asked(m, e)) ? []
  : [{ _mutation: e.mutation, _payments: refused(e) ? e.result!.kept ?? [] : undefined }];
