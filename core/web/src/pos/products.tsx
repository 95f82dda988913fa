import { useComputed } from "@preact/signals";
import { memo } from "preact/compat";
import { Icon } from "../ui/icon.tsx";
import { dec, price } from "../ui/money.ts";
import { catalogue, simple, type Product } from "./catalogue.ts";
import { withCode } from "./codes.ts";
import { scanned } from "./scanned.tsx";
import { category, open, search } from "./screen.ts";
import { addProduct } from "./sell.ts";

const take = (p: Product) => void addProduct(p);

/** What nobody scrolls through is searched for. */
const most = 300;

/** hue gives a category its quiet colour, always the same. */
const hue = (s: string) => [...s].reduce((h, c) => (h * 31 + c.codePointAt(0)!) % 360, 7);

const Tile = memo(function Tile({ product }: { product: Product }) {
  return (
    <button type="button" class="tile" style={product.color ? { borderTopColor: product.color } : { "--hue": hue(product.category) }} onClick={() => take(product)}>
      {product.image && <img src={product.image} alt="" loading="lazy" onError={(e) => { e.currentTarget.remove(); }} />}
      <span class="tile-name">{product.name}</span>
      <span class="tile-price">{price(dec(product.price))}</span>
    </button>
  );
});

/** enter takes what was typed: an exact code or id, else the first that was found; digits alone are a code, and nothing near it. */
function enter(first: Product | undefined): void {
  const text = search.peek().trim();
  if (withCode(text).length || /^\d{4,}$/.test(text)) scanned(text);
  else if (first) take(first);
  else return;
  search.value = "";
}

function Search({ first }: { first?: Product }) {
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Enter") { e.preventDefault(); enter(first); }
    if (e.key === "Escape") { search.value = ""; (e.target as HTMLElement).blur(); }
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input id="search" type="search" placeholder="Search products" aria-label="Search products" autocomplete="off" enterkeyhint="done"
        value={search.value} onInput={(e) => { search.value = e.currentTarget.value; }} onKeyDown={keys} />
      {search.value && <button type="button" class="icon-btn" aria-label="Clear the search" onClick={() => { search.value = ""; }}><Icon name="x" /></button>}
    </div>
  );
}

function Categories() {
  const all = [...new Set(catalogue.value?.products.map((p) => p.category).filter(Boolean))];
  if (all.length < 2) return null;
  return (
    <div class="cats" role="group" aria-label="Categories">
      {["", ...all].map((c) => (
        <button key={c} type="button" class={"cat" + (category.value === c ? " on" : "")} aria-pressed={category.value === c} onClick={() => { category.value = c; }}>{c || "All"}</button>
      ))}
    </div>
  );
}

export function Products() {
  const found = useComputed(() => {
    const words = simple(search.value).split(/\s+/).filter(Boolean), all = catalogue.value?.products ?? [];
    return words.length ? all.filter((p) => words.every((w) => p.find.includes(w))) : all.filter((p) => !category.value || p.category === category.value);
  }).value;
  return (
    <section class="products" aria-label="Products">
      <div class="products-head">
        <Search first={search.value ? found[0] : undefined} />
        <button type="button" class="btn-quiet" onClick={() => open("free")}><Icon name="plus" />Other item</button>
      </div>
      <Categories />
      {found.length > 0
        ? <div class="grid">{found.slice(0, most).map((p) => <Tile key={p.id} product={p} />)}{found.length > most && <p class="more">{most} of {found.length}: search to see others.</p>}</div>
        : <NoProducts />}
    </section>
  );
}

function NoProducts() {
  if (!catalogue.value) return <div class="empty" role="status"><div class="spinner-border" aria-hidden="true" /><p>Getting the products…</p><FreeButton /></div>;
  const [head, help] = search.value
    ? [`Nothing found for “${search.value}”`, "Look for another word, or add it by name and price."]
    : ["No products yet", "The server's config names no products. Items can be added by name and price."];
  return <div class="empty"><Icon name={search.value ? "search" : "cart"} size={44} /><h2>{head}</h2><p>{help}</p><FreeButton /></div>;
}

const FreeButton = () => <button type="button" class="btn btn-primary btn-lg" onClick={() => open("free")}>Add by name and price</button>;
