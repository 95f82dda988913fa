import { signal } from "@preact/signals";
import { decoded } from "./token.ts"; // first: it takes a link's token out of the address

// The section, and what it shows, stand in the address behind #.
const read = () => location.hash.replace(/^#\/?/, "").split("/").map(decoded);

export const route = signal(read());
addEventListener("hashchange", () => {
  route.value = read();
});

/** href is the address of a section. */
export const href = (...parts: string[]) => `#/${parts.map(encodeURIComponent).join("/")}`;
export const go = (...parts: string[]) => {
  location.hash = href(...parts);
};
