import { schema } from "../../ui/price.ts";
import { call } from "../api.ts";
import { share } from "../share.ts";
import { inLanguages } from "manytill/fields";
import type { ExtensionsResponse } from "manytill";

/** loadExtensions asks for them, and takes in what is said of fields: what lines cost hangs on it. */
export async function loadExtensions(): Promise<ExtensionsResponse> {
  const answer = await call<ExtensionsResponse>("GET", "/extensions");
  schema.value = share(schema.peek(), inLanguages(answer.schema, navigator.languages));
  return answer;
}

let first: Promise<unknown> | undefined;
/** schemaKnown waits for the first answer, so that no order is drawn with another total before. */
export const schemaKnown = (): Promise<unknown> =>
  (first ??= loadExtensions().catch((e: unknown) => {
    first = undefined;
    throw e;
  }));
