import type { Host } from "./host";
import { Reject } from "./globals";
import { rebase } from "./state";
import type { Any, Dict, ModelName } from "./types";
import { finite, plain } from "./value";

/**
 * defaults are the own fields that a new instance exports and that the record lacks. In Odoo every record that
 * init_from_JSON is handed came from an export, so vendors' hooks take their own fields for granted
 * (`json.tags.map(…)`); here a till may have made the record without them. Undefined if the record lacks none.
 */
export function defaults(host: Host, name: ModelName, options: Dict, json: Dict): Dict | undefined {
  const { hook } = host;
  const missing: Dict = {};
  try {
    const fresh = host.make(name, options);
    rebase(fresh, json);
    const exported = fresh.export_as_JSON();
    const base = Object.keys(host.registries.original(name, "export_as_JSON").call(fresh));
    for (const key of Object.keys(exported)) {
      const value = base.includes(key) || !lacks(json, key) ? null : plain(exported[key], finite);
      if (value !== undefined && value !== null) {
        missing[key] = value;
      }
    }
  } catch {
    return undefined;
  } finally {
    host.hook = hook;
  }
  return Object.keys(missing).length > 0 ? missing : undefined;
}

/** Most records lack nothing: then nothing is gone through. */
const none: Dict = Object.freeze({});

/** filled puts them on a hook's copy of the record. */
export function filled(json: Dict, from: Dict): Dict {
  if (from === none) {
    return json;
  }
  for (const key of Object.keys(from)) {
    if (lacks(json, key)) {
      json[key] = plain(from[key], finite);
    }
  }
  return json;
}

/**
 * withDefaults does the work on a record; where a hook throws, it does it once more with the fields that were missing.
 * What was thrown first is what is told.
 */
export function withDefaults<T>(
  host: Host,
  work: (missing: Dict) => T,
  missing: () => Dict | undefined,
  whole = false,
): T {
  try {
    return work(none);
  } catch (thrown) {
    if (thrown instanceof Reject) {
      throw thrown;
    }
    const { hook } = host;
    host.again = true;
    const found = missing();
    // What a point of sale has and the server hasn't may be it too: settings that are off, lines that are made in their
    // order's init.
    const ways: Way[] = [
      ...(found ? [{}] : []),
      ...(whole ? [{ off: true }, { within: true }, { off: true, within: true }] : []),
    ];
    for (const way of ways) {
      try {
        return under(host, way, () => work(found || {}));
      } catch (again) {
        if (again instanceof Reject) {
          throw again;
        }
      }
    }
    host.hook = hook;
    // What is no Error doesn't know where it was thrown.
    if (!(thrown instanceof Error) && host.env.place) {
      return host.env.place(() => work({}));
    }
    throw thrown;
  }
}

interface Way {
  off?: boolean;
  within?: boolean;
}

function under<T>(host: Host, { off = false, within = false }: Way, work: () => T): T {
  const before = { off: host.off, within: host.within };
  Object.assign(host, { off, within });
  try {
    return work();
  } finally {
    Object.assign(host, before);
  }
}

const lacks = (json: Dict, key: string): boolean => (json[key] as Any) === undefined || json[key] === null;
