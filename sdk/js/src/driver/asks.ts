import type { Ask } from "./engine";

/** Answer is a value or an error, as messages carry them. */
export interface Answer { value?: unknown; error?: { message: string } }

/**
 * asks numbers what a tab asks, and asks again whoever leads next until there is an answer. `send` gets the lowest number
 * without one too; `slow` is called while the oldest has none for so long.
 */
export function asks(send: (what: Ask, n: number, lowest: number) => void, slow: () => void, patience: number) {
  const pending = new Map<number, { what: Ask; resolve(value: unknown): void; reject(e: unknown): void }>();
  let last = 0;
  let stopped = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  function again(n: number) {
    const [lowest] = pending.keys();
    send(pending.get(n)!.what, n, lowest);
    wait();
  }
  function wait() {
    const [oldest] = pending.keys();
    if (!timer && oldest && !stopped) timer = setTimeout(() => {
      timer = undefined;
      if (pending.has(oldest)) slow();
      wait();
    }, patience);
  }
  return {
    ask: (what: Ask) => new Promise<unknown>((resolve, reject) => {
      pending.set(++last, { what, resolve, reject });
      again(last);
    }),
    resend() { for (const n of [...pending.keys()]) again(n); },
    answered(n: number, { value, error }: Answer) {
      const it = pending.get(n);
      pending.delete(n);
      if (error) it?.reject(Object.assign(new Error(error.message), error));
      else it?.resolve(value);
    },
    /** stop asks no more; giveUp ends what has no answer by then. */
    stop() {
      stopped = true;
      clearTimeout(timer);
    },
    giveUp() {
      for (const it of pending.values()) it.reject(new Error("this till was closed"));
    },
  };
}
