import { effect, signal } from "@preact/signals";

// Light or dark: what the device says, until somebody chose.
const key = "manytill.theme";
const device = matchMedia("(prefers-color-scheme: dark)");

export const dark = signal(stored() ? stored() === "dark" : device.matches);

function stored(): string | null {
  try { return localStorage.getItem(key); } catch { return null; }
}

device.addEventListener("change", () => { if (!stored()) dark.value = device.matches; });
effect(() => { document.documentElement.dataset.bsTheme = dark.value ? "dark" : "light"; });

export function toggleTheme(): void {
  dark.value = !dark.value;
  try {
    if (dark.value === device.matches) localStorage.removeItem(key);
    else localStorage.setItem(key, dark.value ? "dark" : "light");
  } catch { /* a private window: until it is closed */ }
}
