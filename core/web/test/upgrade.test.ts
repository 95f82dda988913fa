import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { connected, desktop, launch, row, settled, shows, tile } from "./browser.ts";
import { Server, type WireOrder } from "./server.ts";

// What pages of older versions left in a browser, each with the folder of its server: an order that the server knows,
// and a tap on it that never got there. A version that is released gets a folder, which is never changed afterwards:
//   KEEP_RELEASE=NAME [KEEP_PROGRAM=BINARY] npx tsx --test test/upgrade.test.ts

const releases = join(import.meta.dirname, "testdata/releases");

/** What a browser keeps for an address; HOST stands for that. */
interface Kept {
  local: Record<string, string>;
  session: Record<string, string>;
  databases: Record<string, { version: number; stores: Record<string, { keys: IDBValidKey[]; values: unknown[] }> }>;
}

/** taken is what the page's browser keeps; it runs there. */
async function taken(): Promise<Kept> {
  const kept: Kept = { local: { ...localStorage }, session: { ...sessionStorage }, databases: {} };
  for (const { name, version } of await indexedDB.databases()) {
    const stores: Kept["databases"][string]["stores"] = {};
    kept.databases[name!] = { version: version!, stores };
    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open(name!);
      opening.onerror = () => reject(opening.error);
      opening.onsuccess = () => {
        const all = opening.result.transaction([...opening.result.objectStoreNames]);
        for (const store of all.objectStoreNames) {
          stores[store] = { keys: [], values: [] };
          const walk = all.objectStore(store).openCursor();
          walk.onsuccess = () => {
            if (!walk.result) return;
            stores[store]!.keys.push(walk.result.key);
            stores[store]!.values.push(walk.result.value);
            walk.result.continue();
          };
        }
        all.onabort = () => reject(all.error);
        all.oncomplete = () => {
          opening.result.close();
          resolve();
        };
      };
    });
  }
  return kept;
}

/** given puts it back. */
async function given(text: string): Promise<void> {
  const kept: Kept = JSON.parse(text);
  for (const [key, value] of Object.entries(kept.local)) localStorage.setItem(key, value);
  for (const [key, value] of Object.entries(kept.session)) sessionStorage.setItem(key, value);
  for (const [name, { version, stores }] of Object.entries(kept.databases))
    await new Promise<void>((resolve, reject) => {
      const opening = indexedDB.open(name, version);
      opening.onerror = () => reject(opening.error);
      opening.onupgradeneeded = () => {
        for (const [store, { keys, values }] of Object.entries(stores)) {
          const at = opening.result.createObjectStore(store);
          for (const [i, key] of keys.entries()) at.put(values[i], key);
        }
      };
      opening.onsuccess = () => {
        opening.result.close();
        resolve();
      };
    });
}

async function keep(name: string, binary: string | undefined): Promise<void> {
  const server = await Server.start({ binary }),
    browser = await launch();
  try {
    const context = await browser.newContext({ viewport: desktop }),
      page = await context.newPage();
    await page.goto(`${server.url}/pos#token=${server.tokens.bar}`);
    await connected(page);
    await tile(page, "Coffee").click();
    await shows(page, ".order-head", "Order 1");
    await server.kill();
    await shows(page, ".link", "Offline");
    await tile(page, "Tea").click();
    await shows(page, ".link", "1 waiting");
    const kept = JSON.stringify(await page.evaluate(taken), null, 1),
      to = join(releases, name);
    mkdirSync(to, { recursive: true });
    writeFileSync(join(to, "browser.json"), `${kept.replaceAll(`127.0.0.1:${server.port}`, "HOST")}\n`);
    execFileSync("tar", ["-czf", join(to, "folder.tar.gz"), "-C", server.dir, "--exclude=*-shm", "."]);
  } finally {
    await browser.close();
    await server.close();
  }
}

if (process.env.KEEP_RELEASE) await keep(process.env.KEEP_RELEASE, process.env.KEEP_PROGRAM);

for (const name of readdirSync(releases))
  test(`the page goes on with what that of ${name} left`, async () => {
    const at = join(releases, name),
      server = await Server.start({ folder: join(at, "folder.tar.gz") }),
      browser = await launch();
    try {
      const context = await browser.newContext({ viewport: desktop }),
        page = await context.newPage(),
        kept = readFileSync(join(at, "browser.json"), "utf8");
      await page.goto(`${server.url}/healthz`);
      await page.evaluate(given, kept.replaceAll("HOST", `127.0.0.1:${server.port}`));
      await page.goto(`${server.url}/pos`);
      await shows(page, ".order-head", "Order 1");
      await row(page, "Coffee").waitFor();
      await row(page, "Tea").waitFor();
      await settled(page);
      const { multi_sessions } = await server.admin<{ multi_sessions: { id: string }[] }>(
          "GET",
          "/v1/admin/multi-sessions",
        ),
        { orders } = await server.admin<{ orders: WireOrder[] }>(
          "GET",
          `/v1/admin/multi-sessions/${multi_sessions[0]!.id}/orders`,
        );
      assert.deepEqual(
        orders.map((o) => [o.number, o.lines.map((l) => `${l.fields.qty} ${l.fields.description}`)]),
        [[1, ["1 Coffee", "1 Tea"]]],
      );
    } finally {
      await browser.close();
      await server.close();
    }
  });
