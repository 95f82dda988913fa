import { computed, effect, signal } from "@preact/signals";
import { Dialog, notes } from "../ui/dialog.tsx";
import { dec, price } from "../ui/money.ts";
import { AllRight, Banner } from "./banner.tsx";
import { catalogue, type Product } from "./catalogue.ts";
import { customersWith, withCode } from "./codes.ts";
import { say } from "./orders.ts";
import { setCustomer } from "./people.tsx";
import { panel } from "./screen.ts";
import { addProduct, trouble } from "./sell.ts";
import { covered } from "./shut.tsx";

/** Codes that several products have, until somebody has chosen. */
export const unclear = signal<{ code: string; found: Product[] }[]>([]);

/** Codes that no product has: what was scanned next doesn't hide them, for a thing that wasn't sold is money lost. */
export const unknown = signal<string[]>([]);
const unknownWords = computed(() => {
  const codes = unknown.value;
  return codes.length ? [`${unknownHead()} ${codes.join(", nor ")}. Nothing was added.`] : [];
});
function unknownHead(): string {
  if (!catalogue.value) return "The products aren't here yet. Scan again what has the code";
  return panel.value === "customer" ? "No customer and no product has the code" : "No product has the code";
}
effect(() => {
  notes.value = [...unknownWords.value, trouble.value].filter(Boolean);
});

export function UnknownBanner() {
  return (
    <>
      {unknownWords.value.map((words) => (
        <Banner icon="warn" tone="bad" acts={<AllRight sets={[unknown, []]} />}>
          {words}
        </Banner>
      ))}
    </>
  );
}

/**
 * scanned sells the product of a code: exactly that one, or it says why none. Where a customer is looked for, it is a
 * card first.
 */
export function scanned(code: string, places = ""): void {
  if (covered.peek()) return;
  const exactly = <T,>(by: (code: string) => T[]) => {
    const exact = by(code);
    return exact.length || places.length !== code.length ? exact : by(places);
  };
  const card = panel.peek() === "customer" ? exactly(customersWith) : [];
  if (card.length === 1) return void setCustomer(card[0]!.id);
  if (card.length) {
    trouble.value = `${card.length} customers have the code ${code}: choose one by name.`;
    return;
  }
  const found = exactly(withCode);
  if (found.length === 1) sell(found[0]!);
  else if (found.length) unclear.value = [...unclear.peek(), { code, found }];
  else unknown.value = [...unknown.peek().filter((c) => c !== code), code];
}

function sell(p: Product): void {
  say(`Scanned: ${p.name}`);
  void addProduct(p);
}

export function UnclearDialog() {
  const asked = unclear.value[0];
  if (!asked) return null;
  const next = () => {
    unclear.value = unclear.peek().slice(1);
  };
  return (
    <Dialog key={asked.code} title={`Which one has the code ${asked.code}?`} close={next}>
      <ul class="picks">
        {asked.found.map((p) => (
          <li key={p.id}>
            <button
              type="button"
              class="pick"
              onClick={() => {
                next();
                sell(p);
              }}
            >
              <span class="pick-what">
                {p.name}
                <small>{[p.category, p.id].filter(Boolean).join(" · ")}</small>
              </span>
              <b>{price(dec(p.price))}</b>
            </button>
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
