import assert from "node:assert/strict";
import { normalCdf } from "../../quant/normal_distribution.ts";
import { normalQuantile } from "../../quant/normal_quantile.ts";
import fixture from "./fixtures/performance.json" with { type: "json" };

Deno.test("normalQuantile() equals 50-digit values to a few units in the last place", () => {
  for (const [probability, expected] of fixture.normalQuantile as [number, number][]) {
    const error = Math.abs(normalQuantile(probability) - expected);
    assert.ok(
      error <= 1e-15 * Math.abs(expected),
      `${probability}: ${normalQuantile(probability)} instead of ${expected}`,
    );
  }
});

Deno.test("normalQuantile() inverts normalCdf()", () => {
  for (let x = -8; x <= 4; x += 0.125) assert.ok(Math.abs(normalQuantile(normalCdf(x)) - x) < 1e-11, `${x}`);
});

Deno.test("normalQuantile() is infinite at 0 and 1 and 0 at a half", () => {
  assert.equal(normalQuantile(0), -Infinity);
  assert.equal(normalQuantile(1), Infinity);
  assert.equal(normalQuantile(0.5), 0);
});

Deno.test("normalQuantile() refuses values that are not probabilities", () => {
  for (const bad of [NaN, -1e-9, 1.0000001, Infinity, -Infinity]) assert.throws(() => normalQuantile(bad), RangeError);
});
