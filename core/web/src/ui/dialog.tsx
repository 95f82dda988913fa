import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useRef } from "preact/hooks";
import { Icon } from "./icon.tsx";
import { useRest } from "./rest.ts";

/** What the page has to say; a dialog says what is new since it opened, for what is behind it isn't read. */
export const notes = signal<readonly string[]>([]);

interface Props {
  title: string;
  close: () => void;
  children: ComponentChildren;
  foot?: ComponentChildren;
  wide?: boolean;
  /** What others can change in it, and so move what is tapped. */
  others?: string;
  /** It keeps the height that it opens with: what comes and goes in it moves no key. */
  still?: boolean;
}

/** Dialog is modal: the browser keeps the focus in it, and Esc closes it. */
export function Dialog({ title, close, children, foot, wide, others = "", still }: Props) {
  const box = useRef<HTMLDialogElement>(null),
    id = useId(),
    before = useRef(notes.peek());
  const said = notes.value.filter((n) => !before.current.includes(n));
  useRest(box, others + said.join());
  useLayoutEffect(() => {
    box.current!.showModal();
    if (still) box.current!.style.setProperty("--still", `${box.current!.offsetHeight}px`);
    (box.current!.querySelector<HTMLElement>("[autofocus]") ?? box.current!.querySelector("h2"))?.focus();
  }, []);
  return (
    <dialog
      ref={box}
      class={`dlg${wide ? " dlg-wide" : ""}`}
      aria-labelledby={id}
      onCancel={(e) => {
        e.preventDefault();
        close();
      }}
      onMouseDown={(e) => {
        if (e.target === box.current) close();
      }}
    >
      <div class="dlg-box">
        <header class="dlg-head">
          <h2 id={id} tabIndex={-1}>
            {title}
          </h2>
          <button type="button" class="icon-btn" aria-label="Close" onClick={close}>
            <Icon name="x" />
          </button>
        </header>
        <div class="dlg-body">
          {said.map((n) => (
            <p key={n} class="alert alert-warning" role="alert">
              {n}
            </p>
          ))}
          {children}
        </div>
        {foot && <footer class="dlg-foot">{foot}</footer>}
      </div>
    </dialog>
  );
}
