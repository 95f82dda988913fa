import { computed } from "@preact/signals";
import type { Value } from "manytill";
import { catalogue, type Customer, type Product } from "./catalogue.ts";

// What is printed on products and customers' cards: a code or id finds its own exactly, or not at all.

/** Columns that hold codes, in lower case and without what stands between words. */
const columns =
  /^(barcodes?|codes?|ean(8|13)?|upc[ae]?|gtin(8|12|13|14)?|sku|plu|defaultcode|(internal)?reference|(item|article)(no|number))$/;

const cards = /^(loyalty|member(ship)?|customer|client)?(card|number|no)(id|no|number)?$/;

/** codesOf are the codes in a row of the catalogue, as they stand; one column may hold several. */
export const codesOf = (row: Record<string, Value>) => codesIn(row, (name) => columns.test(name));
/** cardsOf are the codes of a customer. */
export const cardsOf = (row: Record<string, Value>) => codesIn(row, (name) => columns.test(name) || cards.test(name));

function codesIn(row: Record<string, Value>, holds: (name: string) => boolean): string[] {
  return Object.entries(row)
    .filter(([name]) => holds(name.toLowerCase().replace(/[^a-z0-9]/g, "")))
    .flatMap(([, value]) => {
      if (Array.isArray(value)) return value.map(String);
      const text = value === null || typeof value === "object" ? "" : String(value).trim();
      return [text, ...text.split(/[,;|]/).map((part) => part.trim())].filter(Boolean);
    });
}

/**
 * A UPC-A is an EAN-13 with a 0 before it, which is a GTIN-14 with another one; Caps Lock turns a scanner's letters.
 */
const fold = (code: string) => (/^\d{12,14}$/.test(code) ? code.padStart(14, "0") : code.toLowerCase());

interface Coded {
  id: string | number;
  codes: string[];
}
function byCode<T extends Coded>(all: readonly T[] = []): Map<string, Set<T>> {
  const found = new Map<string, Set<T>>();
  for (const one of all) {
    for (const code of [String(one.id), ...one.codes].map(fold))
      found.set(code, (found.get(code) ?? new Set()).add(one));
  }
  return found;
}
function withIn<T extends Coded>(known: Map<string, Set<T>>, code: string): T[] {
  const all = [...(known.get(fold(code)) ?? [])],
    same = all.filter((one) => String(one.id) === code || one.codes.includes(code));
  return same.length && !/^\d{12,14}$/.test(code) ? same : all;
}

const products = computed(() => byCode(catalogue.value?.products)),
  customers = computed(() => byCode(catalogue.value?.customers));
/** withCode are the products of a code or id: none, one, or several that somebody has to choose from. */
export const withCode = (code: string): Product[] => withIn(products.value, code);
/** customersWith are the customers of a card. */
export const customersWith = (code: string): Customer[] => withIn(customers.value, code);
