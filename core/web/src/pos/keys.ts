import { type, type Key } from "./entry.ts";
import { closedBy, order, selected } from "./orders.ts";
import { endTyping, open, panel, paying } from "./screen.ts";
import { listenToScanner } from "./scan.ts";
import { scanned } from "./scanned.tsx";
import { session } from "./session.ts";
import { covered } from "./shut.tsx";
import { payable } from "./totals.ts";
import { inTurn, line, select, startOrder, step } from "./sell.ts";

/** What the pay screen does with keys, while it is open. */
export const payKeys: { current: ((key: Key | "Enter" | "Escape") => void) | null } = { current: null };

const asKey: Record<string, Key> = { ",": ".", ".": ".", "-": "±", Backspace: "back", Delete: "back" };

const once = new Set(["Enter", "n", "o", "Escape"]);

function typing(e: KeyboardEvent): boolean {
  const at = e.target as HTMLElement;
  return /^(INPUT|TEXTAREA|SELECT)$/.test(at.tagName) || at.isContentEditable;
}

function move(by: number): void {
  const lines = order.peek()?.lines ?? [];
  if (!lines.length) return;
  const at = lines.findIndex((l) => l.id === selected.peek());
  const next = at < 0 ? (by > 0 ? 0 : lines.length - 1) : Math.min(Math.max(at + by, 0), lines.length - 1);
  select(lines[next]!.id);
  document.getElementById(`line-${lines[next]!.id}`)?.scrollIntoView({ block: "nearest" });
}

function pressed(e: KeyboardEvent): void {
  if (
    e.ctrlKey ||
    e.metaKey ||
    e.altKey ||
    typing(e) ||
    panel.peek() ||
    covered.peek() ||
    document.querySelector("dialog[open]")
  )
    return;
  if (e.repeat && once.has(e.key)) return e.preventDefault(); // a key that is held down pays nothing
  const onButton = e.target instanceof HTMLButtonElement || e.target instanceof HTMLAnchorElement;
  if ((e.key === "Enter" || e.key === " ") && onButton && e.target !== document.body) return; // the button's own
  const key = /^\d$/.test(e.key) ? (e.key as Key) : asKey[e.key];
  if (payKeys.current) {
    if (key || e.key === "Enter" || e.key === "Escape") payKeys.current(key ?? (e.key as "Enter"));
    else return;
  } else if (key) void type(key);
  else if (e.key === "ArrowDown" || e.key === "ArrowUp") move(e.key === "ArrowDown" ? 1 : -1);
  else if (e.key === "Escape") {
    endTyping();
    selected.value = "";
    if (closedBy.peek()) startOrder();
  } else if (e.key === "Enter")
    void inTurn(async () => {
      paying.value = payable(order.peek());
    });
  else if (e.key === "/") document.getElementById("search")?.focus();
  else if (e.key === "+" && line()) void step(line()!, "qty", 1);
  else if (e.key === "n") startOrder();
  else if (e.key === "o") open("orders");
  else return;
  e.preventDefault();
}

export function listenToKeys(): void {
  listenToScanner(() => !!session.peek(), scanned, pressed);
  document.addEventListener("keydown", pressed);
  // A tablet that is turned keeps the chosen line in view.
  addEventListener("resize", () => document.querySelector(".line.on")?.scrollIntoView({ block: "nearest" }));
}
