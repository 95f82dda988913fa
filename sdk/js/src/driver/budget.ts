import type { Host } from "./host";

/** A place taken in local storage is free again so long after the last word of its tab. */
const LEASE = 90_000;
const BEAT = 5_000;

/** Gives a place back. */
export type Free = () => void;

/**
 * budget has so many places for all tabs of a browser. Browsers open six connections to a server over HTTP/1.1, and tills
 * of several POS may be open in one: streams and polls that wait must leave some for pushes, and for pages that start.
 * take gives a place, or undefined if there is none. Where there are no locks (plain http) places are leases in local
 * storage; two tabs may then take one at once, which costs a connection.
 */
export const budget = ({ locks, local }: Host, name: string, most: number) => ({
  async take(): Promise<Free | undefined> {
    for (let i = 0; i < most; i++) {
      const place = `${name}:${i}`, free = locks ? await lock(locks, place) : lease(local, place);
      if (free) return free;
    }
    return undefined;
  },
});

const lock = (locks: Pick<LockManager, "request">, place: string) => new Promise<Free | undefined>((resolve) => {
  locks.request(place, { ifAvailable: true }, (lock) => (lock ? new Promise<void>((free) => resolve(free)) : resolve(undefined)))
    .catch(() => resolve(() => {})); // a page that may have no locks has no other tabs
});

function lease(local: Storage | undefined, place: string): Free | undefined {
  const me = Math.random();
  const say = () => local?.setItem(place, `${me} ${Date.now()}`);
  const said = () => (local?.getItem(place) ?? "").split(" ");
  try {
    if (+(said()[1] ?? 0) > Date.now() - LEASE) return undefined;
    say();
    const beating = setInterval(() => { try { say(); } catch { /* it is full: another may take the place */ } }, BEAT);
    return () => {
      clearInterval(beating);
      try { if (said()[0] === `${me}`) local?.removeItem(place); } catch { /* it ends by itself */ }
    };
  } catch {
    return () => {}; // storage is forbidden, or full
  }
}
