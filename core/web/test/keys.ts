import type { CDPSession, Locator, Page } from "playwright-core";

// Real events of keys and taps whose times are given, so that scanners and hands keep their pace on a busy machine too.

const code = (c: string): string =>
  /\d/.test(c) ? `Digit${c}` : /[a-z]/i.test(c) ? `Key${c.toUpperCase()}` : c === "-" ? "Minus" : c;
const sessions = new WeakMap<Page, Promise<CDPSession>>();
function session(page: Page): Promise<CDPSession> {
  if (!sessions.has(page)) sessions.set(page, page.context().newCDPSession(page));
  return sessions.get(page)!;
}

function events(c: string): Record<string, unknown> {
  if (c === "\n") return { key: "Enter", code: "Enter", text: "\r", windowsVirtualKeyCode: 13 };
  if (c === "\t") return { key: "Tab", code: "Tab", windowsVirtualKeyCode: 9 };
  return { key: c, code: code(c), text: c, windowsVirtualKeyCode: c.toUpperCase().charCodeAt(0) };
}

/**
 * A scan is sent when all of it was typed, its last key so long ago, in ms: as on a device that is busy, the page
 * waits longer for the next one. This machine may be busy between two of them.
 */
const ago = 200;

/** typed sends the keys of a text, gap ms apart, the first at a time in ms; \n is Enter, \t is Tab. */
async function typed(page: Page, text: string, gap: number, first: number): Promise<void> {
  const cdp = await session(page),
    start = first / 1000;
  const sent: Promise<unknown>[] = [];
  [...text].forEach((c, i) => {
    const key = events(c),
      timestamp = start + (i * gap) / 1000;
    sent.push(
      cdp.send("Input.dispatchKeyEvent", { type: key.text ? "keyDown" : "rawKeyDown", ...key, timestamp } as never),
    );
    sent.push(cdp.send("Input.dispatchKeyEvent", { type: "keyUp", ...key, text: undefined, timestamp } as never));
  });
  await Promise.all(sent);
}

/** scan is what a scanner types: a code and Enter, 8 ms from key to key. */
export const scan = (page: Page, text: string, end = "\n", gap = 8): Promise<void> =>
  typed(page, text + end, gap, Date.now() - (text + end).length * gap - ago);
/** byHand is the pace of fingers: the page has drawn what a key did before the next one. */
export const byHand = (page: Page, text: string): Promise<void> => typed(page, text, 130, Date.now());

/**
 * tapTwice taps a place twice, ms apart, the second time when the page shows what the first did; later taps it again,
 * when two seconds are over.
 */
export async function tapTwice(
  page: Page,
  what: Locator,
  ms: number,
  then: () => Promise<unknown>,
): Promise<{ later: () => Promise<void> }> {
  const box = (await what.boundingBox())!,
    cdp = await session(page),
    start = Date.now() / 1000;
  const tap = async (timestamp: number) => {
    const at = {
      x: box.x + box.width * 0.4,
      y: box.y + box.height / 2,
      button: "left",
      clickCount: 1,
      timestamp,
    } as const;
    await cdp.send("Input.dispatchMouseEvent", { type: "mousePressed", ...at });
    await cdp.send("Input.dispatchMouseEvent", { type: "mouseReleased", ...at });
  };
  await tap(start);
  await then();
  await tap(start + ms / 1000);
  return { later: () => tap(Date.now() / 1000 + 2) };
}
