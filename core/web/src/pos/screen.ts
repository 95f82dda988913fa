import { batch, signal } from "@preact/signals";

/** Which dialog is open; "" is none. */
export type Panel = "" | "customer" | "cashier" | "line" | "order" | "move" | "orders" | "free" | "cancel" | "close" | "menu" | "aside";
export const panel = signal<Panel>("");
export const open = (p: Panel) => { panel.value = p; };
export const shut = () => { panel.value = ""; };

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
export function endTyping(): void { typed.value = null; }
export function choose(m: Mode): void {
  batch(() => { mode.value = m; typed.value = null; });
}
