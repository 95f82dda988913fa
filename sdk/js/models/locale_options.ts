import { near, rows } from "./locale_data";
import { type Any, type Dict, hasOwn } from "./types";

export type Options = Dict;

const kept = new Map<string, Dict>();

/** rowOf is what a locale writes, with all that it has of others. */
export function rowOf(name: string): Dict {
  let found = kept.get(name);
  if (!found) {
    const own = bare(rows[name]);
    const above = name === "root" ? bare() : rowOf(own.of || "root");
    found = bare(above, own);
    for (const list of ["narrow", "symbols"]) {
      found[list] = [own[list], above[list]].filter((text) => text).join(" ");
    }
    kept.set(name, found);
  }
  return found;
}

/** bare is an object with nothing of Object.prototype, where vendors put things. */
const bare = (...of: (Dict | undefined)[]): Dict => Object.assign(Object.create(null), ...of);

const tag =
  /^([a-z]{2,3}|[a-z]{5,8})(?:-([a-z]{4}))?(?:-([a-z]{2}|\d{3}))?((?:-(?:[a-z\d]{5,8}|\d[a-z\d]{3}))*)((?:-[a-wyz\d](?:-[a-z\d]{2,8})+)*)(?:-x(?:-[a-z\d]{1,8})+)?$/i;

/** known is the row of a tag, or of the nearest that is there. */
function known(asked: string): string | undefined {
  const parts = asked.length > 100 ? null : tag.exec(asked);
  if (!parts) {
    throw new RangeError(`toLocaleString: "${asked.slice(0, 100)}" is no locale like en-US`);
  }
  if (parts[5]) {
    throw new RangeError(
      `toLocaleString: locale "${asked}": what stands after "${parts[5].slice(1, 2)}" isn't there; use the options`,
    );
  }
  const language = parts[1].toLowerCase();
  const region = (parts[3] || (/^hant$/i.test(parts[2] || "") ? "TW" : "")).toUpperCase();
  if (hasOwn(rows, `${language}-${region}`)) {
    return `${language}-${region}`;
  }
  const found = near.find(
    ([of, regions]) =>
      of === language && (regions === "" || (region !== "" && (regions === "*" || regions.includes(region)))),
  );
  const name = found ? found[2] : language;
  return hasOwn(rows, name) ? name : undefined;
}

/** listed are the tags that were asked for. */
function listed(locales: Any): string[] {
  if (locales === undefined) {
    return [];
  }
  if (locales === null) {
    throw new TypeError("toLocaleString: a locale is a text like en-US, or a list of such");
  }
  const list: Any = typeof locales === "object" ? locales : [locales];
  const tags: string[] = [];
  for (let i = 0; i < list.length; i++) {
    if (typeof list[i] !== "string" && (typeof list[i] !== "object" || list[i] === null)) {
      throw new TypeError("toLocaleString: a locale is a text like en-US, or a list of such");
    }
    tags.push(String(list[i]));
  }
  return tags;
}

/** row is that of the first locale that is known, and the options. */
export function row(locales: Any, options: Any): [Dict, Options] {
  const name =
    listed(locales)
      .map(known)
      .find((found) => found !== undefined) || "en";
  if (options === null) {
    throw new TypeError("toLocaleString: options are an object");
  }
  // What somebody put on Object.prototype is nobody's option.
  return [rowOf(name), options === undefined ? Object.create(null) : Object(options)];
}

/** choice reads an option that is one of some words, the first by default. */
export function choice(options: Options, name: string, words: string[]): string {
  return maybe(options, name, words) || words[0];
}

/** maybe is choice without a default. */
export function maybe(options: Options, name: string, words: string[]): string | undefined {
  const value = options[name];
  if (value === undefined) {
    return undefined;
  }
  const text = `${value}`; // a symbol throws
  if (!words.includes(text)) {
    throw new RangeError(`toLocaleString: ${name} "${text}" isn't there; there are ${words.join(", ")}`);
  }
  return text;
}

/** whole reads an option that is a whole number. */
export function whole(options: Options, name: string, low: number, high: number): number | undefined {
  const value = options[name];
  if (value === undefined) {
    return undefined;
  }
  const n = Number(value);
  if (!(n >= low && n <= high)) {
    throw new RangeError(`toLocaleString: ${name} is a number from ${low} to ${high}, not ${String(value)}`);
  }
  return Math.floor(n);
}

/** refused throws where an option asks for more than what is there. */
export function refused(options: Options, only: Dict): void {
  for (const name of Object.keys(only)) {
    const value = options[name];
    if (value !== undefined && String(value) !== String(only[name])) {
      throw new RangeError(
        `toLocaleString: ${name} "${String(value)}" isn't there${only[name] === undefined ? "" : `; there is ${only[name]}`}`,
      );
    }
  }
}
