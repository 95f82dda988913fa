import { dark, toggleTheme } from "../../ui/theme.ts";
import { href, route } from "../route.ts";
import { signOut } from "../token.ts";
import { waiting } from "../waiting.ts";

/** The sections and their signs, 24 × 24. */
export const sections = [
  { id: "multi-sessions", name: "Multi-sessions", sign: "M4 7h11v11H4zM9 7V3h11v11h-5" },
  { id: "pos", name: "POS", sign: "M4 4h16v11H4zM9 20h6M12 15v5" },
  { id: "live", name: "Live", sign: "M2 12h5l3-7 4 14 3-7h5" },
  { id: "orders", name: "Find an order", sign: "M11 18a7 7 0 1 1 0-14 7 7 0 0 1 0 14zm5-2 4.5 4.5" },
  { id: "rejections", name: "Rejections", sign: "M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18zM12 7v6M12 16v.3" },
  { id: "extensions", name: "Extensions", sign: "M4 8h5V5a2 2 0 0 1 4 0v3h5v4h1a2 2 0 0 1 0 4h-1v4H4z" },
  { id: "backup", name: "Backup", sign: "M4 6c0-4 16-4 16 0v12c0 4-16 4-16 0zM4 6c0 4 16 4 16 0M4 12c0 4 16 4 16 0" },
  { id: "shops", name: "Shops", sign: "M4 10v10h16V10M3 10l2-6h14l2 6zM10 20v-6h4v6" },
  { id: "charts", name: "Charts", sign: "M4 4v16h16M8 16v-4M12 16V8M16 16v-6" },
] as const;

const Sign = ({ of }: { of: string }) => (
  <svg
    width="20"
    height="20"
    viewBox="0 0 24 24"
    fill="none"
    stroke="currentColor"
    stroke-width="1.8"
    stroke-linecap="round"
    stroke-linejoin="round"
    aria-hidden="true"
  >
    <path d={of} />
  </svg>
);

/** Nav is the list of sections, at the left or (on a phone) on top. */
export function Nav({ version }: { version: string }) {
  return (
    <aside class="nav-side">
      <div class="brand">
        <img src="icon.png" alt="" width="28" height="28" />
        <span>Manytill</span>
      </div>
      <nav aria-label="Sections">
        {sections.map((s) => (
          <a key={s.id} href={href(s.id)} aria-current={route.value[0] === s.id ? "page" : undefined}>
            <Sign of={s.sign} />
            <span>{s.name}</span>
            {s.id === "rejections" && waiting.value && (
              <span class="count" role="img" aria-label={`${waiting.value} waiting`}>
                {waiting.value}
              </span>
            )}
          </a>
        ))}
      </nav>
      <div class="nav-foot">
        <button type="button" class="btn btn-quiet btn-sm" aria-pressed={dark.value} onClick={toggleTheme}>
          {dark.value ? "Light" : "Dark"}
        </button>
        <button type="button" class="btn btn-quiet btn-sm" onClick={() => signOut()}>
          Sign out
        </button>
        <small>{version && `Version ${version}`}</small>
      </div>
    </aside>
  );
}
