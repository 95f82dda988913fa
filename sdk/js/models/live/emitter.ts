/** emitter is a few named events; a listener that throws is reported and disturbs nobody. */
export function emitter<Events>() {
  const listeners = new Map<keyof Events, Set<(what: any) => void>>();
  return {
    on<E extends keyof Events>(event: E, listener: (what: Events[E]) => void): () => void {
      const all = listeners.get(event) ?? new Set();
      listeners.set(event, all.add(listener));
      return () => void all.delete(listener);
    },
    emit<E extends keyof Events>(event: E, what: Events[E]): void {
      for (const listener of listeners.get(event) ?? []) {
        try {
          listener(what);
        } catch (error) {
          console.error(error);
        }
      }
    },
  };
}
