import type { Any } from "./types";

/** sprintf writes as Python's and C's do: %s %d %f %.2f %05d %(name)s %%. */
export function sprintf(format: string, ...args: Any[]): string {
  let next = 0;
  return String(format).replace(
    /%(?:\((\w+)\)|(\d+)\$)?([-+0]*)(\d*)(?:\.(\d+))?([sdifuxXcoeg%])/g,
    (_, name, place, flags, width, digits, kind) => {
      if (kind === "%") {
        return "%";
      }
      const value = name ? args[0]?.[name] : place ? args[Number(place) - 1] : args[next++];
      return pad(text(value, kind, digits, flags), flags, Math.min(Number(width || 0), 1000));
    },
  );
}

function text(value: Any, kind: string, digits: string | undefined, flags: string): string {
  const sign = flags.includes("+") && Number(value) >= 0 ? "+" : "";
  switch (kind) {
    case "d":
    case "i":
    case "u":
      return sign + String(Math.trunc(Number(value)));
    case "f":
      return sign + Number(value).toFixed(digits === undefined ? 6 : Math.min(Number(digits), 20));
    case "x":
      return Number(value).toString(16);
    case "X":
      return Number(value).toString(16).toUpperCase();
    case "o":
      return Number(value).toString(8);
    case "c":
      return String.fromCharCode(Number(value));
    case "e":
    case "g":
      return String(Number(value));
  }
  return digits === undefined ? String(value) : String(value).slice(0, Number(digits));
}

function pad(value: string, flags: string, width: number): string {
  if (flags.includes("-")) {
    return value.padEnd(width);
  }
  return value.padStart(width, flags.includes("0") ? "0" : " ");
}
