import { useState } from "preact/hooks";
import { check } from "./api.ts";
import { signedOut, signIn } from "./token.ts";

/** SignIn takes the admin token, once. */
export function SignIn() {
  const [given, setGiven] = useState(""),
    [remember, setRemember] = useState(false);
  const [wrong, setWrong] = useState(signedOut.value),
    [busy, setBusy] = useState(false);
  const submit = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    const problem = given.trim() ? await check(given.trim()) : "Paste the admin token first.";
    setBusy(false);
    setWrong(problem);
    if (!problem) signIn(given.trim(), remember);
  };
  return (
    <main class="signin">
      <form class="signin-card" onSubmit={submit}>
        <img src="icon.png" alt="" width="56" height="56" />
        <h1>Manytill admin</h1>
        <label class="form-label" for="token">
          Admin token
        </label>
        <input
          id="token"
          class="form-control form-control-lg font-monospace"
          type="password"
          autocomplete="current-password"
          autofocus
          value={given}
          onInput={(e) => setGiven(e.currentTarget.value)}
          aria-describedby="token-help"
          aria-invalid={wrong ? true : undefined}
        />
        {wrong && (
          <div class="alert alert-danger mt-3 mb-0" role="alert">
            {wrong}
          </div>
        )}
        <p id="token-help" class="hint mt-2">
          The server printed it once, at its first start. It begins with mta_.
        </p>
        <label class="form-check my-3">
          <input
            class="form-check-input"
            type="checkbox"
            checked={remember}
            onChange={(e) => setRemember(e.currentTarget.checked)}
          />
          <span class="form-check-label">Remember on this device</span>
        </label>
        <button class="btn btn-primary btn-lg w-100" type="submit" disabled={busy}>
          Sign in
        </button>
      </form>
    </main>
  );
}
