import { type BoostedTrees, type BoostingOptions, growBoostedTrees, predictBoosted } from "./grow_boosted_trees.ts";
import { lagForecaster, type LagOptions, type TreeModel } from "./lag_forecaster.ts";
import type { Forecaster } from "../forecaster.ts";
import { restoreTrees, storeTrees } from "./regression_trees.ts";

/** Settings of lags, horizon and growth. */
export type BoostedTreesOptions = LagOptions & BoostingOptions;

/**
 * Gradient-boosted trees on the last values: {@link lagForecaster} with {@link growBoostedTrees}, which uses no random numbers.
 *
 * @example
 * ```ts
 * import { boostedTrees } from "./boosted_trees.ts";
 * const window = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t / 5));
 * boostedTrees.fit(window, { trees: 20 }).predict(3).mean.length; // 3
 * ```
 *
 * Verified: tests/quant/forecast/fixtures/trees.json (xgboost 2.1). Cost: two ensembles per fit.
 */
export const boostedTrees: Forecaster<BoostedTreesOptions, TreeModel<BoostedTrees>> = lagForecaster({
  method: "boosted_trees",
  grow: growBoostedTrees,
  predict: predictBoosted,
  store: ({ baseScore, trees }) => ({ baseScore, trees: storeTrees(trees) }),
  restore: (fields, features) => ({
    baseScore: fields.number("baseScore"),
    trees: restoreTrees(fields.raw("trees"), features),
  }),
});
