import { signal } from "@preact/signals";
import type { Op, Till } from "manytill";
import type { Failure, Live } from "manytill/models";

// The extensions' hooks in this page: between the till and what is tapped.

/** What stopped in this page. The till sells on: the server runs the hooks all the same. */
export const stopped = signal<Failure[]>([]);

let live: Live | undefined;

/**
 * runExtensions gets the extensions and lets their hooks run; the page doesn't wait for it. refused is told the words for
 * an edit of an extension's own that wasn't sent. It gives the ETag of what was loaded; "" if there is nothing.
 */
export async function runExtensions(till: Till, refused: (message: string) => void): Promise<string> {
  const { loaded: { definitions, etag, error }, openModels } = await load();
  if (error) console.warn("Extensions don't run in this page:", error);
  if (openModels) {
    live = openModels(till, definitions);
    live.on("extensionFailed", (failure) => {
      console.error(failure.error);
      stopped.value = [...stopped.peek(), failure];
    });
    live.on("refused", ({ message }) => refused(message));
  }
  return etag;
}

/** load gets the layer that runs hooks only where there are some. */
async function load() {
  const none = { definitions: [], etag: "", error: undefined };
  try {
    const code = await fetch("/v1/extensions.js");
    if (code.ok && !(await code.text()).includes("manytillExtensions")) return { loaded: { ...none, etag: code.headers.get("ETag") ?? "" } };
    const { loadExtensions, openModels } = await import("./models.js"), loaded = await loadExtensions();
    return { loaded, openModels: loaded.definitions.length > 0 ? openModels : undefined };
  } catch (error) {
    return { loaded: { ...none, error } };
  }
}

/** tap is Till.do with the hooks' say: an extension may refuse it, in words for the cashier. */
export const tap = (till: Till, ...ops: Op[]): Promise<number> => (live ? live.do(...ops) : till.do(...ops));
