import { signal } from "@preact/signals";
import type { Op, Schema, ShownOrder, Till } from "manytill";
import type { Failure } from "manytill/models";
import type { Apart } from "manytill/models/apart";
import { zone } from "../ui/place.ts";
import type { Drawn } from "./drawn.ts";

// The extensions' hooks in this page: between the till and what is tapped. No line of their code runs in the page
// itself: see docs/decisions/0009-extensions-apart.md.

/** What stopped in this page. The till sells on: the server runs the hooks all the same. */
export const stopped = signal<Failure[]>([]);

let apart: Apart | undefined, screen: Drawn | undefined;
/** How long, in ms, it waits before it asks again for code that it didn't get, and how often it does. */
const pause = 10_000,
  tries = 6;

/** Extensions are those of a till's server: other ones take their place while the page sells. */
export class Extensions {
  #etag = "";
  #wanted = "";
  #left = tries;
  #loading = false;
  #later: ReturnType<typeof setTimeout> | undefined;

  /** On the till itself; what is drawn of it follows. refused is told the words for an edit of an extension's own that wasn't sent; changed, that others are there. */
  constructor(
    private readonly till: Till,
    private readonly drawn: Drawn,
    private readonly schema: () => Schema,
    private readonly refused: (message: string) => void,
    private readonly changed: (etag: string) => void,
  ) {
    screen = drawn;
  }

  /** are hears which ones the server has. */
  are(etag: string | undefined): void {
    if (!etag || etag === this.#wanted) return;
    this.#wanted = etag;
    this.#left = tries;
    if (this.#etag && etag !== this.#etag) this.load();
  }

  /** load gets them and lets their hooks run; the page doesn't wait for it. */
  load(): void {
    if (this.#loading) return;
    this.#loading = true;
    clearTimeout(this.#later);
    const wanted = this.#wanted;
    void this.#load()
      .catch((error: unknown) => console.warn("Extensions don't run in this page:", error))
      .finally(() => {
        this.#loading = false;
        // What was kept of older ones may have been faster; or there are others again.
        if (this.#wanted !== this.#etag && this.#left-- > 0)
          this.#later = setTimeout(() => this.load(), wanted === this.#wanted ? pause : 0);
      });
  }

  async #load(): Promise<void> {
    const before = this.#etag,
      answer = await fetch("/v1/extensions.js"),
      etag = answer.headers.get("ETag") ?? "";
    if (!answer.ok || !etag) throw new Error(`the server didn't give them (${answer.status})`);
    if (before && etag === before) return;
    const theirs = await answer.text();
    if (theirs.includes("manytillExtensions")) await this.#run(theirs);
    else {
      apart = void apart?.close();
      this.drawn.use(undefined);
      stopped.value = [];
    }
    this.#etag = etag;
    if (before) this.changed(etag);
  }

  async #run(theirs: string): Promise<void> {
    const [{ openApart, openFrame }, ours] = await Promise.all([import("./models.js"), ourCode()]);
    apart?.close();
    stopped.value = [];
    // With something before its "use strict", which isn't for theirs: they may be written in the old way.
    apart = openApart(
      this.till,
      () => openFrame(`;self.manytillZone = ${JSON.stringify(zone.peek() ?? null)};${ours}\n${theirs}`),
      this.schema,
    );
    this.drawn.use(apart);
    apart.on("extensionFailed", (failure) => {
      console.error(`Extension ${failure.extension}:`, failure.error);
      if (failure.hook !== "rest") stopped.value = [...stopped.peek(), failure];
    });
    apart.on("refused", ({ message }) => this.refused(message));
  }
}

async function ourCode(): Promise<string> {
  const answer = await fetch("/worker.js");
  if (!answer.ok) throw new Error(`/worker.js: the server answered ${answer.status}`);
  return answer.text();
}

/** would is an order as it would be drawn if ops on it were asked for; undefined if no hook writes what a line costs. */
export const would = (...ops: Op[]): Promise<ShownOrder | undefined> | undefined => apart?.would(...ops);

/**
 * tap is Till.do with the hooks' say: an extension may refuse it, in words for the cashier. It ends when what it did is
 * drawn.
 */
export async function tap(till: Till, ...ops: Op[]): Promise<number> {
  if (!apart) return till.do(...ops);
  const id = await apart.do(...ops);
  await screen?.settled();
  return id;
}
