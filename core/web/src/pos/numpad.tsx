import { Icon } from "../ui/icon.tsx";
import type { ShownOrder } from "manytill";
import { type, type Key } from "./entry.ts";
import { choose, foldPad, mode, open, padOpen, paying, type Mode } from "./screen.ts";
import { selected } from "./orders.ts";
import { due, payable } from "./totals.ts";

const rows: Key[][] = [
  ["1", "2", "3"],
  ["4", "5", "6"],
  ["7", "8", "9"],
  ["±", "0", "."],
];
const modes: [Mode, string][] = [
  ["qty", "Qty"],
  ["discount", "Disc"],
  ["price_unit", "Price"],
];

/** Digits are laid out alike for lines and for money. */
export function Digits({ tap, off }: { tap: (key: Key) => void; off?: boolean }) {
  return (
    <>
      {rows.flat().map((k) => (
        <button
          key={k}
          type="button"
          class="key"
          disabled={off}
          aria-label={k === "±" ? "Plus or minus" : undefined}
          onClick={() => tap(k)}
        >
          {k}
        </button>
      ))}
    </>
  );
}

export const Backspace = ({ tap, off }: { tap: () => void; off?: boolean }) => (
  <button type="button" class="key key-back" aria-label="Backspace" disabled={off} onClick={tap}>
    <Icon name="back" />
  </button>
);

export function Numpad({ o }: { o: ShownOrder }) {
  const line = o.lines.some((l) => l.id === selected.value),
    some = o.lines.length > 0;
  const unfolded = padOpen.value;
  return (
    <div class={`pad-box${unfolded ? "" : " folded"}`}>
      <div class="acts">
        <button type="button" class="act" aria-label="Numpad 123" aria-expanded={unfolded} onClick={foldPad}>
          <Icon name="keys" />
          123
        </button>
        <button type="button" class="act" disabled={!line} onClick={() => open("line")}>
          <Icon name="note" />
          Line
        </button>
        <button type="button" class="act" disabled={!some} onClick={() => open("move")}>
          <Icon name="move" />
          Move
        </button>
        <button type="button" class="act" onClick={() => open("order")}>
          <Icon name="info" />
          Order
        </button>
        <button type="button" class="act act-bad" disabled={!some && !o.number} onClick={() => open("cancel")}>
          <Icon name="trash" />
          Cancel
        </button>
      </div>
      <div class="pad" role="group" aria-label="Numpad">
        {unfolded && (
          <>
            <div class="pad-digits">
              <Digits tap={(k) => void type(k)} off={!line} />
            </div>
            <div class="pad-modes">
              {modes.map(([m, word]) => (
                <button
                  key={m}
                  type="button"
                  class={`key key-mode${mode.value === m ? " on" : ""}`}
                  aria-pressed={mode.value === m}
                  onClick={() => choose(m)}
                >
                  {word}
                </button>
              ))}
              <Backspace tap={() => void type("back")} off={!line} />
            </div>
          </>
        )}
        <button
          type="button"
          class="pay-btn"
          disabled={!payable(o)}
          onClick={() => {
            paying.value = true;
          }}
        >
          <Icon name="cash" size={28} />
          {due(o).n < 0n ? "Give back" : "Pay"}
        </button>
      </div>
    </div>
  );
}
