import assert from "node:assert/strict";
import { ema } from "../../../quant/indicators/ema.ts";
import { macd } from "../../../quant/indicators/macd.ts";

Deno.test("macd() is the difference of two averages, its average and the remainder", () => {
  const closes = Float64Array.of(10, 12, 11, 15, 14);
  const { value, signal, histogram } = macd(closes, { fastWindow: 2, slowWindow: 3, signalWindow: 2 });
  const fast = ema(closes, 2);
  const slow = ema(closes, 3);
  assert.deepEqual(value, fast.map((x, t) => x - slow[t]!));
  assert.deepEqual(signal, ema(value, 2));
  assert.deepEqual(histogram, value.map((x, t) => x - signal[t]!));
});

Deno.test("macd() of constant closes is 0, of no closes empty", () => {
  const { value, signal, histogram } = macd(new Float64Array(40).fill(8));
  for (const series of [value, signal, histogram]) assert.ok(series.every((x) => Math.abs(x) < 1e-13));
  const empty = new Float64Array(0);
  assert.deepEqual(macd(empty), { value: empty, signal: empty, histogram: empty });
  assert.deepEqual(macd(Float64Array.of(5)).histogram, Float64Array.of(0));
});

Deno.test("macd() refuses closes that are not finite and impossible windows", () => {
  for (const bad of [NaN, Infinity, -Infinity]) assert.throws(() => macd(Float64Array.of(bad)), RangeError);
  const closes = Float64Array.of(1);
  assert.throws(() => macd(closes, { fastWindow: 0 }), /fastWindow/);
  assert.throws(() => macd(closes, { slowWindow: 1.5 }), /slowWindow/);
  assert.throws(() => macd(closes, { signalWindow: NaN }), /signalWindow/);
});
