import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { Dialog } from "../../ui/dialog.tsx";
import { Problem } from "../api.ts";
import { Trouble } from "./notice.tsx";

interface FormProps {
  title: string;
  close: () => void;
  children: ComponentChildren;
  go: string;
  danger?: boolean;
  /** does it; what it throws is told in the dialog, which then stays. */
  submit: () => Promise<void>;
}

/** Ask asks before something is done, with fields or without. */
export function Ask({ title, close, children, go, danger, submit }: FormProps) {
  const [busy, setBusy] = useState(false),
    [trouble, setTrouble] = useState<Problem>();
  const send = async (e: Event) => {
    e.preventDefault();
    setBusy(true);
    setTrouble(undefined);
    try {
      await submit();
    } catch (e) {
      setTrouble(e instanceof Problem ? e : new Problem("internal", String(e)));
      setBusy(false);
    }
  };
  return (
    <Dialog title={title} close={close}>
      <form onSubmit={send}>
        {children}
        <Trouble of={trouble} />
        <footer class="dlg-foot">
          <button type="button" class="btn btn-quiet" onClick={close}>
            Cancel
          </button>
          <button type="submit" class={`btn ${danger ? "btn-danger" : "btn-primary"}`} disabled={busy}>
            {go}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
