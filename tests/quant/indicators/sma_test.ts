import assert from "node:assert/strict";
import { sma } from "../../../quant/indicators/sma.ts";

Deno.test("sma() is the mean of the last closes and NaN before there are enough", () => {
  assert.deepEqual(sma(Float64Array.of(1, 2, 6, 4), 3), Float64Array.of(NaN, NaN, 3, 4));
  assert.deepEqual(sma(Float64Array.of(1, 2), 1), Float64Array.of(1, 2));
});

Deno.test("sma() does not carry the rounding of large closes into later windows", () => {
  assert.deepEqual(sma(Float64Array.of(1e17, 1, 3, 5), 2).slice(2), Float64Array.of(2, 4));
});

Deno.test("sma() of fewer closes than its window is all NaN, of none empty", () => {
  assert.deepEqual(sma(Float64Array.of(1, 2), 3), Float64Array.of(NaN, NaN));
  assert.deepEqual(sma(new Float64Array(0), 3), new Float64Array(0));
});

Deno.test("sma() refuses closes that are not finite and impossible windows", () => {
  for (const bad of [NaN, Infinity, -Infinity]) assert.throws(() => sma(Float64Array.of(1, bad), 1), /Close 1 is/);
  for (const window of [0, -1, 1.5, NaN, Infinity]) assert.throws(() => sma(Float64Array.of(1), window), RangeError);
});
