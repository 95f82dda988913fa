import { signal } from "@preact/signals";

// localStorage and sessionStorage as a page may rely on them: where the browser
// forbids or has filled them, what is set lives in memory until the page goes.

export interface Keep {
  get: (key: string) => string | null;
  set: (key: string, value: string) => void;
  remove: (key: string) => void;
  keys: () => string[];
}

/** The browser didn't take something that a page wanted to keep over a reload. */
export const notKept = signal(false);

function keep(of: () => Storage): Keep {
  const held = new Map<string, string>(),
    gone = new Set<string>();
  const quietly = <T>(work: (s: Storage) => T): T | undefined => {
    try {
      return work(of());
    } catch {
      return undefined;
    } // the mere access throws where a user forbids storage
  };
  return {
    get: (key) => held.get(key) ?? (gone.has(key) ? null : (quietly((s) => s.getItem(key)) ?? null)),
    set(key, value) {
      gone.delete(key);
      held.delete(key);
      if (
        quietly((s) => {
          s.setItem(key, value);
          return s.getItem(key) === value;
        })
      )
        return;
      held.set(key, value);
      notKept.value = true;
    },
    remove(key) {
      held.delete(key);
      gone.add(key);
      quietly((s) => s.removeItem(key));
    },
    keys: () =>
      [
        ...new Set([...(quietly((s) => Array.from({ length: s.length }, (_, i) => s.key(i)!)) ?? []), ...held.keys()]),
      ].filter((k) => !gone.has(k)),
  };
}

export const local = keep(() => localStorage);
export const session = keep(() => sessionStorage);

/** readJSON gives what is kept under a key if it is as it should be; what is broken is as if it weren't there. */
export function readJSON<T>(from: Keep, key: string, is: (v: unknown) => v is T): T | undefined {
  try {
    const value: unknown = JSON.parse(from.get(key) ?? "null");
    return is(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
