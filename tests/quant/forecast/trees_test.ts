import assert from "node:assert/strict";
import { boostedTrees, type ForecastModel, randomForest } from "../../../quant/forecast/mod.ts";
import {
  type BoostingOptions,
  growBoostedTrees,
  predictBoosted,
} from "../../../quant/forecast/trees/grow_boosted_trees.ts";
import { type ForestOptions, growForest, predictForest } from "../../../quant/forecast/trees/grow_forest.ts";
import { MersenneTwister } from "../../../quant/forecast/trees/mersenne_twister.ts";
import { quantileCuts } from "../../../quant/forecast/trees/quantile_cuts.ts";
import { assertRefusesNonFinite, assertWithin } from "../../support/time_series_fixture.ts";
import { arimaSeries } from "./arima_series.ts";
import { testContract } from "./forecaster_contract.ts";

interface Errors {
  mean: number;
  deviation: number;
}

interface TreesFixture {
  lags: number;
  seeds: number;
  boosted: {
    seed: number;
    cut: boolean;
    options: Required<BoostingOptions>;
    nodes: number;
    seen: number[];
    unseen: number[];
  }[];
  forests: { seed: number; cut: boolean; minLeafRows: number; train: number; outOfBag: Errors; test: Errors }[];
  grown: {
    seed: number;
    options: Required<ForestOptions>;
    /** Of each tree. */
    nodes: number[];
    seen: number[];
    unseen: number[];
    outOfBag: number;
  }[];
  integers: { seed: number; bound: number; integers: number[] }[];
}

/** `make_trees.py` beside it says where each number comes from. */
const fixture: TreesFixture = JSON.parse(Deno.readTextFileSync(new URL("./fixtures/trees.json", import.meta.url)));

/** Columns of lags 1 … 5 and their targets, as `rows(scaled(…))` of make_trees.py has them. */
function lagged(seed: number, cut: boolean): { columns: Float64Array[]; target: Float64Array } {
  let values = arimaSeries(seed);
  if (cut) values = values.map((value) => Math.floor(value * 8) / 8);
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const scaled = values.map((value) => (value - least) / (most - least));
  const { lags } = fixture;
  const columns = Array.from({ length: lags }, (_, lag) => scaled.slice(lags - lag - 1, scaled.length - lag - 1));
  return { columns, target: scaled.slice(lags) };
}

function rowsOf(columns: readonly Float64Array[]): Float32Array[] {
  return Array.from(columns[0]!, (_, row) => Float32Array.from(columns, (column) => column[row]!));
}

Deno.test("growBoostedTrees() predicts the same single-precision numbers as xgboost", () => {
  for (const golden of fixture.boosted) {
    const { columns, target } = lagged(golden.seed, golden.cut);
    const grown = growBoostedTrees(columns, target, golden.options);
    assert.equal(grown.trees.feature.length, golden.nodes, `nodes of series ${golden.seed}`);
    const rows = rowsOf(columns);
    golden.seen.forEach((expected, i) => {
      assert.equal(predictBoosted(grown, rows[3 * i]!), Math.fround(expected), `series ${golden.seed}, row ${3 * i}`);
    });
    golden.unseen.forEach((expected, i) => {
      const row = rows[3 * i]!.toReversed();
      assert.equal(predictBoosted(grown, row), Math.fround(expected), `series ${golden.seed}, unseen row ${3 * i}`);
    });
  }
});

Deno.test("growForest() has scikit-learn's trees for a seed: as many nodes in each and the same predictions", () => {
  for (const golden of fixture.grown) {
    const { columns, target } = lagged(golden.seed, false);
    const { trees, outOfBagError } = growForest(columns, target, golden.options);
    const ends = [...trees.roots.subarray(1), trees.feature.length];
    assert.deepEqual(ends.map((end, i) => end - trees.roots[i]!), golden.nodes, `nodes of series ${golden.seed}`);
    const rows = rowsOf(columns);
    // Leaf values are rounded to single precision.
    golden.seen.forEach((expected, i) => {
      assertWithin(predictForest(trees, rows[3 * i]!), expected, 1e-7, `series ${golden.seed}, row ${3 * i}`);
    });
    golden.unseen.forEach((expected, i) => {
      const row = rows[3 * i]!.toReversed();
      assertWithin(predictForest(trees, row), expected, 1e-7, `series ${golden.seed}, unseen row ${3 * i}`);
    });
    assertWithin(outOfBagError, golden.outOfBag, 1e-7, `series ${golden.seed}, out of bag`);
  }
});

Deno.test("MersenneTwister.below() gives NumPy's integers", () => {
  for (const { seed, bound, integers } of fixture.integers) {
    const random = new MersenneTwister(seed);
    const drawn = Array.from({ length: 700 }, () => random.below(bound));
    assert.deepEqual(drawn.filter((_, i) => i % 7 === 0), integers);
  }
  assert.throws(() => new MersenneTwister(2 ** 32), /seed/);
});

Deno.test("growForest() has scikit-learn's errors, out of bag and on later rows, within the noise of 30 seeds", () => {
  for (const golden of fixture.forests) {
    const { columns, target } = lagged(golden.seed, golden.cut);
    const { train, minLeafRows } = golden;
    const later = rowsOf(columns.map((column) => column.slice(train)));
    const errors = { outOfBag: [] as number[], test: [] as number[] };
    for (let seed = 0; seed < fixture.seeds; seed++) {
      const { trees, outOfBagError } = growForest(
        columns.map((column) => column.slice(0, train)),
        target.slice(0, train),
        { seed, minLeafRows },
      );
      errors.outOfBag.push(outOfBagError);
      const squares = later.map((row, i) => (predictForest(trees, row) - target[train + i]!) ** 2);
      errors.test.push(squares.reduce((sum, value) => sum + value, 0) / squares.length);
    }
    for (const name of ["outOfBag", "test"] as const) {
      const mean = errors[name].reduce((sum, value) => sum + value, 0) / fixture.seeds;
      const variance = errors[name].reduce((sum, value) => sum + (value - mean) ** 2, 0) / (fixture.seeds - 1);
      const noise = Math.sqrt((variance + golden[name].deviation ** 2) / fixture.seeds);
      assertWithin(mean, golden[name].mean, 3 * noise, `${name} error of series ${golden.seed}`);
      // An F test at about 1 in 1000: the forests vary from seed to seed as much as the reference's.
      const ratio = Math.sqrt(variance) / golden[name].deviation;
      assert.ok(ratio > 0.55 && ratio < 1.8, `${name} deviation of series ${golden.seed}: ${ratio} of the reference's`);
    }
  }
});

Deno.test("growForest() is the same for a seed, another for another seed", () => {
  const { columns, target } = lagged(3, false);
  const grow = (seed: number) => growForest(columns, target, { trees: 5, seed });
  assert.deepEqual(grow(1), grow(1));
  assert.notDeepEqual(grow(1).trees, grow(2).trees);
});

Deno.test("growForest() and growBoostedTrees() give a constant target one leaf a tree", () => {
  const columns = [Float64Array.from({ length: 40 }, (_, t) => Math.sin(t))];
  const target = new Float64Array(40).fill(0.3);
  const forest = growForest(columns, target, { trees: 3 });
  const boosted = growBoostedTrees(columns, target, { trees: 3 });
  const row = Float32Array.of(0.5);
  assert.deepEqual([forest.trees.feature.length, boosted.trees.feature.length], [3, 3]);
  assert.deepEqual([predictForest(forest.trees, row), predictBoosted(boosted, row)], Array(2).fill(Math.fround(0.3)));
});

Deno.test("growForest() learns a step exactly where features tell values apart", () => {
  const feature = Float64Array.from({ length: 60 }, (_, t) => t);
  const target = feature.map((value) => value < 20 ? 1 : 0.25);
  const { trees } = growForest([new Float64Array(60), feature], target, { trees: 30 });
  assert.deepEqual([predictForest(trees, Float32Array.of(0, 5)), predictForest(trees, Float32Array.of(0, 50))], [
    1,
    0.25,
  ]);
});

Deno.test("growForest() and growBoostedTrees() refuse columns and options that they cannot use", () => {
  const { columns, target } = lagged(3, false);
  for (const grow of [growForest, growBoostedTrees]) {
    assert.throws(() => grow([], target), /number of features/);
    assert.throws(() => grow(columns, target.subarray(1)), /same length/);
    assertRefusesNonFinite((value) => grow(columns, target.with(4, value)));
    assertRefusesNonFinite((value) => grow([columns[0]!.with(4, value)], target));
    for (const trees of [0, 1.5, NaN]) assert.throws(() => grow(columns, target, { trees }), /trees/);
  }
  for (const minLeafRows of [0, 1.5]) assert.throws(() => growForest(columns, target, { minLeafRows }), /minLeafRows/);
  assert.throws(() => growBoostedTrees(columns, target, { method: "approx" as "hist" }), /one of exact, hist/);
  for (const maxDepth of [0, 31]) assert.throws(() => growBoostedTrees(columns, target, { maxDepth }), /maxDepth/);
  for (const learningRate of [0, 1.1, NaN]) {
    assert.throws(() => growBoostedTrees(columns, target, { learningRate }), /learningRate/);
  }
  for (const lambda of [-1, NaN]) assert.throws(() => growBoostedTrees(columns, target, { lambda }), /lambda/);
  for (const minChildWeight of [-1, NaN]) {
    assert.throws(() => growBoostedTrees(columns, target, { minChildWeight }), /minChildWeight/);
  }
});

Deno.test("quantileCuts() gives each of a few values its own bin, and many values bins of like size", () => {
  const few = Float32Array.of(3, 1, 1, 2, 3);
  assert.deepEqual([...quantileCuts(few, 256).bins], [2, 0, 0, 1, 2]);
  const many = Float32Array.from({ length: 1000 }, (_, i) => Math.sin(i * i));
  const { cuts, bins } = quantileCuts(many, 20);
  assert.equal(cuts.length, 20);
  const sizes = new Array(20).fill(0);
  bins.forEach((bin, i) => {
    sizes[bin]++;
    assert.ok(many[i]! < cuts[bin]! && (bin === 0 || many[i]! >= cuts[bin - 1]!));
  });
  // The last bin takes the share of the two ends of the ranks.
  assert.ok(sizes.slice(0, -1).every((size) => size >= 46 && size <= 50), String(sizes));
});

const window = arimaSeries(3).slice(0, 150);
const options = { trees: 12, horizon: 4, lags: 3 };

testContract("boostedTrees", { forecaster: boostedTrees, options, window, minimumLength: 25, horizon: 4 });
testContract("randomForest", { forecaster: randomForest, options, window, minimumLength: 25, horizon: 4 });

for (const [name, forecaster] of Object.entries({ boostedTrees, randomForest })) {
  Deno.test(`${name}.fit() takes its errors from forecasts of values that their trees have not seen`, () => {
    // The first 120 of 150 values are grown on; every later origin is scored.
    const { standardDeviation } = forecaster.fit(window, options).predict(4);
    let early: ForecastModel = forecaster.fit(window.slice(0, 120), options);
    const squares: number[][] = [[], [], [], []];
    for (let origin = 119; origin < 149; origin++) {
      const { mean } = early.predict(4);
      for (let step = 0; step < 4 && origin + step + 1 < 150; step++) {
        squares[step]!.push((window[origin + step + 1]! - mean[step]!) ** 2);
      }
      early = early.update(window[origin + 1]!);
    }
    squares.forEach((list, step) => {
      const expected = Math.sqrt(list.reduce((sum, value) => sum + value, 0) / list.length);
      assertWithin(standardDeviation[step]!, expected, 1e-12 * expected, `error ${step}`);
    });
  });

  Deno.test(`${name}.fit() moves with the level and the unit of the window`, () => {
    const { mean } = forecaster.fit(window, options).predict(4);
    // Powers of two keep every bit of the scaled values.
    const moved = forecaster.fit(window.map((value) => 8 * value), options).predict(4);
    mean.forEach((value, step) => assert.equal(moved.mean[step], 8 * value));
  });

  Deno.test(`${name}.restore() refuses trees that lead nowhere`, () => {
    const json = JSON.parse(JSON.stringify(forecaster.fit(window, options)));
    const nodes = new Int32Array(Uint8Array.fromBase64(json.trees.left).buffer);
    const tampered = (change: (left: Int32Array) => void) => {
      const left = nodes.slice();
      change(left);
      return { ...json, trees: { ...json.trees, left: new Uint8Array(left.buffer).toBase64() } };
    };
    assert.throws(() => forecaster.restore(tampered((left) => left[0] = 0)), /do not fit together/);
    assert.throws(() => forecaster.restore(tampered((left) => left[0] = nodes.length)), /do not fit together/);
    assert.throws(() => forecaster.restore({ ...json, trees: { ...json.trees, value: "AAAA" } }), /do not fit/);
    assert.throws(() => forecaster.restore({ ...json, trees: { ...json.trees, feature: "?" } }), /base64/);
    assert.throws(() => forecaster.restore({ ...json, recent: json.recent.slice(2) }), /do not fit together/);
  });
}
