import type { Host } from "./host";
import { type Any, type Dict, hidden, type Storage } from "./types";

/** nothingStored is that of a page, which has none: nothing is found or kept. */
export const nothingStored: Storage = { get: () => undefined, set: () => undefined };

/** withStorage gives orders and lines `this.storage`, which a manifest declares. */
export function withStorage(host: Host): void {
  const { storage } = host.env;
  if (!storage) {
    return;
  }
  const given = Object.freeze({
    get: (key: Any): Any => storage.get(text("get", key)),
    set: (key: Any, value: Any, options?: Any): void => storage.set(text("set", key), value, untilEnd(options)),
  });
  hidden(host.base.Order.prototype, "storage", given);
  hidden(host.base.Orderline.prototype, "storage", given);
}

function text(method: string, key: Any): string {
  if (typeof key !== "string" && typeof key !== "number") {
    throw new TypeError(
      `storage.${method}: a key is a text, was ${key === null ? "null" : `a value of type ${typeof key}`}`,
    );
  }
  return String(key);
}

function untilEnd(options: Any): boolean {
  if (options === undefined || options === null) {
    return false;
  }
  const keys = Object.keys(options as Dict);
  if (keys.some((key) => key !== "until") || (keys.length > 0 && options.until !== "end")) {
    throw new TypeError('storage.set: the third argument is {until: "end"}, or none');
  }
  return keys.length > 0;
}
