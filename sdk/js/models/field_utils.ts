import { formatFloat, parseFloatText } from "./numbers";
import { soft } from "./standin";
import type { Any } from "./types";

const text = (value: Any): string => (value === null || value === undefined || value === false ? "" : String(value));

const iso = (value: Any, length: number): string =>
  value && typeof value.toISOString === "function"
    ? value.toISOString().slice(0, length).replace("T", " ")
    : text(value).slice(0, length);

/** fieldUtils is web.field_utils: numbers and dates really, the rest as text. */
export const fieldUtils = soft("web.field_utils", {
  format: soft("web.field_utils.format", {
    float: formatFloat,
    monetary: formatFloat,
    integer: (value: Any) => formatFloat(value, null, { digits: [16, 0] }),
    char: text,
    date: (value: Any) => iso(value, 10),
    datetime: (value: Any) => iso(value, 19),
  }),
  parse: soft("web.field_utils.parse", {
    float: parseFloatText,
    monetary: parseFloatText,
    integer: (value: Any) => Math.trunc(parseFloatText(value)),
    char: text,
  }),
});
