import { useLayoutEffect, useRef } from "preact/hooks";

/** rest lets what others just moved take no taps for a moment: they were meant for what was there. */
export function rest(box: Element): void {
  box.animate([{ pointerEvents: "none" }, { pointerEvents: "none" }], 500);
}

/** useRest lets a box rest whenever what moves it changes. */
export function useRest(box: { readonly current: Element | null }, what: unknown): void {
  const before = useRef(what);
  useLayoutEffect(() => {
    if (what !== before.current) rest(box.current!);
    before.current = what;
  }, [what]);
}
