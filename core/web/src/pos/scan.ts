// A barcode scanner is a keyboard that types faster than hands do. Its keys are told from a hand's by their pace,
// wherever the focus is: they go to no button and no numpad, and what they wrote into a text box is taken out again.

/** The most ms between two keys of a scanner; fingers need more. */
const pace = 35;
/** Behind so many keys it is a scanner for sure, and may stumble: a wireless one, or a busy device. */
const sure = 4,
  stumble = 120;
/**
 * How long, in ms, a key waits for the next one before it counts as a hand's, and a code for its end: events may come
 * late.
 */
const patience = 60,
  late = 250;
/** The fewest characters of a code that Enter or Tab ends, and of one that nothing ends. */
const shortest = 2,
  endless = 6;

interface Burst {
  keys: KeyboardEvent[];
  text: string;
  places: string;
  last: number;
  box?: Box;
}
interface Box {
  at: HTMLInputElement | HTMLTextAreaElement;
  value: string;
  from: number | null;
  to: number | null;
}

/** boxOf is the text box that keys go to now, and what it holds. */
function boxOf(): Box | undefined {
  const at = document.activeElement;
  const text =
    at instanceof HTMLTextAreaElement ||
    (at instanceof HTMLInputElement && /^(text|search|tel|url|email|number|password)$/.test(at.type));
  return text ? { at, value: at.value, from: at.selectionStart, to: at.selectionEnd } : undefined;
}
function restore({ at, value, from, to }: Box): void {
  if (at.value === value) return;
  at.value = value;
  if (from !== null) at.setSelectionRange(from, to);
  at.dispatchEvent(new Event("input", { bubbles: true }));
}

/** Ctrl+J and Ctrl+M are how some scanners write the end of a line. */
const ends = (e: KeyboardEvent) => e.key === "Enter" || e.key === "Tab" || (e.ctrlKey && /^[jm]$/i.test(e.key));
const writes = (e: KeyboardEvent) =>
  e.key.length === 1 && !e.repeat && !e.isComposing && !e.ctrlKey && !e.altKey && !e.metaKey;
function swallow(e: Event): void {
  e.preventDefault();
  e.stopImmediatePropagation();
}

/**
 * listenToScanner calls scanned with each code, and hand with each key that it held back for a moment and that was none
 * of a scanner's. places are the digits by where the keys are: a scanner that isn't set to this keyboard's layout.
 */
export function listenToScanner(
  on: () => boolean,
  scanned: (code: string, places: string) => void,
  hand: (e: KeyboardEvent) => void,
): void {
  let burst: Burst | undefined,
    timer: ReturnType<typeof setTimeout> | undefined,
    taken = -Infinity;
  const take = ({ text, places, box }: Burst) => {
    burst = undefined;
    clearTimeout(timer);
    if (box) restore(box);
    scanned(text.trim(), places);
  };
  /** over: no more keys come at this pace. */
  const over = () => {
    const b = burst;
    burst = undefined;
    clearTimeout(timer);
    if (!b || b.box) return;
    if (b.text.length >= endless) {
      taken = b.last;
      take(b);
    } else b.keys.forEach(hand);
  };
  const waitOn = (ms: number) => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      timer = setTimeout(over);
    }, ms); // keys that wait for this page to have time come before the second
  };
  window.addEventListener(
    "keydown",
    (e) => {
      if (!on() || e.key === "Shift") return;
      if (burst && e.timeStamp - burst.last > (burst.text.length >= sure ? stumble : pace)) over();
      if (burst && ends(e) && burst.text.length >= shortest) {
        swallow(e);
        return take(burst);
      }
      // the end of a code came too late to be waited for
      if (!burst && ends(e) && e.timeStamp - taken <= stumble) return swallow(e);
      // a control character in a code
      if (!writes(e)) return burst && e.ctrlKey && burst.text.length >= sure ? swallow(e) : over();
      if (!burst && e.key === " ") return; // a button's own; no code begins with it
      burst ??= { keys: [], text: "", places: "", last: 0, box: boxOf() };
      burst.keys.push(e);
      burst.text += e.key;
      burst.places += /^(?:Digit|Numpad)(\d)$/.exec(e.code)?.[1] ?? "";
      burst.last = e.timeStamp;
      if (burst.box) return; // nothing waits: the next key tells
      swallow(e);
      const lag = performance.now() - e.timeStamp; // of a device that is busy: the next key comes late too
      waitOn((burst.text.length >= sure ? late : patience) + Math.min(Math.max(2 * lag, 0), 400));
    },
    true,
  );
  window.addEventListener("pointerdown", over, true);
}
