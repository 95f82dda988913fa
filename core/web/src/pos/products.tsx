import { computed } from "@preact/signals";
import { memo } from "preact/compat";
import { Icon } from "../ui/icon.tsx";
import { dec, price } from "../ui/money.ts";
import { Windowed } from "../ui/windowed.tsx";
import { catalogue, simple, type Product } from "./catalogue.ts";
import { withCode } from "./codes.ts";
import { lookOf } from "./look.ts";
import { scanned } from "./scanned.tsx";
import { category, narrow, open, search } from "./screen.ts";
import { addProduct } from "./sell.ts";

const take = (p: Product) => void addProduct(p);

const categories = computed(() => [...new Set(catalogue.value?.products.map((p) => p.category).filter(Boolean))]);
const looks = computed(() => new Map(categories.value.map((c, at) => [c, lookOf(at)])));
const pictures = computed(() => !!catalogue.value?.products.some((p) => p.image));

const Tile = memo(function Tile({ product }: { product: Product }) {
  const look = looks.value.get(product.category);
  return (
    <button
      type="button"
      class="tile"
      style={{ borderTopColor: product.color ?? look?.color, borderTopStyle: product.color ? undefined : look?.style }}
      onClick={() => take(product)}
    >
      {product.image && (
        <img
          src={product.image}
          alt=""
          loading="lazy"
          onError={(e) => {
            e.currentTarget.remove();
          }}
        />
      )}
      <span class="tile-name">{product.name}</span>
      <span class="tile-price">{price(dec(product.price))}</span>
    </button>
  );
});

/**
 * enter takes what was typed: an exact code or id, else the first that was found; digits alone are a code, and nothing
 * near it.
 */
function enter(first: Product | undefined): void {
  const text = search.peek().trim();
  if (withCode(text).length || /^\d{4,}$/.test(text)) scanned(text);
  else if (first) take(first);
  else return;
  search.value = "";
}

function Search({ first }: { first?: Product }) {
  const keys = (e: KeyboardEvent) => {
    if (e.key === "Enter") {
      e.preventDefault();
      enter(first);
    }
    if (e.key === "Escape") {
      search.value = "";
      (e.target as HTMLElement).blur();
    }
  };
  return (
    <div class="search" role="search">
      <Icon name="search" />
      <input
        id="search"
        type="search"
        placeholder="Search products"
        aria-label="Search products"
        autocomplete="off"
        enterkeyhint="done"
        value={search.value}
        onInput={(e) => {
          search.value = e.currentTarget.value;
        }}
        onKeyDown={keys}
      />
      {search.value && (
        <button
          type="button"
          class="icon-btn"
          aria-label="Clear the search"
          onClick={() => {
            search.value = "";
          }}
        >
          <Icon name="x" />
        </button>
      )}
    </div>
  );
}

function Categories() {
  const all = categories.value;
  if (all.length < 2) return null;
  return (
    <div class="cats" role="group" aria-label="Categories">
      {["", ...all].map((c) => {
        const look = looks.value.get(c);
        return (
          <button
            key={c}
            type="button"
            class={`cat${category.value === c ? " on" : ""}`}
            aria-pressed={category.value === c}
            style={look && { borderBottomColor: look.color, borderBottomStyle: look.style }}
            onClick={() => {
              category.value = c;
            }}
          >
            {c || "All"}
          </button>
        );
      })}
    </div>
  );
}

const found = computed(() => {
  const words = simple(search.value).split(/\s+/).filter(Boolean),
    all = catalogue.value?.products ?? [];
  if (words.length) return all.filter((p) => words.every((w) => p.find.includes(w)));
  return category.value ? all.filter((p) => p.category === category.value) : all;
});

const tile = (p: Product) => <Tile key={p.id} product={p} />;

export function Products() {
  const all = found.value;
  return (
    <section class="products" aria-label="Products">
      <div class="products-head">
        <Search first={search.value ? all[0] : undefined} />
        <button type="button" class="btn-quiet" onClick={() => open("free")}>
          <Icon name="plus" />
          Other item
        </button>
      </div>
      <Categories />
      {all.length > 0 ? (
        <Windowed
          class="grid"
          items={all}
          list={all}
          item={tile}
          height={(narrow.value ? 96 : 108) + (pictures.value ? 72 : 0)}
          least={narrow.value ? 100 : 136}
          gap={narrow.value ? 6 : 10}
          squeeze={narrow.value ? 22 : 0}
        />
      ) : (
        <NoProducts />
      )}
    </section>
  );
}

function NoProducts() {
  if (!catalogue.value)
    return (
      <div class="empty" role="status">
        <div class="spinner-border" aria-hidden="true" />
        <p>Getting the products…</p>
        <FreeButton />
      </div>
    );
  const [head, help] = search.value
    ? [`Nothing found for “${search.value}”`, "Look for another word, or add it by name and price."]
    : ["No products yet", "The server's config names no products. Items can be added by name and price."];
  return (
    <div class="empty">
      <Icon name={search.value ? "search" : "cart"} size={44} />
      <h2>{head}</h2>
      <p>{help}</p>
      <FreeButton />
    </div>
  );
}

const FreeButton = () => (
  <button type="button" class="btn btn-primary btn-lg" onClick={() => open("free")}>
    Add by name and price
  </button>
);
