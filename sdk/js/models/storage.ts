import type { Any, Dict } from "./types";

/** storage is localStorage of nobody: empty, and gone with the runtime. */
export function storage(): Dict {
  let kept: Record<string, string> = {};
  return {
    getItem: (key: Any) => (String(key) in kept ? kept[String(key)] : null),
    setItem: (key: Any, value: Any) => void (kept[String(key)] = String(value)),
    removeItem: (key: Any) => void delete kept[String(key)],
    clear: () => void (kept = {}),
    key: () => null,
    length: 0,
  };
}

/** copied is a deep copy of what JSON could hold; all else is shared. */
export function copied(of: Any): Any {
  if (Array.isArray(of)) {
    return of.map(copied);
  }
  if (!of || typeof of !== "object" || Object.getPrototypeOf(of) !== Object.prototype) {
    return of;
  }
  return Object.fromEntries(Object.keys(of).map((key) => [key, copied(of[key])]));
}

/** deepExtend is $.extend(true, target, …). */
export function deepExtend(target: Any, ...sources: Any[]): Any {
  const into = target || {};
  for (const source of sources) {
    for (const key of Object.keys(source || {})) {
      const both =
        into[key] &&
        source[key] &&
        typeof into[key] === "object" &&
        typeof source[key] === "object" &&
        !Array.isArray(source[key]);
      into[key] = both ? deepExtend(into[key], source[key]) : copied(source[key]);
    }
  }
  return into;
}
