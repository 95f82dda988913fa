import { useState } from "preact/hooks";
import { call } from "../api.ts";
import { Copyable } from "../parts/copy.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Ask } from "../parts/dialog.tsx";
import { QR } from "../parts/qr.tsx";
import type { TokenResponse } from "manytill";

/** pairingLink opens the POS page and signs it in. */
export const pairingLink = (token: string) => `${location.origin}/pos#token=${encodeURIComponent(token)}`;

/** Paired shows a token, this once. */
export function Paired({ token, name, close }: { token: TokenResponse; name: string; close: () => void }) {
  const link = pairingLink(token.token);
  const local = /^(localhost|127\.|\[::1\])/.test(location.hostname);
  return (
    <Dialog
      title={`Pair ${name}`}
      close={close}
      wide
      foot={
        <button type="button" class="btn btn-primary" onClick={close}>
          Done
        </button>
      }
    >
      <div class="pairing">
        <QR text={link} label={`QR code of the pairing link of ${name}`} />
        <div class="grow">
          <p>
            Scan this with the tablet's camera, or open the link on it. <b>It is shown this once</b>: later there is
            only a new token.
          </p>
          <p class="hint">
            An iPad or iPhone: put <b>{location.origin}/pos</b> on the home screen first (Safari, Share, Add to Home
            Screen), open it from there, then scan or paste there. What Safari keeps isn't shared with the home screen.
          </p>
          {local && (
            <p class="alert alert-warning">
              This page is open at {location.host}, which only this machine can reach. To pair another device, open the
              admin page by the server's address in your network and make a new token there.
            </p>
          )}
          <Copyable id="pairing-link" label="Pairing link" value={link} />
          <Copyable id="pairing-token" label="Token" value={token.token} />
        </div>
      </div>
    </Dialog>
  );
}

/** idOf makes an id of a name. */
export const idOf = (name: string) =>
  name
    .normalize("NFKD")
    .replace(/[\u0300-\u036f]/g, "")
    .toLowerCase()
    .replace(/[^a-z0-9._:-]+/g, "-")
    .replace(/^-+|-+$/g, "")
    .slice(0, 64) ||
  // of a name without letters that an id can have
  (name.trim() && `pos-${[...name].reduce((h, c) => (h * 31 + c.codePointAt(0)!) % 46656, 7).toString(36)}`);

/** CreatePos asks for a name, and makes an id of it. */
export function CreatePos({ close, made }: { close: () => void; made: (t: TokenResponse, name: string) => void }) {
  const [name, setName] = useState(""),
    [id, setID] = useState<string>();
  const submit = async () => {
    const token = await call<TokenResponse>("POST", "/pos", { id: id ?? idOf(name), name: name.trim() });
    made(token, name.trim());
  };
  return (
    <Ask title="Create a POS" go="Create" close={close} submit={submit}>
      <label class="form-label" for="pos-name">
        Name
      </label>
      <input
        id="pos-name"
        class="form-control mb-3"
        value={name}
        required
        maxLength={200}
        placeholder="Bar"
        onInput={(e) => setName(e.currentTarget.value)}
      />
      <label class="form-label" for="pos-id">
        Id
      </label>
      <input
        id="pos-id"
        class="form-control font-monospace"
        value={id ?? idOf(name)}
        required
        pattern="[A-Za-z0-9._:\-]{1,64}"
        aria-describedby="pos-id-help"
        onInput={(e) => setID(e.currentTarget.value)}
      />
      <p id="pos-id-help" class="hint mt-2 mb-0">
        Letters, digits, point, dash, colon. It stays for ever.
      </p>
    </Ask>
  );
}
