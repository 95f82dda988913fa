import { useState } from "preact/hooks";
import { Icon } from "../ui/icon.tsx";
import { tokenOf, type Saved } from "./saved.ts";
import { ThemeButton } from "./bar.tsx";
import { canScan, ScanCode } from "./scancode.tsx";

interface Props {
  all: Saved[];
  trouble?: string;
  token?: string;
  pair: (token: string) => void;
  open: (s: Saved) => void;
}

/** inSafari: an iPad or iPhone whose page isn't opened from the home screen. */
const inSafari = () => (navigator as { standalone?: boolean }).standalone === false;

/** SignIn pairs this browser with a POS, or lets choose one of those it has. */
export function SignIn({ all, trouble, token, pair, open }: Props) {
  const [typed, type] = useState(token ?? ""),
    [wrong, setWrong] = useState(""),
    [scanning, setScanning] = useState(false);
  const submit = (e: Event) => {
    e.preventDefault();
    const found = tokenOf(typed);
    if (!found) return setWrong("That is no token. It looks like mtp_…, and the pairing link ends in it.");
    setWrong("");
    pair(found);
  };
  const take = (text: string) => {
    const found = /token=|^mtp_/.test(text) ? tokenOf(text) : ""; // not every code is of a till
    if (found) pair(found);
    return !!found;
  };
  return (
    <main class="start">
      <div class="start-theme">
        <ThemeButton />
      </div>
      <div class="start-card">
        <img src="icon.png" alt="" width="64" height="64" />
        <h1>{all.length ? "Which till is this?" : "Pair this till"}</h1>
        {trouble && (
          <p class="alert alert-warning" role="alert">
            {trouble}
          </p>
        )}
        {all.map((s) => (
          <a
            key={s.pos}
            class="start-pos"
            href={`/pos?pos=${encodeURIComponent(s.pos)}`}
            onClick={(e) => {
              e.preventDefault();
              open(s);
            }}
          >
            <Icon name="cart" size={28} />
            <span>
              <b>{s.name}</b>
              <small>{s.multiSession || "in no multi-session yet"}</small>
            </span>
          </a>
        ))}
        {!all.length && (
          <p class="text-body-secondary">
            Scan the QR code that the admin page shows for a POS, or paste its link or token here.
          </p>
        )}
        {inSafari() && (
          <p class="text-body-secondary">
            For the home screen: put this page there first (Share, Add to Home Screen), open it from there, and pair
            there. What Safari keeps isn't shared with it.
          </p>
        )}
        {canScan() &&
          (scanning ? (
            <ScanCode take={take} close={() => setScanning(false)} />
          ) : (
            <button type="button" class="btn btn-outline-secondary btn-lg w-100 mb-3" onClick={() => setScanning(true)}>
              Scan the code with this camera
            </button>
          ))}
        <form onSubmit={submit}>
          <label for="token" class="form-label">
            {all.length ? "Pair another POS: link or token" : "Pairing link or token"}
          </label>
          <input
            id="token"
            class="form-control form-control-lg"
            value={typed}
            autocomplete="off"
            spellcheck={false}
            placeholder="mtp_…"
            aria-invalid={!!wrong}
            aria-describedby={wrong ? "token-wrong" : undefined}
            onInput={(e) => type(e.currentTarget.value)}
          />
          {wrong && (
            <p id="token-wrong" class="start-wrong" role="alert">
              {wrong}
            </p>
          )}
          <button class="btn btn-primary btn-lg w-100 mt-3" type="submit">
            Pair
          </button>
        </form>
      </div>
    </main>
  );
}
