import type { CDPSession, Page } from "playwright-core";

// Real key events whose times are given, so that a scanner and a hand keep their pace on a busy machine too.

const code = (c: string): string => (/\d/.test(c) ? "Digit" + c : /[a-z]/i.test(c) ? "Key" + c.toUpperCase() : c === "-" ? "Minus" : c);
const sessions = new WeakMap<Page, Promise<CDPSession>>();

function events(c: string): Record<string, unknown> {
  if (c === "\n") return { key: "Enter", code: "Enter", text: "\r", windowsVirtualKeyCode: 13 };
  if (c === "\t") return { key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 };
  return { key: c, code: code(c), text: c, windowsVirtualKeyCode: c.toUpperCase().charCodeAt(0) };
}

/** typed sends the keys of a text, gap ms apart; \n is Enter, \t is Tab. */
async function typed(page: Page, text: string, gap: number): Promise<void> {
  if (!sessions.has(page)) sessions.set(page, page.context().newCDPSession(page));
  const cdp = await sessions.get(page)!, start = Date.now() / 1000;
  const sent: Promise<unknown>[] = [];
  [...text].forEach((c, i) => {
    const key = events(c), timestamp = start + (i * gap) / 1000;
    sent.push(cdp.send("Input.dispatchKeyEvent", { type: key.text ? "keyDown" : "rawKeyDown", ...key, timestamp } as never));
    sent.push(cdp.send("Input.dispatchKeyEvent", { type: "keyUp", ...key, text: undefined, timestamp } as never));
  });
  await Promise.all(sent);
}

/** scan is what a scanner types: a code and Enter, 8 ms from key to key. */
export const scan = (page: Page, text: string, end = "\n", gap = 8): Promise<void> => typed(page, text + end, gap);
/** byHand is the pace of fingers. */
export const byHand = (page: Page, text: string): Promise<void> => typed(page, text, 130);
