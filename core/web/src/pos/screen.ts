import { batch, computed, signal } from "@preact/signals";
import { local } from "../ui/storage.ts";

/** Which dialog is open; "" is none. */
export type Panel =
  | ""
  | "customer"
  | "cashier"
  | "line"
  | "order"
  | "move"
  | "orders"
  | "free"
  | "cancel"
  | "close"
  | "menu"
  | "aside";
export const panel = signal<Panel>("");
export const open = (p: Panel) => {
  panel.value = p;
};
/**
 * shut takes the focus out of the dialog first: when a browser removes what has it, it computes the page's style at
 * once.
 */
export const shut = () => {
  if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
  panel.value = "";
};

/** Products to choose, or money to take. */
export const paying = signal(false);
export const search = signal("");
export const category = signal("");
/** What was just finished, with the money that goes to the customer: shown until the next tap. */
export const done = signal<{ words: string; what?: string; sum?: string } | null>(null);

/** What the numpad types into, and what was typed since; null before the first key. */
export type Mode = "qty" | "discount" | "price_unit";
export const mode = signal<Mode>("qty");
export const typed = signal<string | null>(null);
export function endTyping(): void {
  typed.value = null;
}
export function choose(m: Mode): void {
  batch(() => {
    mode.value = m;
    typed.value = null;
  });
}

/** A phone, or a tablet upright. */
const small = matchMedia("(max-width: 900px)");
export const narrow = signal(small.matches);
small.addEventListener("change", () => {
  narrow.value = small.matches;
});

/** Whether the numpad is unfolded: where there is room, until somebody says otherwise. */
const padKey = "manytill.numpad",
  room = matchMedia("(min-width: 700px) and (min-height: 700px)");
const padSaid = signal(local.get(padKey)),
  padFits = signal(room.matches);
room.addEventListener("change", () => {
  padFits.value = room.matches;
});
export const padOpen = computed(() => (padSaid.value ? padSaid.value === "open" : padFits.value));
export function foldPad(): void {
  local.set(padKey, padOpen.peek() ? "folded" : "open");
  padSaid.value = local.get(padKey);
}
