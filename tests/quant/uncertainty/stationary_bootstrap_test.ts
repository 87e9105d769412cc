import assert from "node:assert/strict";
import { stationaryBlocks, stationaryBootstrap } from "../../../quant/uncertainty/stationary_bootstrap.ts";
import fixture from "../fixtures/uncertainty.json" with { type: "json" };

for (const { length, draws, places } of fixture.places) {
  Deno.test(`stationaryBlocks() gives arch's places for arch's draws: mean block length ${length}`, () => {
    const found = new Int32Array(places.length);
    let next = 0;
    stationaryBlocks(found, length, () => draws[next++]!);
    assert.deepEqual([...found], places);
    assert.equal(next, draws.length);
  });
}

Deno.test("stationaryBootstrap() has the variance of the mean that Politis and Romano derive", () => {
  const series = Float64Array.from(fixture.blockLength["slow returns"].series);
  const n = series.length;
  const mean = series.reduce((sum, value) => sum + value, 0) / n;
  const keep = 1 - 1 / 8;
  // Lemma 1: circular autocovariances, weighted by (1 − i/n)(1 − p)^i + (i/n)(1 − p)^(n − i).
  let expected = 0;
  for (let lag = 0; lag < n; lag++) {
    let covariance = 0;
    for (let t = 0; t < n; t++) covariance += (series[t]! - mean) * (series[(t + lag) % n]! - mean) / n;
    expected += covariance * (lag === 0 ? 1 : (1 - lag / n) * keep ** lag + lag / n * keep ** (n - lag)) / n;
  }
  const replications = 20_000;
  const means = stationaryBootstrap(
    n,
    (places) => places.reduce((sum, place) => sum + series[place]!, 0) / n,
    { meanBlockLength: 8, replications, seed: 3 },
  );
  const variance = means.reduce((sum, value) => sum + (value - mean) ** 2, 0) / replications;
  // The standard error of a variance of 20,000 normal values is 1 %.
  assert.ok(Math.abs(variance / expected - 1) < 0.04, `${variance} and ${expected}`);
});

Deno.test("stationaryBootstrap() gives the same resamples for the same seed and others for another", () => {
  const sumOf = (seed: number) =>
    stationaryBootstrap(50, (places) => places[7]!, { meanBlockLength: 4, replications: 30, seed });
  assert.deepEqual(sumOf(1), sumOf(1));
  assert.notDeepEqual(sumOf(1), sumOf(2));
});

Deno.test("stationaryBootstrap() draws every place equally often, whatever the block length", () => {
  for (const meanBlockLength of [1, 6, 500]) {
    const counts = new Float64Array(10);
    stationaryBootstrap(10, (places) => {
      for (const place of places) counts[place]!++;
      return 0;
    }, { meanBlockLength, replications: 20_000, seed: 9 });
    // Blocks longer than the series visit each place once a resample; independent draws deviate by 0.7 %.
    for (const count of counts) assert.ok(Math.abs(count / 20_000 - 1) < 0.03, `${count}`);
  }
});

Deno.test("stationaryBootstrap() refuses samples that cannot be resampled", () => {
  const run = (length: number, options: object) => () =>
    stationaryBootstrap(length, () => 0, { meanBlockLength: 2, seed: 1, ...options });
  assert.throws(run(1, {}), RangeError);
  assert.throws(run(10, { replications: 0 }), RangeError);
  for (const meanBlockLength of [0.9, 0, NaN, Infinity]) {
    assert.throws(run(10, { meanBlockLength }), /meanBlockLength must be at least 1/);
  }
});
