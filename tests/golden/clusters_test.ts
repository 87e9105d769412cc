import assert from "node:assert/strict";
import { optics } from "../../quant/optics.ts";
import { cleanPrices } from "../../quant/price_matrix.ts";
import { principalComponents } from "../../quant/principal_components.ts";
import { returnMatrix } from "../../quant/returns.ts";
import { columnScale, standardize } from "../../quant/standardize.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import { sharedFolder } from "../support/shared_folder.ts";
import { readWideCloses } from "../support/wide_closes.ts";

const shared = sharedFolder();
const absent = shared === null ? " (ignored: no shared folder)" : "";

type Universe = "research" | "service";

interface GoldenOptics {
  labels: number[];
  summary: { n_clusters: number; n_assigned: number; n_pairs: number };
  ordering: number[];
  reachability: (number | "inf")[];
  core_distances: (number | "inf")[];
  predecessor: number[];
  cluster_hierarchy: [number, number][];
}

interface Golden {
  presets: Record<Universe, { minSamples: number; maxEps: number; xi: number }>;
  universes: Record<Universe, {
    tickers: string[];
    pca: {
      singular_values: number[];
      explained_variance: number[];
      explained_variance_ratio: number[];
      scaler_mean: number[];
      scaler_scale: number[];
      X: number[][];
    };
    optics: Record<Universe, GoldenOptics>;
  }>;
}

let loaded: Golden | undefined;
const golden = () => loaded ??= JSON.parse(Deno.readTextFileSync(`${shared}/reference/golden/clusters.json`)) as Golden;

function realReturns(rule: Universe): Float64Array[] {
  const wide = readWideCloses(`${shared}/market/nasdaq_etf_closes_2019_2022.csv`);
  return returnMatrix(cleanPrices(wide, { rule }).matrix).returns;
}

function assertNear(actual: ArrayLike<number>, expected: readonly (number | "inf")[], name: string) {
  assert.equal(actual.length, expected.length, name);
  expected.forEach((value, i) => {
    if (value === "inf") assert.equal(actual[i], Infinity, `${name}[${i}]`);
    else assert.ok(Math.abs(actual[i]! - value) <= 1e-9, `${name}[${i}]: ${actual[i]} instead of ${value}`);
  });
}

function assertOptics(points: Float64Array[], universe: Universe, preset: Universe) {
  const expected = golden().universes[universe].optics[preset];
  const result = optics(points, golden().presets[preset]);
  assert.deepEqual(Array.from(result.labels), expected.labels);
  assert.deepEqual(Array.from(result.ordering), expected.ordering);
  assert.deepEqual(Array.from(result.predecessor), expected.predecessor);
  assert.deepEqual(result.hierarchy, expected.cluster_hierarchy);
  assertNear(result.reachability, expected.reachability, "reachability");
  assertNear(result.coreDistances, expected.core_distances, "coreDistances");
  const sizes = new Map<number, number>();
  for (const label of result.labels) if (label >= 0) sizes.set(label, (sizes.get(label) ?? 0) + 1);
  assert.deepEqual({
    n_clusters: sizes.size,
    n_assigned: [...sizes.values()].reduce((sum, size) => sum + size, 0),
    n_pairs: [...sizes.values()].reduce((sum, size) => sum + size * (size - 1) / 2, 0),
  }, expected.summary);
}

for (const universe of ["research", "service"] as const) {
  Deno.test({
    name: `principalComponents() equals scikit-learn's full decomposition of the ${universe} universe${absent}`,
    ignore: shared === null,
    fn() {
      const { pca } = golden().universes[universe];
      const result = principalComponents(realReturns(universe), 5);
      assertNear(result.singularValues, pca.singular_values, "singularValues");
      assertNear(result.explainedVariance, pca.explained_variance, "explainedVariance");
      assertNear(result.explainedVarianceRatio, pca.explained_variance_ratio, "explainedVarianceRatio");
      const { mean, scale } = columnScale(result.loadings);
      assertNear(mean, pca.scaler_mean, "mean");
      assertNear(scale, pca.scaler_scale, "scale");
      standardize(result.loadings).forEach((point, i) => assertNear(point, pca.X[i]!, `point ${i}`));
    },
  });

  for (const preset of ["research", "service"] as const) {
    Deno.test({
      name:
        `optics() finds the clusters of the ${universe} universe with the ${preset} preset from given points${absent}`,
      ignore: shared === null,
      fn() {
        assertOptics(golden().universes[universe].pca.X.map((row) => Float64Array.from(row)), universe, preset);
      },
    });

    Deno.test({
      name: `optics() finds the clusters of the ${universe} universe with the ${preset} preset from prices${absent}`,
      ignore: shared === null,
      fn() {
        assertOptics(standardize(principalComponents(realReturns(universe), 5).loadings), universe, preset);
      },
    });

    Deno.test({
      name: `optics() keeps the labels of the ${universe} universe with the ${preset} preset under noise${absent}`,
      ignore: shared === null,
      fn() {
        const random = pseudoRandom(20221230);
        const { pca, optics: expected } = golden().universes[universe];
        for (const size of [1e-15, 1e-13, 1e-12, 1e-9]) {
          for (let trial = 0; trial < 25; trial++) {
            const points = pca.X.map((row) => Float64Array.from(row, (value) => value + size * (2 * random() - 1)));
            assert.deepEqual(Array.from(optics(points, golden().presets[preset]).labels), expected[preset].labels);
          }
        }
      },
    });
  }
}
