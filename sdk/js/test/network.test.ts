// What answers of the server and of something between become.
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Host } from "../src/driver/host";
import { network } from "../src/driver/network";
import type { Input } from "../src/machine/contract";

const changes = { mode: "changes", changes: [], cursor: "e", seq: 1 };
const problem = {
  type: "about:blank",
  title: "Gone",
  status: 410,
  code: "reset_required",
  message: "m",
  reason: "diverged",
};
const answer = (
  body: unknown,
  status = 200,
  headers: Record<string, string> = { "Content-Type": "application/json" },
) => new Response(typeof body === "string" ? body : JSON.stringify(body), { status, headers });
const page = { "Content-Type": "text/html" },
  ours = { "Content-Type": "application/json", Server: "manytill" };
const problems = { "Content-Type": "application/problem+json" };
const failed = (status?: number) => ({ is: "failed", request: 1, status, failure: undefined });

for (const [name, response, want] of [
  ["an answer", answer(changes), { is: "answered", request: 1, answer: changes }],
  ["our problem", answer(problem, 410, problems), { is: "failed", request: 1, status: 410, failure: problem }],
  ["ours, cut off", answer('{"mode":"changes","chan'), { is: "answered", request: 1, answer: undefined }],
  ["ours by its header, garbled", answer("}", 200, ours), { is: "answered", request: 1, answer: undefined }],
  ["a login page with 200", answer("<html>", 200, page), failed(200)],
  ["JSON of something between", answer({ login: true }), failed(200)],
  ["a problem of a gateway", answer({ ...problem, code: undefined }, 410, problems), failed(410)],
  ["a problem of another status", answer(problem, 409, problems), failed(409)],
  ...[301, 401, 404, 409, 410, 413, 422, 426, 502, 504].map((status) => [
    `${status} of a proxy`,
    answer("<html>", status, page),
    failed(status),
  ]),
] as [string, Response, Input][]) {
  test(name, async () => {
    const told: Input[] = [];
    const net = network({ fetch: async () => response } as unknown as Host, "http://till.test", "t", (what) =>
      told.push(what),
    );
    await net.request(1, { is: "pull", client_id: "c" });
    assert.deepEqual(told, [{ is: "begun", request: 1 }, want]);
  });
}

test("a request that is given up is aborted", async () => {
  const told: Input[] = [];
  const never = (_: unknown, { signal }: RequestInit) =>
    new Promise((_, reject) => signal!.addEventListener("abort", () => reject(signal!.reason)));
  const net = network({ fetch: never } as unknown as Host, "", "t", (what) => told.push(what));
  const asked = net.request(1, { is: "pull", client_id: "c" });
  net.giveUp(1);
  await asked;
  assert.deepEqual(told, [failed()]);
});

test("what comes while a tap is drawn waits for that, in its order", async () => {
  const told: Input[] = [];
  class Socket {
    static last: Socket;
    onopen?: () => void;
    onmessage?: (e: { data: string }) => void;
    constructor() {
      Socket.last = this;
    }
    close() {}
  }
  const net = network({ WebSocket: Socket } as unknown as Host, "http://till.test", "t", (what) => told.push(what));
  net.dial(1, "websocket", "c1");
  Socket.last.onopen!();
  assert.deepEqual(
    told.map((i) => i.is),
    ["linkUp"],
  );
  let draw!: () => void;
  const frame = new Promise<void>((resolve) => {
    draw = resolve;
  });
  net.hold(frame);
  Socket.last.onmessage!({ data: '{"t":"hb"}' });
  net.hold(Promise.resolve()); // the next tap is drawn with the first
  Socket.last.onmessage!({ data: '{"t":"reset"}' });
  await new Promise((resolve) => setImmediate(resolve));
  assert.equal(told.length, 1);
  draw();
  await frame;
  assert.deepEqual(
    told.slice(1).map((i) => i.is === "received" && i.frame!.t),
    ["hb", "reset"],
  );
  Socket.last.onmessage!({ data: '{"t":"hb"}' });
  assert.equal(told.length, 4, "nothing waits any more");
  net.close();
});
