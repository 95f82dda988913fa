import { effect, signal } from "@preact/signals";
import { local } from "./storage.ts";

// Light or dark: what the device says, until somebody chose.
const key = "manytill.theme";
const device = matchMedia("(prefers-color-scheme: dark)");

const stored = () => local.get(key);

export const dark = signal(stored() ? stored() === "dark" : device.matches);

device.addEventListener("change", () => {
  if (!stored()) dark.value = device.matches;
});
effect(() => {
  document.documentElement.dataset.bsTheme = dark.value ? "dark" : "light";
});

export function toggleTheme(): void {
  dark.value = !dark.value;
  if (dark.value === device.matches) local.remove(key);
  else local.set(key, dark.value ? "dark" : "light");
}
