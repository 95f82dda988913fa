/// <reference lib="webworker" />
export {};
declare const self: ServiceWorkerGlobalScope;
declare const BUILD: string;

// The shell of the POS page, so that a till starts without its server. Of the
// API nothing is kept here but the extensions' code.
const cacheName = "manytill-" + BUILD;
const shell = ["/pos", "/pos.js", "/models.js", "/pos.css", "/icon.png", "/pos.webmanifest", "/v1/extensions.js"];
/** How long a page waits for the network before it starts from the cache, in ms. */
const patience = 2000;

self.addEventListener("install", (e) => {
  e.waitUntil((async () => {
    const cache = await caches.open(cacheName);
    await Promise.all(shell.map(async (path) => {
      const answer = await fetch(path, { cache: "no-cache" });
      if (answer.ok) await cache.put(path, answer);
      else if (path !== "/v1/extensions.js") throw new Error(`${path}: ${answer.status}`);
    }));
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (e) => {
  e.waitUntil((async () => {
    for (const name of await caches.keys()) if (name.startsWith("manytill-") && name !== cacheName) await caches.delete(name);
    await self.clients.claim();
  })());
});

self.addEventListener("message", (e) => e.source?.postMessage({ build: BUILD }));

self.addEventListener("fetch", (e) => {
  const url = new URL(e.request.url);
  if (e.request.method !== "GET" || url.origin !== location.origin || !shell.includes(url.pathname)) return;
  e.respondWith(fresh(e.request, url.pathname));
});

/** fresh is the network's answer if it comes soon, else the kept one, else the network's after all. */
async function fresh(request: Request, path: string): Promise<Response> {
  const cache = await caches.open(cacheName), kept = await cache.match(path);
  const network = fetch(request.mode === "navigate" ? request : new Request(request, { cache: "no-cache" })).then(async (answer) => {
    if (answer.ok) await cache.put(path, answer.clone());
    return answer;
  });
  if (!kept) return network;
  network.catch(() => {});
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Response>((resolve) => { timer = setTimeout(() => resolve(kept), patience); });
  return Promise.race([network.then((answer) => (answer.status >= 500 ? kept : answer), () => kept), late]).finally(() => clearTimeout(timer));
}
