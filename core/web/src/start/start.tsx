import { render } from "preact";
import { useEffect, useState } from "preact/hooks";
import "../ui/base.css";
import { Guard, Stopped } from "../ui/faults.tsx";
import { dark, toggleTheme } from "../ui/theme.ts";
import "./start.css";

interface Demo {
  admin_token: string;
  pos: { id: string; name: string; token: string; user: string }[];
}

const posLink = (p: Demo["pos"][number]) =>
  `/pos#token=${encodeURIComponent(p.token)}&user=${encodeURIComponent(p.user)}`;

/** sideBySide opens a window for each till, next to each other where the screen has room. */
function sideBySide(demo: Demo): void {
  const width = Math.floor(screen.availWidth / demo.pos.length),
    height = screen.availHeight;
  demo.pos.forEach((p, i) =>
    window.open(posLink(p), `till-${p.id}`, `popup,left=${i * width},top=0,width=${width},height=${height}`),
  );
}

function OfDemo({ demo }: { demo: Demo }) {
  const [first, second] = demo.pos;
  return (
    <>
      <div class="doors">
        {demo.pos.map((p) => (
          <a key={p.id} class="door" href={posLink(p)} target="_blank" rel="noopener">
            <b>{p.name}</b>
            <span>A till. {p.user} is at it.</span>
            <span class="go">Open the till</span>
          </a>
        ))}
        <a class="door" href={`/admin#token=${encodeURIComponent(demo.admin_token)}`} target="_blank" rel="noopener">
          <b>Admin</b>
          <span>Multi-sessions, POS, live view, extensions, backup.</span>
          <span class="go">Open the admin page</span>
        </a>
      </div>
      <p class="both">
        <button type="button" class="btn btn-primary btn-lg" onClick={() => sideBySide(demo)}>
          Open both tills side by side
        </button>
        Two windows of one browser, as if they were two tablets.
      </p>
      <h2>What to try</h2>
      <ol class="steps">
        <li>
          <b>Tap a product at {first?.name}</b>
          <span>Look at {second?.name}: the order has a number there, and each line says who added it.</span>
        </li>
        <li>
          <b>Change its quantity at {second?.name}</b>
          <span>
            At {first?.name} the line changes at once: added by {first?.user}, changed by {second?.user}.
          </span>
        </li>
        <li>
          <b>Take {first?.name} off the network, and go on selling</b>
          <span>
            In its window press F12, choose Network and then Offline. Sell on both tills, then put it back online:
            nothing is lost and nothing doubled.
          </span>
        </li>
      </ol>
      <p class="foot">This is a demo: its database is thrown away when it ends.</p>
    </>
  );
}

const OfServer = () => (
  <>
    <div class="doors">
      <a class="door" href="/admin">
        <b>Admin</b>
        <span>Sign in with the admin token, which the server printed once, at its first start.</span>
        <span class="go">Sign in</span>
      </a>
      <a class="door" href="/pos">
        <b>Till</b>
        <span>Pair this device with a POS, or go on where it is paired already.</span>
        <span class="go">Open the till</span>
      </a>
    </div>
    <h2>How to pair a till</h2>
    <ol class="steps">
      <li>
        <b>Make its POS on the admin page</b>
        <span>Under POS, Create. A QR code and a link appear, this once.</span>
      </li>
      <li>
        <b>Scan the code with the tablet</b>
        <span>Or open the link there. The tablet keeps it; it needs to be done once.</span>
      </li>
      <li>
        <b>Add the POS to a multi-session</b>
        <span>Under Multi-sessions. All POS in it see the same open orders.</span>
      </li>
    </ol>
  </>
);

function Page() {
  const [demo, setDemo] = useState<Demo | null>();
  useEffect(() => {
    void fetch("/demo.json")
      .then((r) => r.json())
      .then(setDemo, () => setDemo(null));
  }, []);
  return (
    <main class="start">
      <header class="start-head">
        <img src="icon.png" alt="" width="56" height="56" />
        <div>
          <h1>Manytill</h1>
          <p>Several tills, the same orders.</p>
        </div>
        <button type="button" class="btn btn-quiet" aria-pressed={dark.value} onClick={toggleTheme}>
          {dark.value ? "Light" : "Dark"}
        </button>
      </header>
      {demo && <OfDemo demo={demo} />}
      {demo === null && <OfServer />}
    </main>
  );
}

render(
  <Guard instead={(words) => <Stopped words={words} />}>
    <Page />
  </Guard>,
  document.getElementById("page")!,
);
