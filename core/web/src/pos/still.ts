import { computed, effect } from "@preact/signals";
import { answered } from "./banner.tsx";
import { order } from "./orders.ts";
import { unclear } from "./scanned.tsx";
import { padOpen, panel, paying } from "./screen.ts";
import { covered } from "./shut.tsx";

// A double tap is one tap: after the screen changed, the place that was tapped is dead for a moment, so that the second
// tap doesn't do what lies there now. What comes by itself is dead all over while it is new: the class "arrives".

const state = computed(() => order.value?.state); // an order that only shows something else moves nothing

/** In ms, and in px around the tap: fingers aren't exact. */
const moment = 500,
  finger = 48;

interface Tap {
  x: number;
  y: number;
  at: number;
}

export function oneTapIsOne(): void {
  let last: Tap | undefined, place: Tap | undefined, dead: Tap | undefined;
  effect(() => {
    void [panel.value, paying.value, unclear.value.length, covered.value, state.value, padOpen.value, answered.value];
    place = last && { ...last, at: performance.now() };
  });
  const swallow = (e: Event) => {
    e.preventDefault();
    e.stopImmediatePropagation();
  };
  window.addEventListener(
    "pointerdown",
    (e) => {
      const tap = { x: e.clientX, y: e.clientY, at: e.timeStamp };
      dead =
        place && tap.at - place.at < moment && Math.hypot(tap.x - place.x, tap.y - place.y) < finger ? tap : undefined;
      if (dead) swallow(e);
      else last = tap;
    },
    true,
  );
  for (const type of ["mousedown", "click"] as const) {
    // A click by keyboard has no detail.
    window.addEventListener(
      type,
      (e) => {
        if (dead && e.detail && e.timeStamp - dead.at < 2 * moment) swallow(e);
      },
      true,
    );
  }
  window.addEventListener(
    "keydown",
    () => {
      last = undefined;
    },
    true,
  );
}
