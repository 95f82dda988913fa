// What the server sends, looked at before it is used: that all is there that a till relies on. The Go client's
// sdk/protocol/readable.go has the same rules; more keys, and frames of a kind that isn't known, are fine.

type Is = (x: unknown) => boolean;
const number: Is = (x) => typeof x === "number";
const text = (x: unknown): x is string => !!x && typeof x === "string";
const object = (x: unknown): x is Record<string, unknown> => !!x && typeof x === "object" && !Array.isArray(x);
const whole: Is = (x) => Number.isSafeInteger(x) && (x as number) >= 0;
const list =
  (of: Is): Is =>
  (x) =>
    Array.isArray(x) && x.every(of);
const each =
  (of: Is): Is =>
  (x) =>
    object(x) && Object.values(x).every(of);
/** Missing or null will do. */
const maybe =
  (of: Is): Is =>
  (x) =>
    x == null || of(x);
const has =
  (shape: Record<string, Is>): Is =>
  (x) =>
    object(x) && Object.entries(shape).every(([key, is]) => is(x[key]));

const named = has({ id: text }),
  payments = list(has({ id: text, amount: number }));
const head = { run: whole, state: text, number: maybe(whole) },
  set = maybe(object);
const place = { cursor: (x: unknown) => text(x) && /^[\w.-]{1,512}$/.test(x), seq: whole };
const results = list(has({ id: whole, status: text }));
const changes = {
  changes: list(
    has({
      seq: whole,
      orders: each(has({ ...head, set, lines: maybe(each(has({ set }))), payments: maybe(payments) })),
    }),
  ),
  ...place,
};
const orders = has({
  orders: list(has({ ...head, id: text, fields: object, payments, lines: list(has({ id: text, fields: object })) })),
});
const snapshot: Is = (x) => orders(x) && (!!(x as { more?: unknown }).more || has(place)(x));

const shapes: Record<string, Is> = {
  welcome: has({ server_id: text, pos: named, multi_session: maybe(named) }),
  changes: has(changes),
  snapshot,
  pushed: has({ results }),
  push: has({ results, ...changes }),
  till: has({ open: (x) => typeof x === "boolean" }),
  presence: has({ order: maybe(text) }),
  reset: has({ reason: text }),
  error: has({ code: text }),
  extensions: has({ extensions_etag: text }),
  catalogue: has({ catalogue_etag: text }),
};

/**
 * isSchema: it has fields for orders and lines. A field without a merge rule that is known is as one that isn't there;
 * what pages show of fields is read by readSchema in fields.ts.
 */
export const isSchema = /* @__PURE__ */ has({ order: object, orderline: object });

/**
 * unlike tells of what kind x is that isn't as it should be ("" if that can't be told), or undefined if all is well.
 */
export const unlike = (x: unknown, kind: unknown = (x as { t?: unknown } | undefined)?.t): string | undefined =>
  typeof kind !== "string" ? "" : Object.hasOwn(shapes, kind) && !shapes[kind]!(x) ? kind : undefined;
