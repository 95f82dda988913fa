// What the admin calls answer; docs/protocol.md says what it means.

import type { FieldInfo, Schema } from "manytill";

export interface Named { id: string; name: string }
export interface MultiSession { id: string; name: string; active: boolean; pos: string[]; run: number }
export interface Pos { id: string; name: string; multi_session: string | null; till_open: boolean; user: Named | null; last_seen: string | null }
export interface NewToken { id: string; token: string }

export interface Author { pos?: Named; user?: Named | null; server?: string; reason?: string }
export type Value = unknown;
export type Fields = Record<string, Value> & { ms_info?: { created: Author; changed: Author } };
export interface Review { extension: string; message: string }
export interface Payment { id: string; method: string; amount: number; offline?: boolean; ref?: string; needs?: string; by?: Author; at?: string }
export interface Line { id: string; n: number; fields: Fields }
export interface Order {
  id: string; number: number; state: string; run: number; rev: number; needs?: string; review?: Review[];
  fields: Fields; payments: Payment[]; lines: Line[];
}
export interface OrderPage { orders: Order[]; after: string | null }

export interface LineChange { n: number; set?: Fields; removed?: boolean; moved_to?: string }
export interface OrderChange {
  rev: number; number: number; run: number; state: string; needs?: string; review?: Review[];
  set?: Fields; lines?: Record<string, LineChange>; payments?: Payment[];
}
export interface Change {
  seq: number; at: string; tapped_at?: string; client_id?: string; id?: number; by: Author;
  orders: Record<string, OrderChange>;
}

export interface Op {
  op: string; order?: string; line?: string; lines?: string[]; to?: string; field?: string; by?: number; base?: number;
  set?: Fields; payment?: Payment; state?: string;
}
export interface Mutation { id?: number; at?: string; user?: Named; ops?: Op[] }
export interface Rejection {
  id: string; at: string; multi_session: string; client_id: string; by: Author; mutation: Mutation;
  code: string; message: string; kept: string[]; resolved?: boolean;
}
export interface RejectionPage { rejections: Rejection[]; after: string | null }

export interface Connection {
  pos: Named; user: Named | null; transport: string; client_id: string; seq: number; lag: number; since: string; multi_session: string;
}

export type { FieldInfo as FieldSpec, Schema };
export interface HookError { at: string; first_at: string; count: number; hook: string; order: string; line: string; message: string }
export interface Extension {
  name: string; version: string; state: "running" | "suspended" | "failed" | "down";
  fields: { order: string[]; orderline: string[] }; calls: number; errors: HookError[]; time_ms: number; notes: string[];
  suspended_until?: string; skipped_orders?: string[];
}
export interface Extensions { extensions: Extension[]; disabled: { name: string; version: string }[]; schema: Schema }

export interface Bucket { at: string; seconds: number; mutations: number; rejected: number; p50_ms: number | null; p99_ms: number | null }
export interface Stats { bucket_seconds: number; buckets: Bucket[] }

export interface BackupFile { name: string; bytes: number; at: string }
export interface Backups {
  folder: string; running: { name: string; at: string; pages: number; of: number } | null;
  failed: { name: string; at: string; message: string } | null; backups: BackupFile[];
}
