import { render } from "preact";
import { signal } from "@preact/signals";
import "../ui/base.css";
import { Guard, listenForFaults, Stopped } from "../ui/faults.tsx";
import "../ui/theme.ts";
import "./css/frame.css";
import "./css/order.css";
import "./css/products.css";
import "./css/pay.css";
import "./css/panels.css";
import "./css/small.css";
import { listenToKeys } from "./keys.ts";
import { whenCleared } from "./kept.ts";
import { ignored, keptAside, recall, refused } from "./notices.ts";
import { begin, heard } from "./orders.ts";
import { allSaved, recallSaved, save, saved, signIn, type Saved } from "./saved.ts";
import { trouble } from "./sell.ts";
import { oneTapIsOne } from "./still.ts";
import { session, start } from "./session.ts";
import { SignIn } from "./signin.tsx";
import { Screen } from "./till.tsx";
import { watchVersion } from "./version.ts";

const where = signal<{ at: "starting" } | { at: "signin"; trouble?: string; token?: string }>({ at: "starting" });

async function open(s: Saved): Promise<void> {
  history.replaceState(null, "", `/pos?pos=${encodeURIComponent(s.pos)}`);
  document.title = `${s.name} · Manytill`;
  try {
    await start(s, {
      orders: heard,
      rejected: refused,
      aside: keptAside,
      ignored: (what) => {
        ignored.value = what;
      },
      refused: (message) => {
        trouble.value = message;
      },
    });
    await Promise.all([begin(), recall()]);
  } catch (e) {
    where.value = { at: "signin", trouble: `This till can't start: ${e instanceof Error ? e.message : e}` };
  }
}

async function pair(token: string, user = ""): Promise<void> {
  where.value = { at: "starting" };
  try {
    await open(await signIn(token, user));
  } catch (e) {
    where.value = { at: "signin", trouble: e instanceof Error ? e.message : String(e), token };
  }
}

function Page() {
  if (session.value) return <Screen />;
  const at = where.value;
  if (at.at === "signin")
    return <SignIn all={allSaved()} trouble={at.trouble} token={at.token} pair={pair} open={open} />;
  return (
    <main class="start">
      <h1 class="visually-hidden">Manytill</h1>
      <div class="spinner-border" role="status">
        <span class="visually-hidden">Starting</span>
      </div>
    </main>
  );
}

async function boot(): Promise<void> {
  const link = new URLSearchParams(location.hash.slice(1)),
    token = link.get("token");
  const query = new URLSearchParams(location.search),
    wanted = query.get("pos");
  if (token) {
    history.replaceState(null, "", "/pos"); // not into the history of a shared tablet
    return void pair(token, link.get("user") ?? "");
  }
  const recalled = recallSaved();
  if (!(wanted ? saved(wanted) : allSaved().length)) await recalled;
  const all = allSaved(),
    only = all.length === 1 && !query.has("choose") ? all[0] : undefined,
    one = wanted ? saved(wanted) : only;
  if (one) return void open(one);
  const trouble = wanted ? `This browser isn't paired with the POS “${wanted}” yet.` : undefined;
  where.value = { at: "signin", trouble };
}

listenForFaults((words) => {
  trouble.value = words;
});
render(
  <Guard
    instead={(words) => (
      <Stopped words={words}>
        <p>What was tapped is safe on this device.</p>
      </Stopped>
    )}
  >
    <Page />
  </Guard>,
  document.getElementById("page")!,
);
listenToKeys();
oneTapIsOne();
watchVersion();
whenCleared(() => {
  if (session.value) save(session.value.saved);
});
addEventListener("hashchange", () => {
  if (location.hash.includes("token=")) location.reload();
});
void boot();
