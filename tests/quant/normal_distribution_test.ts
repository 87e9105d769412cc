import assert from "node:assert/strict";
import { normalCdf } from "../../quant/normal_distribution.ts";
import { assertRelative, timeSeries } from "../support/time_series_fixture.ts";

Deno.test("normalCdf() keeps its relative precision into the far left tail", () => {
  for (const [z, expected] of timeSeries.normalCdf) assertRelative(normalCdf(z), expected, 5e-13, `normalCdf(${z})`);
});

Deno.test("normalCdf() is 0 and 1 at the infinities and refuses NaN", () => {
  assert.equal(normalCdf(-Infinity), 0);
  assert.equal(normalCdf(Infinity), 1);
  assert.throws(() => normalCdf(NaN), RangeError);
});
