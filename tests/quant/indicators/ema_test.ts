import assert from "node:assert/strict";
import { ema } from "../../../quant/indicators/ema.ts";

Deno.test("ema() starts at the first close and weighs each next one by 2 / (window + 1)", () => {
  assert.deepEqual(ema(Float64Array.of(1, 2, 6), 3), Float64Array.of(1, 1.5, 3.75));
});

Deno.test("ema() with a window of 1 is the closes themselves", () => {
  assert.deepEqual(ema(Float64Array.of(3, 1, 2), 1), Float64Array.of(3, 1, 2));
});

Deno.test("ema() of constant closes is constant, of none empty", () => {
  for (const value of ema(new Float64Array(50).fill(7), 10)) assert.ok(Math.abs(value - 7) < 1e-14);
  assert.deepEqual(ema(new Float64Array(0), 3), new Float64Array(0));
  assert.deepEqual(ema(Float64Array.of(5), 30), Float64Array.of(5));
});

Deno.test("ema() refuses closes that are not finite and impossible windows", () => {
  for (const bad of [NaN, Infinity, -Infinity]) assert.throws(() => ema(Float64Array.of(bad), 1), /Close 0 is/);
  for (const window of [0, -1, 1.5, NaN]) assert.throws(() => ema(Float64Array.of(1), window), RangeError);
});
