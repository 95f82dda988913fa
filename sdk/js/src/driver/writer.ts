import type { Effect, Row, Store } from "../machine/contract";
import { TABLES, Taken } from "../store/indexeddb";

export type StoreEffect = Effect & { is: "store" };

export interface Writer {
  save(e: StoreEffect): void;
  /** Ends when everything that was saved is stored, or failed. */
  idle(): Promise<void>;
}

/**
 * writer stores batches, and says up to which. What gathers while a transaction runs is the next one. Behind a write that
 * failed nothing is written: the machine answers with everything. `more` are rows that belong to everything.
 */
export function writer(
  store: Store, more: () => Row[], stored: (batch: number) => void, failed: (batch: number, error: Error) => void, taken: () => void,
): Writer {
  let gathered: StoreEffect[] = [];
  let writing: Promise<void> | undefined;
  const rowsOf = ({ rows, all }: StoreEffect): Row[] => (all ? [...TABLES.map((table) => ({ table })), ...rows, ...more()] : rows);

  async function write() {
    try {
      while (gathered.length) {
        const batch = gathered;
        gathered = [];
        const error = await store.write(batch.flatMap(rowsOf), batch.some((e) => e.sync || e.all)).then(() => undefined, (e: Error) => e);
        if (!error) stored(batch[batch.length - 1].batch);
        else {
          gathered = [];
          if (error instanceof Taken) taken();
          else failed(batch[0].batch, error);
        }
      }
    } finally {
      writing = undefined;
    }
  }
  return {
    save(e) {
      gathered.push(e);
      writing ??= Promise.resolve().then(write);
    },
    idle: async () => writing,
  };
}
