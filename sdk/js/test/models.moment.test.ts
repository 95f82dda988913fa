// Dates as vendors' files read and write them.
import assert from "node:assert/strict";
import { test } from "node:test";
import { moment } from "../models/moment";

const at = "2026-11-26 09:05:07";
const texts: [string, string][] = [
  ["YYYY-MM-DD HH:mm:ss", at],
  ["DD/MM/YYYY", "26/11/2026"],
  ["D-M-YY H:m:s", "26-11-26 9:5:7"],
  ["MMM D, YYYY h:mm A", "Nov 26, 2026 9:05 AM"],
  ["dddd, MMMM D [at] hh:mm a", "Thursday, November 26 at 09:05 am"],
  ["L LT", "11/26/2026 9:05 AM"],
  ["DDMMYYYY", "26112026"],
  ["YYYY-MM-DD[T]HH:mm:ssZ", "2026-11-26T09:05:07+00:00"],
];
for (const [pattern, text] of texts) {
  test(`written as ${pattern}`, () => assert.equal(moment(at).format(pattern), text));
}

const read: [string, string | string[], string][] = [
  ["26/11/2026", "DD/MM/YYYY", "2026-11-26 00:00:00"],
  ["26112026 0905", "DDMMYYYY HHmm", "2026-11-26 09:05:00"],
  ["Nov 6, 2026 12:05 am", "MMM D, YYYY h:mm a", "2026-11-06 00:05:00"],
  ["2026-11-26T09:05:07.000Z", "YYYY-MM-DD", "2026-11-26 00:00:00"],
  ["2026-11-26T09:05:07+02:00", "YYYY-MM-DDTHH:mm:ssZ", "2026-11-26 07:05:07"],
  ["31/02/2026", "DD/MM/YYYY", "Invalid date"],
  ["soon", "DD/MM/YYYY", "Invalid date"],
  ["2026-11-26", ["DD/MM/YYYY", "YYYY-MM-DD"], "2026-11-26 00:00:00"],
];
for (const [text, pattern, want] of read) {
  test(`${text} read by ${pattern}`, () => assert.equal(moment(text, pattern).format("YYYY-MM-DD HH:mm:ss"), want));
}

test("no date", () => {
  assert.equal(moment("never").isValid(), false);
  assert.equal(moment("never").toISOString(), null);
  assert.equal(JSON.stringify({ at: moment(null) }), `{"at":null}`);
  assert.equal(moment("never").startOf("day").format(), "Invalid date");
});

test("parts, moves and lengths", () => {
  assert.deepEqual(
    ["year", "month", "date", "day", "hours", "minute"].map((part) => moment(at)[part]()),
    [2026, 10, 26, 4, 9, 5],
  );
  assert.equal(moment(at).hour(23).minutes(0).format("HH:mm"), "23:00");
  assert.equal(moment(at).set({ hour: 1, minute: 2, second: 3 }).format("HH:mm:ss"), "01:02:03");
  assert.equal(moment(at).add({ days: 5, hours: 1 }).format("YYYY-MM-DD HH"), "2026-12-01 10");
  assert.equal(moment(at).subtract(moment.duration(2, "hours")).format("HH:mm"), "07:05");
  assert.equal(moment("2026-01-31").add(1, "month").format("YYYY-MM-DD"), "2026-02-28");
  assert.equal(moment(at).endOf("month").format("YYYY-MM-DD HH:mm:ss"), "2026-11-30 23:59:59");
  assert.equal(moment(at).startOf("week").format("YYYY-MM-DD"), "2026-11-22");
  assert.equal(moment(at).isSame("2026-11-26 20:00:00", "day"), true);
  assert.deepEqual(
    ["years", "months", "days"].map((unit) => moment(at).diff("2008-11-27", unit)),
    [17, 215, 6573],
  );
  assert.equal(moment("2026-11-26").diff("2026-11-25 12:00:00", "days", true), 0.5);
  assert.equal(moment.duration({ hours: 1, minutes: 30 }).asHours(), 1.5);
});
