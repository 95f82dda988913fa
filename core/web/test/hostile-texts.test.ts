import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { openAdmin } from "./admin-scene.ts";
import { desktop, launch, openPos } from "./browser.ts";
import { answers, hostile } from "./hostile-answers.ts";
import { Peer, root, Server } from "./server.ts";

// Texts that would be markup or script where a page took them for it, in every field that a till, a vendor, a shop's
// file or another server fills. They must be shown as they are, and nothing of them may run, be drawn or be asked for.

const enumKind = `enum-kind"'><img src=x onerror=ran()>`;
const extension = "core/web/test/testdata/texts";

let browser: Browser;
before(async () => {
  browser = await launch();
});
after(() => browser.close());

/** watched is a browser in which nothing of a text may have an effect; done says what had one. */
async function watched(server: Server): Promise<{ context: BrowserContext; done: () => Promise<string[]> }> {
  const context = await browser.newContext({ viewport: desktop }),
    seen: string[] = [];
  context.on("request", (r) => {
    const { protocol, host } = new URL(r.url());
    if (!["data:", "blob:"].includes(protocol) && host !== new URL(server.url).host) seen.push(`asked for ${r.url()}`);
  });
  context.on("dialog", (d) => {
    seen.push(`a dialog: ${d.message()}`);
    void d.dismiss();
  });
  context.on("weberror", (e) => seen.push(String(e.error())));
  await context.exposeBinding("ran", (_, what?: string) => {
    seen.push(what ?? "a script of a text ran");
  });
  await context.addInitScript(() => {
    const tell = (window as unknown as { ran: (what: string) => void }).ran;
    document.addEventListener("securitypolicyviolation", (e) => {
      tell(`the policy refused ${e.effectiveDirective} ${e.blockedURI} ${e.sample}`);
    });
    // What a text could make: elements with handlers, scripts in the document, pictures and links of elsewhere.
    const made =
      "[onerror], [onload], script:not([src]), [src*='evil.test'], [href^='javascript:' i], [style*='evil.test']";
    if (window !== top) return; // the frame of extensions has a script of the page's own
    new MutationObserver(() => {
      for (const e of document.querySelectorAll(made)) tell(`a text became ${e.outerHTML}`);
    }).observe(document, { childList: true, subtree: true, attributes: true });
  });
  return {
    context,
    done: async () => {
      for (const page of context.pages()) await page.evaluate(() => new Promise(requestAnimationFrame));
      await context.close();
      return seen;
    },
  };
}

/** shows waits until a page has texts, whole. */
async function shows(page: Page, ...texts: string[]): Promise<void> {
  for (const text of texts) await page.getByText(text).filter({ visible: true }).first().waitFor();
}
/** at are hostile texts of places. */
const at = (...places: string[]) => places.map(hostile);
const inJSON = (...places: string[]) => places.map((place) => JSON.stringify(hostile(place)));
/** of are those of the extension for tests. */
const of = (...places: string[]) => places.map((place) => `${place}"'><img src=x onerror=ran()>`);

/** shop is a server whose files, POS, multi-session and orders have nothing but hostile texts. */
async function shop(): Promise<{ server: Server }> {
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`,
    server = await Server.start({
      multiSession: "",
      // Its hooks have the time of a busy machine.
      config: `extensions:\n  - path: ${JSON.stringify(join(root, extension))}\n    timeout: 30s`,
      products: `id,name,price,category,image\n11,${quoted(hostile("product"))},2.50,${quoted(hostile("category"))},${quoted(`"'><svg onload=ran()>.png`)}\n12,Tea,2.00,Tea,\n`,
      customers: `id,name\n1,${quoted(hostile("customer"))}\n`,
    });
  writeFileSync(join(server.dir, "cashiers.csv"), `id,name\n7,${quoted(hostile("cashier"))}\n8,Ben\n`);
  server.hangUp();
  for (const pos of ["bar", "till-1"])
    await server.admin("PATCH", `/v1/admin/pos/${pos}`, { name: hostile(`pos-${pos}`) });
  await server.admin("POST", "/v1/admin/multi-sessions", { name: hostile("floor"), pos: ["bar", "till-1"] });
  const peer = await Peer.open(server, "till-1", { id: "8", name: hostile("user") });
  const line = (order: string, id: string) => ({
    op: "line.add",
    order,
    line: id,
    set: {
      product_id: 11,
      qty: 1,
      price_unit: 2.5,
      description: hostile("line"),
      kind: enumKind,
      tags: [hostile("tag")],
    },
  });
  await peer.push(
    [
      { op: "order.create", order: "o1", set: { partner_id: 1, mark: hostile("mark"), name: hostile("order-name") } },
      line("o1", "l1"),
    ],
    [{ op: "order.create", order: "o2", set: { mark: "fail" } }, line("o2", "l1")],
    [
      { op: "order.create", order: "o3", set: {} },
      line("o3", "l1"),
      {
        op: "order.pay",
        order: "o3",
        payment: { id: "p1", method: hostile("method"), amount: 1, ref: hostile("ref") },
      },
    ],
    [{ op: "order.set", order: "o1", set: { mark: "refuse" } }],
  );
  return { server };
}

test("POS page: texts of orders, lines, people, products and extensions are texts, and nothing else", async () => {
  const { server } = await shop(),
    { context, done } = await watched(server);
  try {
    const page = await openPos(context, server, "bar");
    await page.locator("[data-order=o1]").click();
    await shows(page, ...at("customer", "pos-bar", "line", "pos-till-1", "tag", "mark", "category", "product", "user"));
    await shows(page, ...of("label-kind", "enum-kind", "label-mark", "words-of-hook", "error"));
    await shows(page, "label-tags</style><img src=x onerror=ran()>", "label-words<script>ran()</script>");
    await page.locator(".line").first().click();
    /** panel opens one, looks for its texts, and shuts it. */
    const panel = async (name: string | RegExp, ...texts: string[]) => {
      await page.getByRole("button", { name, exact: typeof name === "string" }).click();
      for (const text of texts) await page.locator("dialog[open]").getByText(text).first().waitFor();
      await page.keyboard.press("Escape");
      await page.locator("dialog[open]").waitFor({ state: "detached" });
    };
    await panel("Line", ...at("line", "user"), ...of("label-kind", "enum-kind"), "label-tags</style>");
    await panel("Move", hostile("line"));
    await panel("Cancel", "Cancel order 1?");
    await panel("Till menu", ...at("pos-bar", "floor"));
    await panel("All orders, 4 open orders", ...at("customer", "line"));
    await panel(/^Cashier/, hostile("cashier"));
    await panel(/^customer/, hostile("customer"));

    // A tap that the extension refuses, with its words.
    await page.getByRole("button", { name: "Order", exact: true }).click();
    await page.getByLabel("label-mark").fill("refuse");
    await page.getByRole("button", { name: "Save" }).click();
    await shows(page, ...of("veto"));

    await page.locator("[data-order=o3]").click();
    await page.getByRole("button", { name: "Pay", exact: true }).click();
    await page.getByText("left 1.50").waitFor();
    assert.deepEqual(await done(), []);
  } finally {
    await context.close();
    await server.close();
  }
});

test("admin page: texts of every section are texts, and nothing else", async () => {
  const { server } = await shop(),
    { context, done } = await watched(server);
  try {
    const { id } = (await server.admin<{ multi_sessions: { id: string }[] }>("GET", "/v1/admin/multi-sessions"))
      .multi_sessions[0]!;
    for (const [path, json] of Object.entries(answers))
      await context.route(new RegExp(`/v1/admin/${path}(\\?.*)?$`), (r) => r.fulfill({ json }));
    const page = await openAdmin(await context.newPage(), server);
    /** section opens one with all that is folded in it, and looks for its texts. */
    const section = async (name: string, ...texts: string[]) => {
      await page.goto(`${server.url}/admin#/${name}`);
      await shows(page, texts[0]!);
      const folded = page.locator("details:not([open]) > summary").first();
      while (await folded.isVisible()) await folded.click();
      await shows(page, ...texts);
    };
    /** dialog opens one, looks for a text, and shuts it. */
    const dialog = async (name: string, text: string) => {
      await page.getByRole("button", { name, exact: true }).first().click();
      await page.getByRole("dialog").getByText(text).first().waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "detached" });
    };
    await section("multi-sessions", ...at("floor", "pos-bar", "pos-till-1"));
    await dialog(`Delete ${hostile("floor")}`, hostile("floor"));
    await section(`multi-sessions/${id}`, ...at("pos-bar", "pos-till-1", "floor", "user"));
    await section("pos", ...at("pos-bar", "pos-till-1", "user"));
    for (const what of ["New token", "Delete"]) await dialog(`${what} ${hostile("pos-bar")}`, hostile("pos-bar"));
    await dialog(`Close till ${hostile("pos-till-1")}`, hostile("pos-till-1"));
    await section("live", ...at("line", "user", "pos-till-1"));
    await dialog("Void Order 1", "Order 1");
    await section("orders", ...at("user", "pos-till-1"));
    await section(
      `orders/${id}/o1`,
      ...at("user", "floor", "mark", "customer", "line", "tag"),
      ...of("words-of-hook", "enum-kind"),
    );
    await section(`orders/${id}/o3`, ...at("method", "user"));
    await section("rejections", ...at("user", "floor"), ...of("Veto"));
    await section(
      "extensions",
      ...at("extension-version", "trouble", "node-at", "node-extension", "node-version", "node-differs", "signer"),
      ...at("extension-field", "extension-note", "shadow-version", "shadow-message", "shadow-key"),
      ...at("run-message", "run-in", "run-out", "run-note", "stored-key"),
      ...at("error-hook", "error-message", "disabled", "disabled-version"),
      ...inJSON("shadow-before", "shadow-after", "run-before", "run-after", "run-list", "stored-value"),
      ...at("effect-name", "effect-key", "effect-error"),
    );
    await section("shops", ...at("shop", "shop-problem", "copy", "upstream-url", "upstream-problem"));
    await dialog(`Remove ${hostile("shop")}`, hostile("shop"));
    await section("backup", ...at("backup", "backup-folder", "backup-failed", "backup-message"));
    await section("charts", "Mutations a second");
    assert.deepEqual(await done(), []);
  } finally {
    await context.close();
    await server.close();
  }
});

test("start page: names of a demo are texts, and nothing else", async () => {
  const server = await Server.start(),
    { context, done } = await watched(server);
  try {
    const page = await context.newPage();
    await page.route("**/demo.json", (r) =>
      r.fulfill({
        json: {
          admin_token: hostile("token"),
          pos: [{ id: "bar", name: hostile("pos"), token: hostile("token"), user: hostile("user") }],
        },
      }),
    );
    await page.goto(server.url);
    await shows(page, ...at("pos", "user"));
    assert.deepEqual(await done(), []);
  } finally {
    await context.close();
    await server.close();
  }
});
