import { signal } from "@preact/signals";

interface Item {
  id?: unknown;
  name?: unknown;
}

/** Names are what the catalogue calls products and customers, by id. */
interface Names {
  products: Map<string, string>;
  customers: Map<string, string>;
}
const names = signal<Names>({ products: new Map(), customers: new Map() });

const byID = (items: Item[] = []) => new Map(items.map((i) => [String(i.id), String(i.name ?? "")]));

/** learn takes the catalogue in. */
export function learn(catalogue: { products?: Item[]; customers?: Item[] }): void {
  names.value = { products: byID(catalogue.products), customers: byID(catalogue.customers) };
}

export const productName = (id: unknown) => names.value.products.get(String(id));
export const customerName = (id: unknown) => names.value.customers.get(String(id));
