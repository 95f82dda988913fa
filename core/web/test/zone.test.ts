import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { localise } from "manytill/models/inside";
import { inZone } from "../src/pos/zone.ts";

// What a program says of local time, in a realm whose Date is the one that it is given.
const program = `JSON.stringify((() => {
  const said = [], moments = [0, 1, Date.UTC(2026, 0, 1, 21, 30), Date.UTC(2026, 6, 15, 12, 0, 5, 7), Date.UTC(2026, 2, 29, 0, 59, 59), Date.UTC(2026, 2, 29, 1), Date.UTC(2026, 9, 25, 0, 30), Date.UTC(2026, 9, 25, 1, 30), -86400000 * 400];
  for (const ms of moments) {
    const d = new Date(ms);
    said.push([d.getFullYear(), d.getMonth(), d.getDate(), d.getDay(), d.getHours(), d.getMinutes(), d.getSeconds(), d.getMilliseconds(), d.getTimezoneOffset(), d.getYear(), d.getTime(), d.toISOString(), d.toDateString(), String(d).slice(0, 33), d.toLocaleString("en-US"), d.toLocaleTimeString("en-GB", { hour: "2-digit" })]);
    d.setHours(2, 30); said.push(d.getTime());
    d.setDate(31); said.push(d.getTime());
    d.setMonth(d.getMonth() + 1, 1); said.push(d.getTime());
    d.setFullYear(2027); d.setMinutes(61); d.setSeconds(70); said.push(d.getTime());
  }
  said.push(...[[2026, 0, 1], [2026, 2, 29, 2, 30], [2026, 9, 25, 2, 30], [99, 5], [2026, 12, 32, 25]].map((a) => new Date(...a).getTime()));
  said.push(...["2026-07-01", "2026-07-01T10:00", "2026-07-01T10:00:00.5", "2026-07-01T10:00Z", "2026-07-01T10:00+05:00", "Jul 1, 2026 10:00", "Jul 1, 2026 10:00 GMT+0200", "7/1/2026", "words"].map((t) => [Date.parse(t), new Date(t).getTime()]));
  const none = new Date(NaN);
  said.push([String(none), none.getHours(), none.getTimezoneOffset(), none.setHours(1), none.setFullYear(2026)]);
  class Later extends Date { twice() { return this.getHours() * 2; } }
  said.push(new Later(2026, 0, 1, 7).twice(), new Date(new Date(5)).getTime(), new Date(5) instanceof Date, new Date(5).constructor === Date, typeof Date(), Date.UTC(2026, 0));
  return said;
})())`;

const inRealm = (zone?: string): unknown => {
  const context = createContext({});
  if (zone) {
    const scope = runInContext("globalThis", context) as { Date: DateConstructor };
    inZone(zone, scope);
    localise(scope, zone);
  }
  return JSON.parse(runInContext(program, context) as string);
};

for (const zone of ["Europe/Vienna", "Asia/Kolkata", "America/St_Johns", "Pacific/Kiritimati", "UTC"]) {
  test(`local time in ${zone} is what a device there says, on a device elsewhere`, () => {
    process.env.TZ = zone;
    const there = inRealm();
    process.env.TZ = "America/New_York";
    assert.deepEqual(inRealm(zone), there);
  });
}
test("a zone that the browser doesn't know changes nothing", () => {
  const scope = { Date };
  assert.throws(() => inZone("Nowhere/Atall", scope));
  assert.equal(scope.Date, Date);
});
