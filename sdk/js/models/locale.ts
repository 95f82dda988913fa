import { type Clock, dateText } from "./locale_dates";
import { numberText } from "./locale_numbers";
import type { Any } from "./types";

/**
 * localise puts toLocaleString in place, for the server and for browsers the
 * same. zone is the name of the zone that local time is in; undefined is that
 * nobody has named it.
 */
export function localise(scope: Any, zone?: string): void {
  const { Number: numbers, Date: dates, Array: arrays } = scope;
  put(numbers.prototype, numberFunctions(numbers.prototype.valueOf));
  put(dates.prototype, dateFunctions(dates.prototype, zone));
  put(arrays.prototype, arrayFunctions());
}

function put(on: object, functions: object): void {
  for (const [name, value] of Object.entries(functions)) {
    Object.defineProperty(on, name, { value, configurable: true, writable: true });
  }
}

const numberFunctions = (numberOf: Any) => ({
  toLocaleString(this: Any, locales?: Any, options?: Any): string {
    return numberText(numberOf.call(this), locales, options);
  },
});

function dateFunctions(proto: Any, zone: string | undefined): object {
  const { getTime } = proto;
  const local = ["FullYear", "Month", "Date", "Day", "Hours", "Minutes", "Seconds"].map((part) => [
    proto[`get${part}`],
    proto[`getUTC${part}`],
  ]);
  const text = (at: Any, needs: "any" | "date" | "time", locales: Any, options: Any): string => {
    const read = (utc: boolean): Clock => {
      const [year, month, day, weekday, hour, minute, second] = local.map((get) => get[utc ? 1 : 0].call(at));
      return { year, month, day, weekday, hour, minute, second };
    };
    return dateText(read, Number.isNaN(getTime.call(at)), zone, needs, locales, options);
  };
  return {
    toLocaleString(this: Any, locales?: Any, options?: Any): string {
      return text(this, "any", locales, options);
    },
    toLocaleDateString(this: Any, locales?: Any, options?: Any): string {
      return text(this, "date", locales, options);
    },
    toLocaleTimeString(this: Any, locales?: Any, options?: Any): string {
      return text(this, "time", locales, options);
    },
  };
}

function arrayFunctions(): object {
  const under: Any[] = [];
  return {
    toLocaleString(this: Any, locales?: Any, options?: Any): string {
      const list = Object(this);
      if (under.includes(list)) {
        return ""; // a list within itself
      }
      under.push(list);
      try {
        let all = "";
        for (let i = 0, length = Number(list.length) || 0; i < length; i++) {
          const item = list[i];
          all +=
            (i > 0 ? "," : "") +
            (item === undefined || item === null ? "" : String(item.toLocaleString(locales, options)));
        }
        return all;
      } finally {
        under.pop();
      }
    },
  };
}
