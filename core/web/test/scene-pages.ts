// Pages of scenarios in one Chromium, for tests in other languages: each till has a browser's storage of its own. It reads and
// writes JSON, a line each, as sdk/js/test/scene-tills.ts does.
import { createInterface } from "node:readline";
import type { Browser, BrowserContext, CDPSession, Page } from "playwright-core";
import { canStartAlone, connected, desktop, launch, tapped, tile } from "./browser.ts";

interface Op {
  op: string;
  order: string;
  line?: string;
  set?: Record<string, unknown>;
  by?: number;
}
interface Asked {
  n: number;
  till: string;
  do: string;
  url: string;
  token: string;
  ops: Op[];
  about: string;
}
interface Redrawn {
  lines: Set<string>;
  scroll: number;
}
const say = (what: unknown) => process.stdout.write(`${JSON.stringify(what)}\n`);

let browser: Promise<Browser> | undefined;
const chromium = () => (browser ??= launch());

/** shown reads a page: the tabs, the lines of the order on the screen, and what is said of the connection. */
const shown = () => {
  const text = (e: Element | null) => e?.textContent?.trim() ?? "";
  const lines = [...document.querySelectorAll(".lines .line")].map((line) => ({
    id: line.id.replace("line-", ""),
    n: 0,
    fields: { qty: +text(line.querySelector(".line-qty")), description: text(line.querySelector(".line-name")) },
  }));
  return {
    tabs: [...document.querySelectorAll<HTMLElement>(".tab[data-order]")].map((tab) => ({
      id: tab.dataset.order!,
      number: Number.parseInt(text(tab.querySelector(".tab-no")), 10) || 0,
      on: tab.classList.contains("on"),
    })),
    lines,
    pending: document.querySelector(".line-by .icon") !== null,
    link: text(document.querySelector(".link")),
    said: [...document.querySelectorAll(".link, .banner, .cover, .closed")].map(text).join("\n"),
  };
};

class Scene {
  context?: BrowserContext;
  page?: Page;
  devtools?: CDPSession;
  at = "";
  watching = false;

  async start({ url, token }: Asked) {
    if (!this.context) {
      this.context = await (await chromium()).newContext({ viewport: desktop });
      await this.context.addInitScript("globalThis.__name = (f) => f"); // what tsx puts around functions
    }
    this.page = await this.context.newPage();
    this.page.setDefaultTimeout(20_000);
    await this.page.goto(this.at || `${url}/pos#token=${token}`);
    if (!this.at) await connected(this.page);
    await this.page.locator(".tab[data-order]").first().waitFor();
    this.at = this.page.url();
  }

  /** lookAt puts an order on the screen. */
  async lookAt(id: string) {
    const tab = this.page!.locator(`.tab[data-order="${id}"]`);
    if ((await tab.getAttribute("class"))?.includes(" on")) return;
    await tab.click();
    await this.page!.locator(`.tab.on[data-order="${id}"]`).waitFor();
  }

  async see() {
    const first = await this.page!.evaluate(shown),
      was = first.tabs.find((t) => t.on)?.id;
    const orders = [];
    let { pending } = first;
    for (const tab of this.watching ? [] : first.tabs) {
      await this.lookAt(tab.id);
      const now = await this.page!.evaluate(shown);
      pending ||= now.pending;
      orders.push({
        id: tab.id,
        number: tab.number,
        run: 1,
        state: "open",
        fields: {},
        payments: [],
        lines: now.lines,
      });
    }
    if (was && !this.watching) await this.lookAt(was);
    const now = await this.page!.evaluate(shown);
    return {
      Orders: orders,
      Online: now.link.includes("Connected"),
      Unsent: Number(/(\d+) waiting/.exec(now.link)?.[1] ?? 0) || Number(pending),
      Said: now.said,
    };
  }

  async tap(op: Op) {
    if (op.op !== "line.add" && op.op !== "line.inc") throw new Error(`a page of a scenario can't tap ${op.op}`);
    await this.lookAt(op.order);
    const name = op.set
      ? String(op.set.description)
      : ((await this.page!.locator(`#line-${op.line} .line-name`).textContent()) ?? "").trim();
    const qty = async () => {
      const line = (await this.page!.evaluate(shown)).lines.find((l) => l.fields.description === name);
      return line?.fields.qty ?? 0;
    };
    for (let n = Number(op.set?.qty ?? op.by); n > 0; n--) {
      const before = await qty();
      await tile(this.page!, name).click();
      while ((await qty()) <= before) await this.page!.evaluate(() => new Promise(requestAnimationFrame));
    }
  }

  async answer(asked: Asked): Promise<unknown> {
    switch (asked.do) {
      case "start":
        return this.start(asked);
      case "quit":
        return this.page!.close();
      case "end":
        return this.context?.close();
      case "see":
        return this.see();
      case "tap":
        for (const op of asked.ops) await this.tap(op);
        return;
      case "new order": {
        await tapped(this.page!, "New order");
        return (await this.page!.evaluate(shown)).tabs.find((t) => t.on)!.id;
      }
      case "look":
        return this.lookAt(asked.about);
      case "second tab":
        // The one before stays open: both have the one queue.
        this.page = await this.context!.newPage();
        this.page.setDefaultTimeout(20_000);
        await this.page.goto(this.at);
        return connected(this.page);
      case "could start alone":
        await canStartAlone(this.page!);
        return;
      case "sleep":
        this.devtools ??= await this.context!.newCDPSession(this.page!);
        await this.devtools.send("Page.setWebLifecycleState", { state: "frozen" });
        return;
      case "wake":
        await this.devtools!.send("Page.setWebLifecycleState", { state: "active" });
        return;
      case "watch":
        return this.watch();
      case "watched":
        return this.watched();
    }
    throw new Error(`a page of a scenario can't: ${asked.do}`);
  }

  /** watch scrolls the lines, and notes from then on which of them are drawn anew. */
  async watch() {
    this.watching = true;
    await this.page!.locator(".lines").evaluate((box) => {
      box.scrollTop = 300;
      const redrawn = { lines: new Set<string>(), scroll: box.scrollTop } satisfies Redrawn;
      Object.assign(window, { redrawn });
      new MutationObserver((records) => {
        for (const { target } of records) {
          const e = target instanceof Element ? target : target.parentElement!;
          redrawn.lines.add(e.closest(".line")?.id ?? "the list");
        }
      }).observe(box, { subtree: true, childList: true, characterData: true });
    });
  }
  /** watched tells it, as soon as something was. */
  async watched() {
    const has = await this.page!.waitForFunction(() => {
      const { redrawn } = window as unknown as { redrawn: Redrawn };
      const moved = document.querySelector(".lines")!.scrollTop - redrawn.scroll;
      return redrawn.lines.size > 0 && `${redrawn.lines.size} lines, moved ${moved}`;
    });
    return has.jsonValue();
  }
}

const scenes = new Map<string, Scene>();
for await (const line of createInterface({ input: process.stdin })) {
  const asked = JSON.parse(line) as Asked,
    scene = scenes.get(asked.till) ?? new Scene();
  scenes.set(asked.till, scene);
  if (asked.do === "end") scenes.delete(asked.till);
  scene.answer(asked).then(
    (answer) => say({ n: asked.n, answer }),
    (e: Error) => say({ n: asked.n, error: e.message }),
  );
}
await (await browser)?.close();
process.exit(0);
