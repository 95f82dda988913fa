import type { ComponentChildren } from "preact";
import { signal } from "@preact/signals";
import type { Problem } from "../api.ts";

/** Trouble tells a problem where it happened. */
export function Trouble({ of, children }: { of?: Problem; children?: ComponentChildren }) {
  if (!of) return null;
  return (
    <div class="alert alert-danger my-3" role="alert">
      {of.message}
      {children}
    </div>
  );
}

/** Empty says what to do where there is nothing yet. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <p class="empty-title">{title}</p>
      {children}
    </div>
  );
}

export const Loading = () => (
  <div class="loading" role="status">
    <span class="spinner-border spinner-border-sm" aria-hidden="true" /> Loading
  </div>
);

const said = signal("");
let clear = 0;

/** say tells that something was done, for a few seconds. */
export function say(words: string): void {
  said.value = words;
  clearTimeout(clear);
  clear = window.setTimeout(() => {
    said.value = "";
  }, 6000);
}

export const Said = () => (
  <div class="said" role="status" aria-live="polite">
    {said.value && <span>{said.value}</span>}
  </div>
);
