import { signal } from "@preact/signals";
import type { Op, Schema, Till } from "manytill";
import type { Failure } from "manytill/models";
import type { Apart } from "manytill/models/apart";

// The extensions' hooks in this page: between the till and what is tapped. No line of their code runs in the page itself:
// see docs/decisions/0009-extensions-apart.md.

/** What stopped in this page. The till sells on: the server runs the hooks all the same. */
export const stopped = signal<Failure[]>([]);

let apart: Apart | undefined;

/**
 * runExtensions gets the extensions and lets their hooks run; the page doesn't wait for it. refused is told the words for
 * an edit of an extension's own that wasn't sent. It gives the ETag of what was loaded; "" if there is nothing.
 */
export async function runExtensions(till: Till, schema: () => Schema, refused: (message: string) => void): Promise<string> {
  try {
    const answer = await fetch("/v1/extensions.js");
    if (!answer.ok) throw new Error(`the server answered ${answer.status}`);
    const etag = answer.headers.get("ETag") ?? "", theirs = await answer.text();
    if (!theirs.includes("manytillExtensions")) return etag;
    const [{ openApart, openFrame }, ours] = await Promise.all([import("./models.js"), ourCode()]);
    apart?.close();
    // With something before its "use strict", which isn't for theirs: they may be written in the old way.
    apart = openApart(till, () => openFrame(`;${ours}\n${theirs}`), schema);
    apart.on("extensionFailed", (failure) => {
      console.error(`Extension ${failure.extension}:`, failure.error);
      stopped.value = [...stopped.peek(), failure];
    });
    apart.on("refused", ({ message }) => refused(message));
    return etag;
  } catch (error) {
    console.warn("Extensions don't run in this page:", error);
    return "";
  }
}

async function ourCode(): Promise<string> {
  const answer = await fetch("/worker.js");
  if (!answer.ok) throw new Error(`/worker.js: the server answered ${answer.status}`);
  return answer.text();
}

/** tap is Till.do with the hooks' say: an extension may refuse it, in words for the cashier. */
export const tap = (till: Till, ...ops: Op[]): Promise<number> => (apart ? apart.do(...ops) : till.do(...ops));
