import { useRef, useState } from "preact/hooks";

/** Copyable is a text to take along: selected by a click, copied by a button. */
export function Copyable({ label, value, id }: { label: string; value: string; id: string }) {
  const field = useRef<HTMLInputElement>(null),
    [done, setDone] = useState(false);
  const copy = async () => {
    field.current!.select();
    try {
      await navigator.clipboard.writeText(value);
    } catch {
      document.execCommand("copy"); // without HTTPS there is no clipboard
    }
    setDone(true);
    setTimeout(() => setDone(false), 2000);
  };
  return (
    <div class="mb-3">
      <label class="form-label" for={id}>
        {label}
      </label>
      <div class="input-group">
        <input
          ref={field}
          id={id}
          class="form-control font-monospace"
          readOnly
          value={value}
          onFocus={(e) => e.currentTarget.select()}
        />
        <button type="button" class="btn btn-quiet copy" onClick={copy}>
          {done ? "Copied" : "Copy"}
        </button>
      </div>
    </div>
  );
}
