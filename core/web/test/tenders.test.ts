import assert from "node:assert/strict";
import { test } from "node:test";
import { count, kept, quick, type Tender } from "../src/pos/tenders.ts";
import { dec, money, text } from "../src/ui/money.ts";

const put = (...all: [Tender["method"], number][]): Tender[] =>
  all.map(([method, amount], i) => ({ id: `t${i}`, method, amount: dec(amount) }));
const said = (owed: number, ...all: [Tender["method"], number][]) => {
  const c = count(dec(owed), put(...all));
  return [c.word, money(c.left), money(c.change), c.ok, c.why];
};

test("what is left, what is change, and what stops an order from ending", () => {
  assert.deepEqual(said(10.2), ["Left", "10.20", "0.00", false, "10.20 is still to pay."]);
  assert.deepEqual(said(10.2, ["card", 5], ["cash", 5.2]), ["Paid in full", "0.00", "0.00", true, ""]);
  assert.deepEqual(said(10.2, ["card", 5], ["cash", 10]), ["Change", "−4.80", "4.80", true, ""]);
  assert.deepEqual(said(0), ["Paid in full", "0.00", "0.00", true, ""]);
  // Change is never more than the cash that was put down.
  assert.deepEqual(said(3, ["card", 30]), [
    "Too much",
    "−27.00",
    "0.00",
    false,
    "A card can't take more than is owed.",
  ]);
  assert.deepEqual(said(3, ["card", 30], ["cash", 1]), [
    "Too much",
    "−28.00",
    "0.00",
    false,
    "A card can't take more than is owed.",
  ]);
});
test("money that is given back is negative, and exact", () => {
  assert.deepEqual(said(-2.5, ["cash", -1]), ["Left", "−1.50", "0.00", false, "1.50 is still to give back."]);
  assert.deepEqual(said(-2.5, ["cash", -2.5]), ["Given back", "0.00", "0.00", true, ""]);
  assert.deepEqual(said(-2.5, ["cash", -3]), [
    "Too much",
    "0.50",
    "0.00",
    false,
    "That is 0.50 too much to give back.",
  ]);
});
test("what is recorded is what stays in the drawer, of several notes too", () => {
  const rec = (change: number, ...all: [Tender["method"], number][]) =>
    kept(put(...all), dec(change)).map((p) => [p.method, p.amount]);
  assert.deepEqual(rec(0, ["card", 3], ["cash", 2]), [
    ["card", 3],
    ["cash", 2],
  ]);
  assert.deepEqual(rec(3.2, ["cash", 20]), [["cash", 16.8]]);
  assert.deepEqual(rec(44.8, ["cash", 5], ["cash", 50]), [
    ["cash", 5],
    ["cash", 5.2],
  ]);
  assert.deepEqual(rec(6, ["card", 4], ["cash", 5], ["cash", 5]), [
    ["card", 4],
    ["cash", 4],
  ]);
  assert.deepEqual(rec(0, ["cash", -2.5]), [["cash", -2.5]]);
});
test("quick sums are more than is owed, and four at most", () => {
  assert.deepEqual(quick(dec(7.4)).map(text), ["8", "10", "20", "50"]);
  assert.deepEqual(quick(dec(16.8)).map(text), ["20", "50", "100", "200"]);
});
test("quick sums fit the currency: coins of three decimals, notes of none", () => {
  assert.deepEqual(quick(dec("0.125"), 3).map(text), ["1", "5", "10", "20"]);
  assert.deepEqual(quick(dec("12.375"), 3).map(text), ["15", "20", "50", "100"]);
  assert.deepEqual(quick(dec(740), 0).map(text), ["800", "1000", "2000", "5000"]);
  assert.deepEqual(quick(dec(1680), 0).map(text), ["2000", "5000", "10000", "20000"]);
});
