import assert from "node:assert/strict";
import { annualizedReturnBySessions, maxDrawdown, sharpeRatio } from "../../../quant/performance/mod.ts";
import { compoundEquity } from "../../../quant/performance/growth.ts";
import { middleOf } from "../../../quant/uncertainty/band.ts";
import { optimalBlockLength } from "../../../quant/uncertainty/optimal_block_length.ts";
import { performanceBands } from "../../../quant/uncertainty/performance_bands.ts";
import { ResampleDraws } from "../../../quant/uncertainty/resample_draws.ts";
import { stationaryBootstrap } from "../../../quant/uncertainty/stationary_bootstrap.ts";
import { normalQuantile } from "../../../quant/normal_quantile.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import fixture from "../fixtures/uncertainty.json" with { type: "json" };

const FIGURES = ["sharpe", "annualizedReturn", "maxDrawdown"] as const;

for (const expected of fixture.distribution) {
  Deno.test(`performanceBands() has the quantiles of arch's StationaryBootstrap: ${expected.series}`, () => {
    const returns = Float64Array.from(fixture.blockLength[expected.series as "returns"].series);
    const replications = 19_999;
    const { meanBlockLength } = expected;
    for (const [level, low, high] of [[0.95, "0.025", "0.975"], [0.5, "0.25", "0.75"]] as const) {
      const bands = performanceBands(returns, { seed: 11, replications, level, meanBlockLength });
      FIGURES.forEach((figure, i) => {
        // Five standard errors of a quantile of 20,000 values against one of 40,000, with normal density at the quantile.
        const z = normalQuantile((1 + level) / 2);
        const density = Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI) / expected.deviation[i]!;
        const tail = (1 - level) / 2;
        const error = Math.sqrt(tail * (1 - tail) * (1 / replications + 1 / expected.replications)) / density;
        // Drawdowns have a longer tail than the normal's.
        const tolerance = (figure === "maxDrawdown" ? 10 : 5) * error;
        assert.ok(Math.abs(bands[figure].low - expected.quantiles[low][i]!) < tolerance, `${figure} ${low}`);
        assert.ok(Math.abs(bands[figure].high - expected.quantiles[high][i]!) < tolerance, `${figure} ${high}`);
      });
    }
  });
}

Deno.test("performanceBands() gives the figures of the sample and the optimal block length, the same for the same seed", () => {
  const returns = Float64Array.from(fixture.blockLength.returns.series);
  const bands = performanceBands(returns, { seed: 5, replications: 99 });
  assert.equal(bands.sharpe.estimate, sharpeRatio(returns));
  assert.equal(bands.maxDrawdown.estimate, maxDrawdown(compoundEquity(returns)));
  assert.equal(bands.meanBlockLength, optimalBlockLength(returns).stationary);
  assert.deepEqual(performanceBands(returns, { seed: 5, replications: 99 }), bands);
  for (const figure of FIGURES) assert.ok(bands[figure].low <= bands[figure].high);
});

Deno.test("performanceBands() takes cash from each session's return before resampling", () => {
  const returns = Float64Array.from(fixture.blockLength.returns.series);
  const cash = returns.map((_, t) => 0.0001 + 0.00001 * (t % 7));
  const { sharpe } = performanceBands(returns, { seed: 5, replications: 99, cashReturn: cash, meanBlockLength: 3 });
  const excess = performanceBands(returns.map((value, t) => value - cash[t]!), {
    seed: 5,
    replications: 99,
    meanBlockLength: 3,
  });
  assert.deepEqual(sharpe, excess.sharpe);
});

Deno.test("performanceBands() of series that share draws are those of each alone, and refuses draws of another length or seed", () => {
  const random = pseudoRandom(23);
  const draws = new ResampleDraws(400, 5);
  const options = { seed: 5, replications: 199 };
  for (const meanBlockLength of [9, 2.5, 1.4, undefined]) {
    const returns = Float64Array.from({ length: 400 }, () => 0.02 * (random() - 0.48));
    const given = { ...options, ...meanBlockLength !== undefined && { meanBlockLength } };
    assert.deepEqual(performanceBands(returns, { ...given, draws }), performanceBands(returns, given));
  }
  const returns = Float64Array.from({ length: 399 }, () => 0.02 * (random() - 0.48));
  assert.throws(() => performanceBands(returns, { ...options, draws }), /seed 5 for 400 returns, not 5 and 399/);
  const other = new ResampleDraws(399, 6);
  assert.throws(() => performanceBands(returns, { ...options, draws: other }), /seed 6 for 399 returns, not 5/);
});

Deno.test("performanceBands() hold the true Sharpe ratio about as often as they say", () => {
  const random = pseudoRandom(17);
  let held = 0;
  const samples = 150;
  for (let i = 0; i < samples; i++) {
    const returns = Float64Array.from({ length: 252 }, () => 0.0005 + 0.01 * normalQuantile(random() || 0.5));
    const { low, high } = performanceBands(returns, { seed: i, replications: 199, level: 0.9 }).sharpe;
    const truth = 0.05 * Math.sqrt(252);
    if (low <= truth && truth <= high) held++;
  }
  // 90 % less four standard errors of 2.4 %.
  assert.ok(held / samples > 0.8 && held / samples <= 1, `${held} of ${samples}`);
});

Deno.test("performanceBands() of returns that never vary have no width", () => {
  const { sharpe, annualizedReturn, maxDrawdown } = performanceBands(new Float64Array(30), { seed: 1 });
  for (const band of [sharpe, annualizedReturn, maxDrawdown]) assert.deepEqual(band, { estimate: 0, low: 0, high: 0 });
});

Deno.test("performanceBands() refuses too little, cash of another length and bands that resamples cannot tell", () => {
  const returns = Float64Array.from(fixture.blockLength.returns.series);
  assert.throws(() => performanceBands(returns.slice(0, 9), { seed: 1 }), /at least 10 values/);
  assert.throws(() => performanceBands(returns, { seed: 1, cashReturn: new Float64Array(3) }), /same length/);
  assert.throws(() => performanceBands(returns, { seed: 1, level: 1 }), /level must be between 0 and 1/);
  assert.throws(() => performanceBands(returns, { seed: 1, replications: 38 }), /at least 39 can/);
  assert.throws(() => performanceBands(returns.with(3, NaN), { seed: 1 }), /finite/);
  assert.throws(
    () => performanceBands(returns, { seed: 1, meanBlockLength: 0.5 }),
    /meanBlockLength must be at least 1/,
  );
});

Deno.test("middleOf() takes order statistics from either end", () => {
  const values = Float64Array.from({ length: 39 }, (_, i) => 38 - i);
  assert.deepEqual(middleOf(values, 0.95), { low: 0, high: 38 });
  assert.deepEqual(middleOf(values, 0.9), { low: 1, high: 37 });
  assert.throws(() => middleOf(values.with(0, NaN), 0.9), /NaN/);
});

Deno.test("performanceBands() has the bands of the figures of each whole resample, to the last bit", () => {
  const random = pseudoRandom(5);
  const noise = (scale: number) =>
    Float64Array.from({ length: 300 }, (_, t) => t % 5 === 0 ? 0 : scale * (random() - 0.48));
  const cash = Float64Array.from({ length: 300 }, (_, t) => 0.0001 * (t % 3));
  const rare = Float64Array.from({ length: 300 }, (_, t) => t === 7 ? 0.01 : 0);
  // Powers of the smallest leave the range of doubles; the largest lose more than everything.
  for (const returns of [noise(0.02), noise(1e-90), noise(5), rare, new Float64Array(300).fill(0.01)]) {
    for (const cashReturn of [cash, new Float64Array(300)]) {
      const options = { seed: 3, replications: 199, meanBlockLength: 4 };
      const excess = returns.map((value, t) => value - cashReturn[t]!);
      const of = (statistic: (sample: Float64Array, excess: Float64Array) => number) =>
        middleOf(
          stationaryBootstrap(
            300,
            (places) => statistic(at(returns, places), at(excess, places)),
            options,
          ),
          0.95,
        );
      const at = (values: Float64Array, places: Int32Array) => Float64Array.from(places, (place) => values[place]!);
      const { sharpe, annualizedReturn, maxDrawdown: drawdown } = performanceBands(returns, { ...options, cashReturn });
      const ends = ({ low, high }: { low: number; high: number }) => ({ low, high });
      assert.deepEqual(ends(sharpe), of((_, excess) => sharpeRatio(excess)));
      assert.deepEqual(ends(annualizedReturn), of((sample) => annualizedReturnBySessions(compoundEquity(sample))));
      assert.deepEqual(ends(drawdown), of((sample) => maxDrawdown(compoundEquity(sample))));
    }
  }
});

Deno.test("performanceBands() refuses returns whose resampled equity is beyond all numbers", () => {
  const returns = Float64Array.from({ length: 200 }, (_, t) => t < 100 ? 1000 : -0.999);
  assert.throws(() => performanceBands(returns, { seed: 1, replications: 99, meanBlockLength: 100 }), /must be finite/);
});
