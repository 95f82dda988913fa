import { type Signal, signal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { Icon, type IconName } from "../ui/icon.tsx";

export function Banner({
  icon,
  tone,
  children,
  acts,
}: {
  icon: IconName;
  tone: "info" | "warn" | "bad";
  children: ComponentChildren;
  acts?: ComponentChildren;
}) {
  return (
    <div class={`banner arrives banner-${tone}`} role={tone === "info" ? "status" : "alert"}>
      <Icon name={icon} />
      <div class="banner-text">{children}</div>
      {acts && <div class="banner-acts">{acts}</div>}
    </div>
  );
}

/** Counts what was answered: a banner goes, and something else lies there. */
export const answered = signal(0);
export const Act = ({ go, children, main }: { go: () => void; children: ComponentChildren; main?: boolean }) => (
  <button
    type="button"
    class={`btn ${main ? "btn-primary" : "btn-outline-secondary"}`}
    onClick={() => {
      answered.value++;
      go();
    }}
  >
    {children}
  </button>
);

/** AllRight takes a banner away by what makes it: a signal and the value that it gets. */
export const AllRight = <T,>({ sets: [of, value] }: { sets: [Signal<T>, T] }) => (
  <Act
    go={() => {
      of.value = value;
    }}
  >
    All right
  </Act>
);
