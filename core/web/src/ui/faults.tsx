import { Component, type ComponentChildren } from "preact";

/** Mistakes of the page's own: what they say is for its makers, and so it stands in brackets. */
const ours = [TypeError, ReferenceError, RangeError, SyntaxError];

/** faultWords are the words of what was thrown, for a cashier. */
export function faultWords(e: unknown): string {
  const said = e instanceof Error ? e.message : String(e);
  if (!ours.some((kind) => e instanceof kind)) return said || "Something in this page failed.";
  return `Something in this page failed (${said}). Look whether it was done, then try again; reload the page if it comes again.`;
}

/** listenForFaults tells what nobody caught: a tap is never without an answer. */
export function listenForFaults(tell: (words: string) => void): void {
  addEventListener("unhandledrejection", (e) => {
    if (e.reason !== undefined) tell(faultWords(e.reason));
  });
  addEventListener("error", (e) => {
    if (e.error) tell(faultWords(e.error));
  });
}

/** Stopped stands where a page was. */
export const Stopped = ({ words, children }: { words: string; children?: ComponentChildren }) => (
  <main style="max-width:34rem;margin:12vh auto;padding:0 20px">
    <div role="alert">
      <h1>This page stopped</h1>
      <p>{words}</p>
    </div>
    {children}
    <button type="button" class="btn btn-primary btn-lg" onClick={() => location.reload()}>
      Reload
    </button>
  </main>
);

interface Props {
  children: ComponentChildren;
  /** What is drawn: another one is tried anew. */
  of?: unknown /** Shown instead of what can't be drawn; again tries once more. */;
  instead: (words: string, again: () => void) => ComponentChildren;
}

/** Guard keeps what can't be drawn from taking the rest of the page with it. */
export class Guard extends Component<Props, { fault?: unknown }> {
  override state: { fault?: unknown } = {};
  static override getDerivedStateFromError(fault: unknown) {
    return { fault: fault ?? "unknown" };
  }
  override componentDidCatch(fault: unknown): void {
    console.error(fault);
  }
  override componentDidUpdate({ of }: Props): void {
    if (of !== this.props.of && this.state.fault !== undefined) this.setState({ fault: undefined });
  }
  override render() {
    const { fault } = this.state;
    return fault === undefined
      ? this.props.children
      : this.props.instead(faultWords(fault), () => this.setState({ fault: undefined }));
  }
}
