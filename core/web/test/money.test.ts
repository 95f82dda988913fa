import assert from "node:assert/strict";
import { test } from "node:test";
import { add, cmp, dec, money, mul, num, price, round, sub, sum, text } from "../src/ui/money.ts";
import { currency, takePlace, zone } from "../src/ui/place.ts";

test("sums that binary floats get wrong", () => {
  assert.equal(money(mul(dec(3), dec(4.8))), "14.40");
  assert.equal(text(add(dec(0.1), dec(0.2))), "0.3");
  assert.equal(num(sub(dec(14.4), dec(14.39))), 0.01);
  assert.equal(text(mul(dec(1.005), dec(100))), "100.5");
});
test("what is no number is 0, and powers are read", () => {
  for (const bad of ["", "x", null, undefined, {}, ".", "-", Number.NaN]) assert.equal(text(dec(bad)), "0");
  assert.equal(text(dec(1e-7)), "0.0000001");
  assert.equal(text(dec("1e15")), "1000000000000000");
  assert.equal(text(dec("-2.50")), "−2.5");
});
test("halves go away from zero, as in the terminal till", () => {
  for (const [from, to] of [
    ["2.345", "2.35"],
    ["2.335", "2.34"],
    ["-2.345", "−2.35"],
    ["2.3449", "2.34"],
    ["0.005", "0.01"],
    ["-0.004", "0.00"],
  ] as const)
    assert.equal(money(dec(from)), to);
});
test("money has two places and thin spaces; a price shows all that it has", () => {
  assert.equal(money(dec(1234567.5)), "1\u2009234\u2009567.50");
  assert.equal(price(dec("0.125")), "0.125");
  assert.equal(price(dec(3)), "3.00");
  assert.equal(cmp(round(dec(2.5)), dec("2.50")), 0);
});
test("any number of cents survives the way to the wire and back", () => {
  for (let cents = -100_000; cents < 100_000; cents += 37)
    assert.equal(num(dec((cents / 100).toFixed(2))), cents / 100 || 0);
});
test("money has the coins of its currency, and its symbol where people pay", () => {
  takePlace({ currency: { code: "KWD", decimals: 3, symbol: "KD" } });
  assert.deepEqual(
    [money(dec(0.125)), money(dec(1234.5)), price(dec("0.1255")), sum(dec(-2)), text(round(dec("0.1255")))],
    ["0.125", "1\u2009234.500", "0.1255", "−KD\u00a02.000", "0.126"],
  );
  takePlace({ currency: { code: "JPY", decimals: 0, symbol: "¥" } });
  assert.deepEqual(
    [money(dec(100)), money(dec(1234.5)), price(dec(2.5)), sum(dec(100)), money(dec(-0.4))],
    ["100", "1\u2009235", "2.5", "¥100", "0"],
  );
  takePlace({}); // an older server names none: what was known stays
  assert.equal(currency.value.code, "JPY");
  takePlace({ currency: { code: "", decimals: 2, symbol: "" }, time_zone: "Asia/Kuwait" });
  assert.deepEqual([money(dec(2)), sum(dec(2)), zone.value], ["2.00", "2.00", "Asia/Kuwait"]);
  takePlace({ time_zone: "Nowhere/Atall" });
  assert.equal(zone.value, undefined);
});
