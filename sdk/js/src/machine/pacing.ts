import type { Step } from "./step";

/**
 * While nobody answers, pauses are short, for trying costs a server nothing that isn't there; when it refuses, they are
 * long.
 */
export const leastPause = 500,
  mostPause = 2000;
const longPause = 30_000;
/** A link that lasted so long was worth opening. */
const stable = 5000;

/** Pacing is how long to wait before something is tried again. */
export class Pacing {
  /** Pauses since something was answered, and those since what came could be read. */
  private tries = 0;
  garbled = 0;
  /** When links were last opened anew for a reset, and how often in a row. */
  private cameBack = 0;
  private returns = 0;
  /** Nobody looks at the page. */
  hidden = false;

  constructor(private step: Step) {}

  /** A pause is longer each time, by chance within. */
  private pause(most: number, tries: number): number {
    return leastPause + this.step.config.random() * (Math.min(most, 2 * leastPause * 2 ** tries) - leastPause);
  }
  /** short is for a server that isn't there. */
  short(): number {
    return this.pause(this.hidden ? longPause : mostPause, this.tries++);
  }
  /** quiet is how long nothing may come over a link before somebody asks. */
  quiet(): number {
    return this.hidden ? 25_000 : 5000;
  }
  /** refused is for one that refuses. */
  refused(): number {
    return this.pause(longPause, this.tries++);
  }
  /** answered: the server said something. */
  answered(): void {
    this.tries = 0;
  }
  /** unreadable is for one that sends what can't be read. */
  unreadable(): number {
    return this.pause(longPause, this.garbled++);
  }
  /** readable: orders could be read. It is false if that is no news. */
  readable(): boolean {
    const was = this.garbled > 0;
    this.garbled = 0;
    return was;
  }
  /** restart: somebody wants it to be tried now. */
  restart(): void {
    this.tries = 0;
    this.garbled = Math.min(this.garbled, 1);
  }
  /** reopen is for links that are opened anew for a reset: at once, but not again and again. */
  reopen(): number {
    const { now } = this.step;
    if (now - this.cameBack >= stable) this.returns = 0;
    const pause = this.returns ? this.pause(longPause, this.returns) : 0;
    this.cameBack = now + pause;
    this.returns++;
    return pause;
  }
}
