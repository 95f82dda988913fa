import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { add, round } from "../src/decimal";

test("round gives 15 digits, half to even", () => {
  for (const [x, want] of [
    [0, 0],
    [-0, 0],
    [-1.5, -1.5],
    [4.8, 4.8],
    [1e15, 1e15],
    [1e-9, 1e-9],
    [123456789012345, 123456789012345],
    [-1000000000000001, -1e15],
    [0.1234567890123445, 0.123456789012344],
    [0.1234567890123455, 0.123456789012346],
    // biome-ignore lint/correctness/noPrecisionLoss: more digits than a double has
    [1.2345678901234567e-7, 1.23456789012346e-7],
    [999999999999999.5, 1e15],
    [0.1 + 0.2, 0.3],
    [1.005 * 100, 100.5],
  ] as const)
    assert.equal(round(x), want, `${x}`);
  assert.ok(Object.is(round(-0), 0));
});

test("round refuses what the wire doesn't take", () => {
  for (const x of [
    1e16,
    -1000000000000006,
    1e-10,
    0.0000000009999,
    1e300,
    5e-324,
    NaN,
    Infinity,
    -Infinity,
    "1",
    null,
    undefined,
    1n,
    {},
  ]) {
    assert.equal(round(x), undefined, String(x));
  }
});

test("add is exact", () => {
  assert.equal(add(0.1, 0.2), 0.3);
  assert.equal(add(4.8, -4.8), 0);
  assert.equal(add(1e15, -1), 999999999999999);
  assert.equal(add(999999999999999, 1), 1e15);
  assert.equal(add(123456789012345, 0.5), 123456789012346); // 123456789012345.5, and 6 is even
  assert.equal(add(123456789012344, 0.5), 123456789012344);
  for (const [x, y] of [
    [1e15, 0.1],
    [1e15, 1e-9],
    [1e-9, -1.4e-9],
    [NaN, 1],
    [1e16, -1e16],
  ] as const)
    assert.equal(add(x, y), undefined);
});

const parts = fc.tuple(fc.integer({ min: -999_999_999, max: 999_999_999 }), fc.integer({ min: -6, max: 3 }));
test("sums are what whole numbers say, in any order", () => {
  fc.assert(
    fc.property(parts, parts, ([a, x], [b, y]) => {
      const least = Math.min(x, y),
        sum = BigInt(a) * 10n ** BigInt(x - least) + BigInt(b) * 10n ** BigInt(y - least);
      if (`${sum}`.replace("-", "").length > 15) return;
      const got = add(Number(`${a}e${x}`), Number(`${b}e${y}`));
      assert.equal(got, Number(`${sum}e${least}`) || 0);
      assert.equal(got, add(Number(`${b}e${y}`), Number(`${a}e${x}`)));
    }),
  );
});

test("what was rounded is its own rounding, and never further away than half a last digit", () => {
  fc.assert(
    fc.property(fc.double({ min: 1e-9, max: 1e15, noNaN: true }), (x) => {
      const r = round(x)!;
      assert.equal(round(r), r);
      assert.equal(round(-x), -r);
      assert.ok(r === Number(x.toPrecision(15)) || Math.abs(Number(x.toPrecision(15)) - r) / r < 1.1e-14);
      assert.ok(r.toExponential().replace(/e.*|[-.]/g, "").length <= 15);
    }),
  );
});
