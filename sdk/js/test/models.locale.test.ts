// Numbers and dates as texts: the vectors of testdata/locale, which the server runs too.
import assert from "node:assert/strict";
import { test } from "node:test";
import { createContext, runInContext } from "node:vm";
import { text } from "./live/extensions";

const models = text("extensions/javascript/internal/vm/models.js");

/** realm is a place with Numbers and Dates of its own, as a worker is. */
function realm(zone?: string): (code: string) => unknown {
  const context = createContext({ zone });
  runInContext(`${models}; manytillModels.localise(globalThis, zone);`, context);
  return (code) => JSON.parse(runInContext(`JSON.stringify(${code})`, context) as string);
}

for (const [file, least] of [
  ["made", 2500],
  ["own", 70],
] as const) {
  test(`the vectors of ${file}.json`, () => {
    const { ran, failed } = realm()(
      `${text("testdata/locale/run.js").trim()}(${text(`testdata/locale/${file}.json`)})`,
    ) as { ran: number; failed: string[] };
    assert.deepEqual(failed, []);
    assert.ok(ran >= least, `${ran}`);
  });
}

test("the shop's zone has its name, and no other but UTC", () => {
  const run = realm("Europe/Vienna");
  const at = "new Date(1772694489000)";
  assert.equal(
    run(`${at}.toLocaleTimeString("de", { timeZone: "europe/vienna" }) === ${at}.toLocaleTimeString("de")`),
    true,
  );
  assert.throws(() => run(`${at}.toLocaleString("de", { timeZone: "Asia/Tokyo" })`), {
    name: "RangeError",
    message: `toLocaleString: timeZone "Asia/Tokyo" isn't there; there are the shop's, Europe/Vienna, and UTC`,
  });
});

test("what somebody puts on prototypes is nobody's option", () => {
  const run = realm();
  assert.deepEqual(
    run(`(() => {
    for (const name of ["style", "dateStyle", "moneyGroup", "significant", "M3", "of", "symbols", "hour", "wide", "length"]) Object.prototype[name] = "unit";
    try { return [(1234.5).toLocaleString("de"), (1234.5).toLocaleString("de", undefined), new Date(0).toLocaleDateString("it", undefined)]; }
    finally { for (const name of Object.keys(Object.prototype)) delete Object.prototype[name]; }
  })()`),
    ["1.234,5", "1.234,5", "01/01/1970"],
  );
});

test("called on something else, and on a list within itself", () => {
  const run = realm();
  for (const code of [
    "Number.prototype.toLocaleString.call('1')",
    "Date.prototype.toLocaleString.call({})",
    "Date.prototype.toLocaleDateString.call(5)",
    "new (1).toLocaleString()",
  ]) {
    assert.throws(() => run(code), { name: "TypeError" }, code);
  }
  assert.equal(
    run(
      "(() => { const list = [1.5]; list.push(list); return [list.toLocaleString('de'), list.toLocaleString('de')].join(' '); })()",
    ),
    "1,5, 1,5,",
  );
});
