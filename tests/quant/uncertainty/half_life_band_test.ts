import assert from "node:assert/strict";
import { halfLife } from "../../../quant/half_life.ts";
import { normalQuantile } from "../../../quant/normal_quantile.ts";
import { halfLifeBand } from "../../../quant/uncertainty/half_life_band.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";

function spreadOf(halfLife: number, n: number, random: () => number): Float64Array {
  const keep = 0.5 ** (1 / halfLife);
  const values = new Float64Array(n + 200);
  for (let t = 1; t < values.length; t++) values[t] = keep * values[t - 1]! + normalQuantile(random() || 0.5);
  return values.slice(200);
}

for (const [truth, n] of [[5, 252], [20, 504]] as const) {
  Deno.test(`halfLifeBand() holds a half-life of ${truth} in ${n} sessions about as often as it says`, () => {
    const random = pseudoRandom(truth);
    const samples = 150;
    let held = 0;
    for (let i = 0; i < samples; i++) {
      const { low, high } = halfLifeBand(spreadOf(truth, n, random), { seed: i, replications: 99, level: 0.9 });
      if (low <= truth && truth <= high) held++;
    }
    // 90 % less four standard errors of 2.4 %; percentiles without correction hold it in about 70 %.
    assert.ok(held / samples > 0.8, `${held} of ${samples}`);
  });
}

Deno.test("halfLifeBand() does not exclude that a random walk never comes back", () => {
  const random = pseudoRandom(4);
  const walk = new Float64Array(300);
  for (let t = 1; t < 300; t++) walk[t] = walk[t - 1]! + normalQuantile(random() || 0.5);
  assert.equal(halfLifeBand(walk, { seed: 1, replications: 199 }).high, Infinity);
});

Deno.test("halfLifeBand() around the half-life of the series, whatever its level, unit and seed", () => {
  const spread = spreadOf(10, 300, pseudoRandom(8));
  const band = halfLifeBand(spread, { seed: 1, replications: 199 });
  assert.equal(band.estimate, halfLife(spread));
  assert.ok(band.low < band.estimate && band.estimate < band.high);
  assert.deepEqual(halfLifeBand(spread, { seed: 1, replications: 199 }), band);
  const moved = halfLifeBand(spread.map((value) => 1024 * value + 4096), { seed: 1, replications: 199 });
  assert.ok(Math.abs(moved.low / band.low - 1) < 1e-6 && Math.abs(moved.high / band.high - 1) < 1e-6);
});

Deno.test("halfLifeBand() of a series that runs away has no finite estimate", () => {
  const random = pseudoRandom(2);
  const series = new Float64Array(60);
  for (let t = 1; t < 60; t++) series[t] = 1.1 * series[t - 1]! + random();
  const { estimate, high } = halfLifeBand(series, { seed: 1, replications: 99 });
  assert.deepEqual([estimate, high], [Infinity, Infinity]);
});

Deno.test("halfLifeBand() refuses samples that cannot be resampled", () => {
  assert.throws(() => halfLifeBand(new Float64Array(29), { seed: 1 }), /at least 30 values/);
  assert.throws(() => halfLifeBand(new Float64Array(40).fill(2), { seed: 1 }), /constant/);
  assert.throws(() => halfLifeBand(Float64Array.from({ length: 40 }, (_, t) => 0.5 ** t), { seed: 1 }), /residual/);
});
