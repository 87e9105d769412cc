import assert from "node:assert/strict";
import fc from "fast-check";
import { totalReturnPrices } from "../../quant/mod.ts";

Deno.test("totalReturnPrices() has the returns of a holder who reinvests, at the level of the end", () => {
  const closes = Float64Array.of(100, 98, 99, 96, 97);
  const dividends = Float64Array.of(0, 2, 0, 3, 0);
  const prices = totalReturnPrices(closes, dividends);
  for (let t = 1; t < 5; t++) {
    const expected = (closes[t]! + dividends[t]!) / closes[t - 1]!;
    assert.ok(Math.abs(prices[t]! / prices[t - 1]! - expected) < 1e-15, `return of session ${t}`);
  }
  assert.equal(prices[4], 97);
});

Deno.test("totalReturnPrices() leaves prices without dividends as they are, to the last bit", () => {
  fc.assert(fc.property(fc.array(fc.double({ min: 1e-3, max: 1e6, noNaN: true })), (values) => {
    const closes = Float64Array.from(values);
    assert.deepEqual(totalReturnPrices(closes, new Float64Array(closes.length)), closes);
  }));
});

Deno.test("totalReturnPrices() ignores invalid dividends and those of the first session", () => {
  const closes = Float64Array.of(10, 11, 12, 13);
  assert.deepEqual(totalReturnPrices(closes, Float64Array.of(5, NaN, -1, Infinity)), closes);
  assert.throws(() => totalReturnPrices(closes, new Float64Array(3)), RangeError);
});
