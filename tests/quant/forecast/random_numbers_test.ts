import assert from "node:assert/strict";
import { RandomNumbers } from "../../../quant/forecast/random_numbers.ts";
import { assertWithin } from "../../support/time_series_fixture.ts";

Deno.test("RandomNumbers gives the integers of xoshiro128** from a state of splitmix32", () => {
  // By a transcription of the authors' C code to whole numbers in Python.
  for (
    const [seed, expected] of [[42, [660444221, 3652823732, 77672526, 910233633, 2297337756, 3786072677]], [0, [
      1789933344,
      44971166,
      2521387044,
      3848737593,
    ]]] as const
  ) {
    const random = new RandomNumbers(seed);
    assert.deepEqual(expected.map(() => random.integer()), expected);
  }
});

Deno.test("RandomNumbers.uniform(), below() and normal() have the moments of their distributions", () => {
  const random = new RandomNumbers(7);
  const n = 200_000;
  const uniform = Array.from({ length: n }, () => random.uniform());
  const mean = (values: number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  assert.ok(uniform.every((value) => value >= 0 && value < 1));
  // Five standard errors each.
  assertWithin(mean(uniform), 0.5, 5 * Math.sqrt(1 / 12 / n), "mean of uniform numbers");
  const counts = new Array(10).fill(0);
  for (let i = 0; i < n; i++) counts[random.below(10)]++;
  for (const count of counts) assertWithin(count / n, 0.1, 5 * Math.sqrt(0.09 / n), "share of an integer");
  const normal = Array.from({ length: n }, () => random.normal());
  assertWithin(mean(normal), 0, 5 / Math.sqrt(n), "mean of normal numbers");
  assertWithin(mean(normal.map((value) => value ** 2)), 1, 5 * Math.sqrt(2 / n), "second moment");
  assertWithin(mean(normal.map((value) => value ** 4)), 3, 5 * Math.sqrt(96 / n), "fourth moment");
});

Deno.test("RandomNumbers refuses seeds that are not 32-bit integers", () => {
  for (const seed of [-1, 1.5, 2 ** 32, NaN]) assert.throws(() => new RandomNumbers(seed), /seed/);
});
