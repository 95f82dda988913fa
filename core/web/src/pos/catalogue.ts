import { computed, signal } from "@preact/signals";
import type { Fields, Value, User } from "manytill";
import { cardsOf, codesOf } from "./codes.ts";

export interface Product {
  id: string | number;
  name: string;
  price: number;
  category: string;
  image?: string;
  color?: string;
  codes: string[];
  find: string;
  taxes?: Value;
}
export interface Customer {
  id: string | number;
  name: string;
  codes: string[];
  find: string;
}
export interface Catalogue {
  products: Product[];
  customers: Customer[];
  cashiers: User[];
}
type Row = Record<string, Value>;
export interface RawCatalogue {
  products?: Row[];
  customers?: Row[];
  cashiers?: Row[];
}

export const catalogue = signal<Catalogue | null>(null);

const word = (v: Value | undefined) => (v === undefined || v === null ? "" : String(v));
/** simple is a text as people search it: no case, no accents. */
export const simple = (s: string) => s.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
/** Columns that nobody means who searches: 22 isn't what costs 22. */
const unsearched = new Set(["price", "image", "color", "tax_ids"]);
const finds = (row: Row) =>
  simple(
    Object.entries(row)
      .filter(([name, v]) => typeof v !== "object" && !unsearched.has(name))
      .map(([, v]) => v)
      .join(" "),
  );
const id = (row: Row) => (typeof row.id === "number" ? row.id : word(row.id));

const isRows = (v: unknown) =>
  v === undefined || (Array.isArray(v) && v.every((row) => typeof row === "object" && row !== null));
/** isCatalogue tells the server's catalogue from what others answer in its place. */
export const isCatalogue = (v: unknown): v is RawCatalogue => {
  const { products, customers, cashiers } = (v ?? {}) as RawCatalogue;
  return Array.isArray(products) && [products, customers, cashiers].every(isRows);
};

/** toCatalogue reads the rows of GET /v1/catalogue; columns beside the known ones are searched too. */
export function toCatalogue(raw: RawCatalogue): Catalogue {
  return {
    products: (raw.products ?? []).map((row) => ({
      id: id(row),
      name: word(row.name) || `Product ${word(row.id)}`,
      price: Number(row.price) || 0,
      category: word(row.category),
      image: word(row.image) || undefined,
      color: /^#?\w+$/.test(word(row.color)) ? word(row.color) : undefined,
      taxes: Array.isArray(row.tax_ids) ? row.tax_ids : undefined,
      codes: codesOf(row),
      find: finds(row),
    })),
    customers: (raw.customers ?? []).map((row) => ({
      id: id(row),
      name: word(row.name) || `Customer ${word(row.id)}`,
      codes: cardsOf(row),
      find: finds(row),
    })),
    cashiers: (raw.cashiers ?? []).map((row) => ({ id: word(row.id), name: word(row.name) || word(row.id) })),
  };
}

const products = computed(() => new Map(catalogue.value?.products.map((p) => [String(p.id), p])));
const customers = computed(() => new Map(catalogue.value?.customers.map((c) => [String(c.id), c])));

/** lineName is what a line calls itself, else the product's name here, else its id. */
export function lineName(f: Fields): string {
  if (typeof f.description === "string" && f.description) return f.description;
  if (f.product_id === undefined || f.product_id === null) return "Item";
  return products.value.get(String(f.product_id))?.name ?? `Product ${f.product_id}`;
}

/** customerName is "" without a customer, and the id of one that isn't known here. */
export function customerName(f: Fields): string {
  const partner = f.partner_id;
  if (partner === undefined || partner === null || partner === "") return "";
  return customers.value.get(String(partner))?.name ?? `Customer ${partner}`;
}
