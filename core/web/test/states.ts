import type { BrowserContext, Page } from "playwright-core";
import { connected, key, openPos, row, settled, shows, tile } from "./browser.ts";
import { Link, Peer, type Options, type Server } from "./server.ts";

// Every state of the POS page, made on a real server: what axe looks at and
// what the pictures in the docs show.

/** end is what must be closed with it. */
export interface World {
  server: Server;
  context: BrowserContext;
  end: (() => Promise<void>)[];
}
export interface State {
  name: string;
  options?: Options;
  make: (w: World) => Promise<Page>;
}

export const extensions = ["plugins/example/order-note/order-note.js", "plugins/example/absolute-discount"];
const flatWhite = { product_id: 12, qty: 2, price_unit: 3.4, description: "Flat white" };

const bar = ({ context, server }: World) => openPos(context, server, "bar");
/** busy is a floor at work: an order carried from an earlier run, others' orders, and one on the screen. */
async function busy(w: World, link?: Link): Promise<Page> {
  const peer = await Peer.open(w.server),
    close = () => w.server.call(w.server.tokens["till-1"]!, "POST", "/v1/till/close");
  await peer.push([
    { op: "order.create", order: "old", set: { partner_id: 4 } },
    {
      op: "line.add",
      order: "old",
      line: "l1",
      set: { product_id: 41, qty: 6, price_unit: 2, description: "Sparkling water" },
    },
  ]);
  await close();
  await Peer.open(w.server);
  const order = (id: string, set: object, line: object) => [
    { op: "order.create", order: id, set },
    { op: "line.add", order: id, line: "l1", set: line },
  ];
  const page = await openPos(w.context, w.server, "bar", link);
  await peer.push(
    order("now", { partner_id: 2, order_note: "On the terrace" }, { ...flatWhite, line_note: "oat milk" }),
    order("club", { partner_id: 3 }, flatWhite),
  );
  await page.locator("[data-order=now]").click();
  for (const name of ["Croissant", "Coffee", "Coffee"]) await tile(page, name).click();
  await row(page, "Croissant").click();
  await key(page, "Disc").click();
  for (const digit of "10") await key(page, digit).click();
  await peer.push([
    { op: "line.inc", order: "now", line: "l1", field: "qty", by: 1 },
    {
      op: "line.add",
      order: "now",
      line: "l4",
      set: { product_id: 32, qty: 1, price_unit: 4.6, description: "Cheese toast", absolute_discount: 1.6 },
    },
  ]);
  await row(page, "Cheese toast").waitFor();
  return page;
}
const click = (page: Page, name: string | RegExp) =>
  page.getByRole("button", { name, exact: typeof name === "string" }).click();
async function paying(w: World): Promise<Page> {
  const page = await busy(w);
  await click(page, "Pay");
  await click(page, "Cash");
  await page.locator(".quick .key").nth(1).click();
  return page;
}
async function opened(w: World, panel: string | RegExp, css = "dialog[open]"): Promise<Page> {
  const page = await busy(w);
  await click(page, panel);
  await page.locator(css).waitFor();
  return page;
}
/** away cuts the page off, lets it sell, and does something on the server meanwhile. */
async function away(w: World, meanwhile?: (peer: Peer) => Promise<unknown>): Promise<Page> {
  const link = await Link.to(w.server),
    page = await busy(w, link);
  w.end.push(() => link.cut());
  await connected(page);
  await link.cut();
  await shows(page, ".link", "Offline");
  for (const name of ["Espresso", "Mint tea", "Mint tea", "Orange juice"]) await tile(page, name).click();
  await shows(page, ".link", "4 waiting");
  if (meanwhile) {
    await meanwhile(await Peer.open(w.server));
    await link.mend();
  }
  return page;
}
const payNow = (peer: Peer) =>
  peer.push([
    { op: "order.pay", order: "now", payment: { id: "p1", method: "card", amount: 20.09 } },
    { op: "order.close", order: "now", state: "paid" },
  ]);

export const states: State[] = [
  {
    name: "sign-in",
    make: async ({ context, server }) => {
      const page = await context.newPage();
      await page.goto(`${server.url}/pos`);
      await shows(page, "h1", "Pair this till");
      return page;
    },
  },
  {
    name: "chooser",
    make: async (w) => {
      await openPos(w.context, w.server, "till-1");
      const page = await bar(w);
      await page.goto(`${w.server.url}/pos`);
      await shows(page, "h1", "Which till");
      return page;
    },
  },
  {
    name: "first-sync",
    make: async ({ context, server }) => {
      const page = await context.newPage();
      await page.routeWebSocket(/socket/, () => {});
      await page.route(/v1\/(catalogue|pull|stream|ticket)/, () => {});
      await page.goto(`${server.url}/pos#token=${server.tokens.bar}`);
      await shows(page, ".news", "Getting the orders");
      return page;
    },
  },
  { name: "empty", make: bar },
  {
    name: "order",
    options: { extensions },
    make: async (w) => {
      const page = await busy(w),
        other = await openPos(w.context, w.server, "till-1");
      await other.locator("[data-order=now]").click();
      await shows(page, ".order-here", "Till 1");
      return page;
    },
  },
  {
    name: "line",
    options: { extensions },
    make: async (w) => {
      const page = await opened(w, "Line");
      return page;
    },
  },
  { name: "order-fields", options: { extensions }, make: (w) => opened(w, "Order") },
  { name: "customer", options: { extensions }, make: (w) => opened(w, "Mr Lind") },
  { name: "cashier", options: { extensions }, make: (w) => opened(w, /^Cashier/) },
  { name: "move", options: { extensions }, make: (w) => opened(w, "Move") },
  { name: "orders", options: { extensions }, make: (w) => opened(w, /^All orders/) },
  { name: "cancel", options: { extensions }, make: (w) => opened(w, "Cancel") },
  { name: "menu", options: { extensions }, make: (w) => opened(w, "Till menu") },
  {
    name: "nothing-found",
    make: async (w) => {
      const page = await bar(w);
      await page.locator("#search").fill("pineapple");
      await shows(page, ".empty", "Nothing found");
      return page;
    },
  },
  {
    name: "no-products",
    options: { products: "id,name,price\n" },
    make: async (w) => {
      const page = await bar(w);
      await shows(page, ".empty", "No products yet");
      return page;
    },
  },
  {
    name: "free-item",
    options: { products: "id,name,price\n" },
    make: async (w) => {
      const page = await bar(w);
      await click(page, "Add by name and price");
      await page.locator("#free-name").fill("Gift wrap");
      await page.locator("#free-price").fill("1.5");
      return page;
    },
  },
  { name: "pay", options: { extensions }, make: paying },
  {
    name: "paid",
    options: { extensions },
    make: async (w) => {
      const page = await paying(w);
      await click(page, "Validate");
      await shows(page, ".done", "is paid");
      return page;
    },
  },
  { name: "offline", options: { extensions }, make: (w) => away(w) },
  {
    name: "rejected",
    options: { extensions },
    make: async (w) => {
      const page = await away(w, payNow);
      await shows(page, ".banner", "came too late");
      return page;
    },
  },
  {
    name: "closed-elsewhere",
    options: { extensions },
    make: async (w) => {
      const page = await busy(w);
      await payNow(await Peer.open(w.server));
      await shows(page, ".closed", "was paid");
      return page;
    },
  },
  {
    name: "give-back",
    options: { extensions },
    make: async (w) => {
      const link = await Link.to(w.server),
        page = await busy(w, link);
      w.end.push(() => link.cut());
      await connected(page);
      await link.cut();
      await shows(page, ".link", "Offline");
      for (const name of ["Pay", "Cash", "Validate"]) await click(page, name);
      await shows(page, ".done", "is paid");
      await payNow(await Peer.open(w.server));
      await link.mend();
      await shows(page, ".banner", "give back the");
      return page;
    },
  },
  {
    name: "aside",
    make: async (w) => {
      const page = await bar(w);
      await tile(page, "Coffee").click();
      await shows(page, ".order-head", "Order 1");
      await settled(page);
      await w.server.kill();
      for (const name of ["Espresso", "Tea", "Croissant"]) await tile(page, name).click();
      await shows(page, ".link", "3 waiting");
      await w.server.replace();
      await page.goto(`${w.server.url}/pos#token=${w.server.tokens.bar}`);
      await shows(page, ".banner", "another database");
      await click(page, "See them");
      return page;
    },
  },
  {
    name: "till-closed",
    make: async (w) => {
      const page = await bar(w);
      await w.server.admin("POST", "/v1/admin/pos/bar/close");
      await shows(page, ".cover", "This till is closed");
      return page;
    },
  },
  {
    name: "alone",
    options: { multiSession: "" },
    make: async ({ context, server }) => {
      const page = await context.newPage();
      await page.goto(`${server.url}/pos#token=${server.tokens.bar}`);
      await tile(page, "Coffee").click();
      await shows(page, ".banner", "works alone");
      return page;
    },
  },
  {
    name: "extension-stopped",
    options: { extensions: [...extensions, "core/web/test/testdata/loops/table-plan.js"] },
    make: async (w) => {
      const page = await busy(w);
      await (await Peer.open(w.server)).push([{ op: "order.set", order: "now", set: { table: "round" } }]);
      await shows(page, ".banner", "order 1 goes on without it");
      return page;
    },
  },
];
