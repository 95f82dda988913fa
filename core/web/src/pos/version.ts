import { signal } from "@preact/signals";
import { status } from "./session.ts";

declare const BUILD: string;

/** A newer page is ready: one reload away. */
export const newVersion = signal(false);

/** watchVersion registers the service worker, and looks for a newer one hourly and whenever the server comes back. */
export function watchVersion(): void {
  if (!("serviceWorker" in navigator)) return; // plain http: no start without the server
  const workers = navigator.serviceWorker;
  const ask = () => workers.controller?.postMessage("build");
  workers.addEventListener("message", (e) => {
    if (typeof e.data?.build === "string") newVersion.value = e.data.build !== BUILD;
  });
  workers.addEventListener("controllerchange", ask);
  void workers
    .register("/sw.js", { updateViaCache: "none" })
    .then((worker?: ServiceWorkerRegistration) => {
      if (!worker) return; // a browser that registers none, and says nothing
      ask();
      const look = () => void worker.update().catch(() => {});
      setInterval(look, 3_600_000);
      let connected = true;
      status.subscribe((s) => {
        if (s?.transport && !connected) look();
        connected = !!s?.transport;
      });
    })
    .catch(() => {});
}
