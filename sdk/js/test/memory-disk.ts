import type { Row, Store } from "../src/machine/contract";

/** MemoryDisk is a store that keeps JSON, as a disk would; crash loses what wasn't synced. */
export class MemoryDisk implements Store {
  fails = false;
  private batches: string[] = [];
  private synced = 0;

  put(rows: Row[], sync: boolean, all = false): void {
    if (this.fails) throw new Error("disk full");
    if (all) this.batches = [];
    this.batches.push(JSON.stringify(rows));
    if (sync || all) this.synced = this.batches.length;
  }
  clone(): MemoryDisk {
    const other = new MemoryDisk();
    other.batches = [...this.batches];
    other.synced = this.synced;
    return other;
  }
  crash(): void {
    this.batches = this.batches.slice(0, this.synced);
  }
  read(): Row[] {
    const rows = new Map<string, Row>();
    for (const row of this.batches.flatMap((b) => JSON.parse(b) as Row[])) {
      const key = row.table + row.key;
      if (row.value === undefined) rows.delete(key);
      else rows.set(key, row);
    }
    return [...rows.values()];
  }
  async load(): Promise<Row[]> {
    return this.read();
  }
  async write(rows: Row[], sync: boolean): Promise<void> {
    this.put(rows, sync);
  }
  close(): void {}
}
