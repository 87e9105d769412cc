import assert from "node:assert/strict";
import { rsi } from "../../../quant/indicators/rsi.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";

Deno.test("rsi() seeds with the first changes over the window and continues by Wilder's smoothing", () => {
  // By hand: changes 0, 2, -1 | 3 | -6; averages 2/3, 1/3 | 13/9, 2/9 | 26/27, 58/27.
  const [, , first, second, third] = rsi(Float64Array.of(10, 12, 11, 14, 8), 3);
  assert.ok(Math.abs(first! - 200 / 3) < 1e-13);
  assert.ok(Math.abs(second! - 1300 / 15) < 1e-13);
  assert.ok(Math.abs(third! - 2600 / 84) < 1e-13);
});

Deno.test("rsi() has its first value on the bar of its window", () => {
  const values = rsi(Float64Array.of(1, 2, 1, 2, 1, 2), 4);
  assert.deepEqual(Array.from(values, Number.isNaN), [true, true, true, false, false, false]);
});

Deno.test("rsi() is 100 without losses and 0 without gains", () => {
  assert.equal(rsi(Float64Array.of(1, 2, 3, 4), 3).at(-1), 100);
  assert.equal(rsi(Float64Array.of(5, 5, 5), 3).at(-1), 100);
  assert.equal(rsi(Float64Array.of(4, 3, 2, 1), 3).at(-1), 0);
});

Deno.test("rsi() stays from 0 to 100 and mirrors when closes are turned upside down", () => {
  const random = pseudoRandom(3);
  let level = 100;
  const closes = Float64Array.from({ length: 200 }, () => level += random() - 0.5);
  const up = rsi(closes, 14);
  const down = rsi(closes.map((close) => 500 - close), 14);
  for (let t = 13; t < 200; t++) {
    assert.ok(up[t]! >= 0 && up[t]! <= 100);
    assert.ok(Math.abs(up[t]! + down[t]! - 100) < 1e-9);
  }
});

Deno.test("rsi() of fewer closes than its window is all NaN, of none empty", () => {
  assert.deepEqual(rsi(Float64Array.of(1, 2)), Float64Array.of(NaN, NaN));
  assert.deepEqual(rsi(new Float64Array(0)), new Float64Array(0));
  assert.deepEqual(rsi(Float64Array.of(7), 1), Float64Array.of(100));
});

Deno.test("rsi() refuses closes that are not finite and impossible windows", () => {
  for (const bad of [NaN, Infinity, -Infinity]) assert.throws(() => rsi(Float64Array.of(1, 2, bad)), /Close 2 is/);
  for (const window of [0, -1, 1.5, NaN]) assert.throws(() => rsi(Float64Array.of(1), window), RangeError);
});
