import { computed } from "@preact/signals";
import type { Json } from "manytill";
import { catalogue, type Product } from "./catalogue.ts";

// What is printed on products: a code or id finds its product exactly, or not at all.

/** Columns of products that hold codes, in lower case and without what stands between words. */
const columns = /^(barcodes?|codes?|ean(8|13)?|upc[ae]?|gtin(8|12|13|14)?|sku|plu|defaultcode|(internal)?reference|(item|article)(no|number))$/;

/** codesOf are the codes in a row of the catalogue, as they stand; one column may hold several. */
export function codesOf(row: Record<string, Json>): string[] {
  return Object.entries(row).filter(([name]) => columns.test(name.toLowerCase().replace(/[^a-z0-9]/g, ""))).flatMap(([, value]) => {
    if (Array.isArray(value)) return value.map(String);
    const text = value === null || typeof value === "object" ? "" : String(value).trim();
    return [text, ...text.split(/[,;|]/).map((part) => part.trim())].filter(Boolean);
  });
}

/** A UPC-A is an EAN-13 with a 0 before it, which is a GTIN-14 with another one; Caps Lock turns a scanner's letters. */
const fold = (code: string) => (/^\d{12,14}$/.test(code) ? code.padStart(14, "0") : code.toLowerCase());

const byCode = computed(() => {
  const all = new Map<string, Set<Product>>();
  for (const p of catalogue.value?.products ?? []) {
    for (const code of [String(p.id), ...p.codes].map(fold)) all.set(code, (all.get(code) ?? new Set()).add(p));
  }
  return all;
});

/** withCode are the products of a code or id: none, one, or several that somebody has to choose from. */
export function withCode(code: string): Product[] {
  const all = [...(byCode.value.get(fold(code)) ?? [])], same = all.filter((p) => String(p.id) === code || p.codes.includes(code));
  return same.length && !/^\d{12,14}$/.test(code) ? same : all;
}
