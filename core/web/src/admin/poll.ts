import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { Problem } from "./api.ts";
import { share } from "./share.ts";

export interface Polled<T> {
  data?: T;
  trouble?: Problem;
  again: () => Promise<void>;
}

/** soon is when a call that failed is tried again. */
const soon = 1500;

/**
 * usePoll loads now, and every so many milliseconds while the page can be
 * seen. What didn't change between two answers stays the same object, so that
 * only what changed is drawn anew. 0 loads once. key says what is loaded: with
 * another key, it begins anew.
 */
export function usePoll<T>(load: () => Promise<T>, every: number, key = ""): Polled<T> {
  const [state, setState] = useState<{ key: string; data?: T; trouble?: Problem }>({ key });
  const newest = useRef(load),
    round = useRef(0);
  const failed = useRef(false);
  newest.current = load;
  const again = useCallback(async () => {
    const mine = ++round.current;
    try {
      const data = await newest.current();
      failed.current = false;
      if (mine === round.current)
        setState((was) => {
          const next = was.key === key ? share(was.data, data) : data;
          return was.key === key && was.data === next && !was.trouble ? was : { key, data: next };
        });
    } catch (e) {
      failed.current = true;
      const trouble = e instanceof Problem ? e : new Problem("internal", String(e));
      if (mine === round.current) setState((was) => ({ key, data: was.key === key ? was.data : undefined, trouble }));
    }
  }, [key]);
  useEffect(() => {
    let timer = 0,
      ended = false;
    const next = () => {
      clearTimeout(timer);
      if (!ended && every) timer = window.setTimeout(tick, failed.current ? Math.min(every, soon) : every);
    };
    const tick = () => (document.hidden ? undefined : void again().then(next));
    const seen = () => {
      if (!document.hidden && every) tick();
    };
    document.addEventListener("visibilitychange", seen);
    void again().then(next);
    return () => {
      ended = true;
      round.current++;
      clearTimeout(timer);
      document.removeEventListener("visibilitychange", seen);
    };
  }, [again, every]);
  return { data: state.key === key ? state.data : undefined, trouble: state.trouble, again };
}
