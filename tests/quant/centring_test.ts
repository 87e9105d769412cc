import assert from "node:assert/strict";
import { centre, mean, powerOfTwoScale } from "../../quant/centring.ts";

Deno.test("mean() of equal values is that value, bit for bit", () => {
  for (const value of [0.1, 1 / 3, 1e6 + 0.1, -7e-5]) {
    for (const n of [3, 7, 918]) assert.equal(mean(new Float64Array(n).fill(value)), value);
  }
});

Deno.test("centre() keeps the digits of small moves far from zero", () => {
  // Quarters are exact at 1e9, so that the deviations −1/4, 0 and 1/4 are too.
  assert.deepEqual([...centre(Float64Array.of(1e9, 1e9 + 0.25, 1e9 + 0.5)).deviations], [-0.25, 0, 0.25]);
});

Deno.test("powerOfTwoScale() stays within the range of doubles", () => {
  assert.equal(powerOfTwoScale(5), 4);
  assert.equal(powerOfTwoScale(4), 4);
  for (const magnitude of [5e-324, 1.7e308]) assert.ok(Number.isFinite(magnitude / powerOfTwoScale(magnitude)));
});
