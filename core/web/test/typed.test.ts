import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { count, quick } from "../src/pos/tenders.ts";
import { dec, money, price, text } from "../src/ui/money.ts";
import { currency } from "../src/ui/place.ts";
import { readTyped } from "../src/ui/typed.ts";

const read = (typed: string, point?: boolean) => {
  const r = readTyped(typed, point);
  return "is" in r ? text(r.is) : "either" in r ? r.either.map(text) : "wrong";
};
const sells = (decimals: number) => {
  currency.value = { code: "", symbol: "", decimals };
};
afterEach(() => sells(2));

test("a number is read as it is meant, in any script", () => {
  for (const [typed, is] of [
    ["2", "2"],
    ["2.5", "2.5"],
    ["2,50", "2.5"],
    [".5", "0.5"],
    ["5,", "5"],
    ["-2,50", "−2.5"],
    ["−3", "−3"],
    ["€ 2.50", "2.5"],
    ["2,50 €", "2.5"],
    ["$1,234.50", "1234.5"],
    ["1.234,50", "1234.5"],
    ["1 234,50", "1234.5"],
    ["1\u202f234.5", "1234.5"],
    ["1'234.50", "1234.5"],
    ["1,234,567", "1234567"],
    ["12,34,567.5", "1234567.5"],
    ["0,125", "0.125"],
    ["1234,567", "1234.567"],
    ["1,2345", "1.2345"],
    ["٢٫٥٠", "2.5"],
    ["١٬٢٣٤٫٥", "1234.5"],
    ["۱۲۳", "123"],
    ["१२.५", "12.5"],
    ["１２．５０", "12.5"],
  ] as const)
    assert.equal(read(typed), is, typed);
});
test("what can be read in two ways is asked, and what is no number is refused", () => {
  assert.deepEqual(read("1,234"), ["1234", "1.234"]);
  assert.deepEqual(read("1.234"), ["1234", "1.234"]);
  assert.deepEqual(read("-12,500"), ["−12500", "−12.5"]);
  assert.equal(read("1.234", true), "1.234");
  for (const bad of ["0x10", "1e5", "two", "", ",", "1,2,3", "1,234,5", "1.2.3,4", "1-2", "5 %", "1,23,4567"])
    assert.equal(read(bad), "wrong", bad);
});
test("the currency's places are its own: none of yen, three of Kuwaiti dinars", () => {
  sells(3);
  assert.deepEqual(
    [money(dec(0.125)), money(dec("1234.5")), price(dec("0.0625"))],
    ["0.125", "1\u2009234.500", "0.0625"],
  );
  assert.equal(read("1.250"), "1.25");
  assert.deepEqual(read("1,250"), ["1250", "1.25"]);
  assert.deepEqual(quick(dec("7.401")).map(text), ["8", "10", "20", "50"]);
  sells(0);
  assert.deepEqual([money(dec(100)), money(dec("1234.5"))], ["100", "1\u2009235"]);
  assert.equal(read("1,234"), "1234");
  assert.deepEqual(quick(dec(740)).map(text), ["800", "1000", "2000", "5000"]);
});
test("what was given back is said when nothing is left of it", () => {
  const back = count(dec(-2.5), [{ id: "t", method: "cash", amount: dec(-2.5) }]);
  assert.deepEqual([back.word, money(back.shown)], ["Given back", "2.50"]);
});
