/// <reference lib="webworker" />
export {};
declare const self: ServiceWorkerGlobalScope;
declare const BUILD: string;

// The shell of the POS page, so that a till starts without its server and
// without waiting for it: one whole build, replaced by the next whole one. Of
// the API nothing is kept here but the extensions' code.
const cacheName = `manytill-${BUILD}`;
const shell = ["/pos", "/check.js", "/pos.js", "/models.js", "/worker.js", "/pos.css", "/icon.png", "/pos.webmanifest"],
  extensions = "/v1/extensions.js";
/** How long a page waits for the extensions' code before it takes what is kept, in ms. */
const patience = 2000;

/** madeBy is the build that an answer is of; "" is none of ours: a router, a proxy or a login page answered. */
const madeBy = (answer: Response) => (answer.ok && !answer.redirected && answer.headers.get("Manytill-Build")) || "";

self.addEventListener("install", (e) => {
  e.waitUntil(
    (async () => {
      const cache = await caches.open(cacheName);
      await Promise.all(
        shell.map(async (path) => {
          const answer = await fetch(path, { cache: "no-cache" });
          if (madeBy(answer) !== BUILD) throw new Error(`${path}: ${answer.status}, not of build ${BUILD}`);
          await cache.put(path, answer);
        }),
      );
      const code =
        (await fetch(extensions, { cache: "no-cache" }).then(
          (answer) => (madeBy(answer) ? answer : undefined),
          () => undefined,
        )) ?? (await caches.match(extensions));
      if (code) await cache.put(extensions, code);
      await self.skipWaiting();
    })(),
  );
});

self.addEventListener("activate", (e) => {
  e.waitUntil(
    (async () => {
      for (const name of await caches.keys())
        if (name.startsWith("manytill-") && name !== cacheName) await caches.delete(name);
      await self.clients.claim();
    })(),
  );
});

self.addEventListener("message", (e) => e.source?.postMessage({ build: BUILD }));

self.addEventListener("fetch", (e) => {
  const { origin, pathname } = new URL(e.request.url);
  if (origin !== location.origin) return;
  if (pathname === extensions) e.respondWith(freshCode(e.request));
  else if (shell.includes(pathname) && e.request.method === "GET")
    e.respondWith(kept(pathname).then((answer) => answer ?? keptAgain(e.request, pathname)));
  else if (pathname.startsWith("/v1/") && e.request.headers.get("Accept") !== "text/event-stream")
    e.respondWith(asWorker(e.request));
});

/**
 * asWorker makes a call of the page's anew, as the worker's own: when a router answers 401 to a page, the browser opens
 * its password dialog over the till, and no tap gets through; to a worker it doesn't.
 */
async function asWorker(r: Request): Promise<Response> {
  const body = r.method === "GET" || r.method === "HEAD" ? undefined : await r.arrayBuffer();
  return fetch(r.url, {
    method: r.method,
    headers: r.headers,
    body,
    cache: r.cache,
    redirect: r.redirect,
    credentials: r.credentials,
    signal: r.signal,
  });
}

/** kept is undefined where the browser lost it, or keeps nothing. */
const kept = async (path: string): Promise<Response | undefined> => {
  try {
    return await (await caches.open(cacheName)).match(path);
  } catch {
    return undefined;
  }
};

/** keptAgain asks for a part of the shell that the browser dropped, and keeps it if it is of this build. */
async function keptAgain(request: Request, path: string): Promise<Response> {
  const answer = await fetch(request);
  if (madeBy(answer) === BUILD) await keepCopy(path, answer);
  return answer;
}

/** keepCopy keeps an answer, if there is space: without, the page starts with its server alone. */
async function keepCopy(path: string, answer: Response): Promise<void> {
  const copy = answer.clone();
  await caches
    .open(cacheName)
    .then((cache) => cache.put(path, copy))
    .catch(() => {});
}

/** freshCode is the server's answer if it comes soon, else the kept one, else whatever comes. */
async function freshCode(request: Request): Promise<Response> {
  const before = await kept(extensions);
  const network = fetch(request.url, { cache: "no-cache" }).then(async (answer) => {
    if (!madeBy(answer)) return before ?? answer;
    await keepCopy(extensions, answer);
    return answer;
  });
  if (!before) return network;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<Response>((resolve) => {
    timer = setTimeout(() => resolve(before), patience);
  });
  return Promise.race([network.catch(() => before), late]).finally(() => clearTimeout(timer));
}
