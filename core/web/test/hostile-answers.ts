import type {
  BackupsResponse,
  EffectsResponse,
  ExtensionsResponse,
  NodesResponse,
  RelaysResponse,
  StorageResponse,
  TraceResponse,
  UpstreamResponse,
} from "manytill";

/** hostile is a text that would be markup or script where a page took it for that; its first word says where it is. */
export const hostile = (at: string) => `${at}"'><img src=//evil.test/x onerror=ran()><svg onload=ran()>`;

const time = "2026-11-21T12:00:00Z";
/** answers are what the admin API says where a shop of this size has nothing to say. */
export const answers: Record<string, object> = {
  nodes: {
    trouble: hostile("trouble"),
    nodes: ["k1", "k2"].map((name) => ({
      name,
      at: hostile("node-at"),
      schema: "s",
      extensions: [{ name: hostile("node-extension"), version: hostile("node-version"), sum: "0a1b2c3d" }],
      differs: name === "k2" ? hostile("node-differs") : undefined,
    })),
  } satisfies NodesResponse,
  relays: {
    relays: [
      {
        id: "shop-1",
        name: hostile("shop"),
        connected: false,
        since: time,
        version: hostile("shop-version"),
        problem: hostile("shop-problem"),
        multi_sessions: [{ id: "shop-1:a", name: hostile("copy"), seq: 1, behind: 2, behind_ms: 9000, whole: true }],
      },
    ],
  } satisfies RelaysResponse,
  upstream: {
    url: hostile("upstream-url"),
    connected: false,
    since: time,
    name: hostile("upstream-name"),
    problem: hostile("upstream-problem"),
    multi_sessions: [],
  } satisfies UpstreamResponse,
  effects: {
    effects: [
      {
        id: "e1",
        multi_session: "main",
        extension: "hostile",
        order: "o1",
        name: hostile("effect-name"),
        key: hostile("effect-key"),
        state: "waiting",
        tries: 3,
        last_error: hostile("effect-error"),
        at: time,
        next: time,
        data: { sent: hostile("effect-data") },
        result: { got: hostile("effect-result") },
      },
    ],
    after: null,
  } satisfies EffectsResponse,
  "extensions/hostile/storage": {
    keys: 1,
    bytes: 9,
    entries: [{ key: hostile("stored-key"), bytes: 9, value: hostile("stored-value"), order: "o1" }],
    after: null,
  } satisfies StorageResponse,
  "extensions/hostile/trace": {
    on: true,
    until: time,
    runs: [
      {
        seq: 1,
        at: time,
        took_ms: 0.4,
        limit_ms: 50,
        model: "order",
        order: "o1",
        number: 7,
        state: "open",
        end: "failed",
        hook: hostile("run-hook"),
        message: hostile("run-message"),
        in: [{ key: hostile("run-in"), before: hostile("run-before"), after: hostile("run-after") }],
        out: [{ key: hostile("run-out"), before: null, after: [hostile("run-list")] }],
        notes: [hostile("run-note")],
        run: null,
      },
    ],
  } satisfies TraceResponse,
  extensions: {
    extensions: [
      {
        name: "hostile",
        version: hostile("extension-version"),
        state: "running",
        fields: { order: [hostile("extension-field")], orderline: [] },
        calls: 3,
        errors: [
          {
            at: time,
            first_at: time,
            count: 2,
            hook: hostile("error-hook"),
            message: hostile("error-message"),
            order: "o1",
            line: "l1",
          },
        ],
        time_ms: 1,
        notes: [hostile("extension-note")],
        stores: true,
        signer: hostile("signer"),
        shadow: {
          version: hostile("shadow-version"),
          since: time,
          runs: 8,
          differ: 2,
          not_run: 1,
          dropped: 0,
          time_ms: 4,
          found: [
            {
              at: time,
              order: "o1",
              number: 7,
              was: "taken",
              is: "vetoed",
              message: hostile("shadow-message"),
              differences: [],
            },
            {
              at: time,
              order: "o1",
              number: 8,
              was: "taken",
              is: "taken",
              differences: [
                { key: hostile("shadow-key"), before: hostile("shadow-before"), after: hostile("shadow-after") },
              ],
            },
          ],
        },
      },
    ],
    disabled: [{ name: hostile("disabled"), version: hostile("disabled-version") }],
    schema: { order: {}, orderline: {} },
  } satisfies ExtensionsResponse,
  backups: {
    folder: hostile("backup-folder"),
    running: null,
    failed: { name: hostile("backup-failed"), at: time, message: hostile("backup-message") },
    backups: [{ name: hostile("backup"), bytes: 9, at: time }],
  } satisfies BackupsResponse,
};
