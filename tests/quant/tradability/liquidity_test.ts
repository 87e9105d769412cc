import assert from "node:assert/strict";
import { medianDollarVolume, shareWithoutTrade } from "../../../quant/tradability/liquidity.ts";
import fixture from "../fixtures/tradability.json" with { type: "json" };

const close = Float64Array.from(fixture.volume.close);
const volume = Float64Array.from(fixture.volume.volume);

Deno.test("medianDollarVolume() equals numpy's median, of odd and even numbers of sessions", () => {
  assert.equal(medianDollarVolume(close, volume), fixture.volume.median);
  assert.equal(medianDollarVolume(close.slice(0, 20), volume.slice(0, 20)), fixture.volume.medianOfTwenty);
});

Deno.test("medianDollarVolume() counts sessions without a trade as 0", () => {
  const prices = Float64Array.of(10, NaN, 10, 10, Infinity);
  assert.equal(medianDollarVolume(prices, Float64Array.of(5, 100, 0, NaN, 9)), 0);
  assert.equal(medianDollarVolume(prices, Float64Array.of(5, 100, 7, 6, 9)), 50);
});

Deno.test("shareWithoutTrade() counts missing closes and volumes of 0", () => {
  assert.equal(shareWithoutTrade(close, volume), 0);
  assert.equal(shareWithoutTrade(Float64Array.of(10, NaN, 10, 10, -1), Float64Array.of(5, 100, 0, 6, 9)), 0.6);
});

Deno.test("medianDollarVolume() and shareWithoutTrade() refuse no session and lengths that differ", () => {
  for (const figure of [medianDollarVolume, shareWithoutTrade]) {
    assert.throws(() => figure(new Float64Array(0), new Float64Array(0)), /at least one session/);
    assert.throws(() => figure(close, volume.slice(1)), /same length/);
  }
});
