import type { Forecaster } from "../forecaster.ts";
import { type Forest, type ForestOptions, growForest, predictForest } from "./grow_forest.ts";
import { lagForecaster, type LagOptions, type TreeModel } from "./lag_forecaster.ts";
import { restoreTrees, storeTrees } from "./regression_trees.ts";

/** Settings of lags, horizon and growth. */
export type RandomForestOptions = LagOptions & ForestOptions;

/**
 * Random forest on the last values: {@link lagForecaster} with {@link growForest}.
 *
 * @example
 * ```ts
 * import { randomForest } from "./random_forest.ts";
 * const window = Float64Array.from({ length: 200 }, (_, t) => Math.sin(t / 5));
 * randomForest.fit(window, { trees: 20, seed: 7 }).predict(3).mean.length; // 3
 * ```
 *
 * Verified: tests/quant/forecast/fixtures/trees.json (scikit-learn, by errors over seeds). Cost: two forests per fit.
 */
export const randomForest: Forecaster<RandomForestOptions, TreeModel<Forest>> = lagForecaster({
  method: "random_forest",
  grow: growForest,
  predict: ({ trees }, row) => predictForest(trees, row),
  store: ({ trees, outOfBagError }) => ({ outOfBagError, trees: storeTrees(trees) }),
  restore: (fields, features) => ({
    trees: restoreTrees(fields.raw("trees"), features),
    outOfBagError: fields.number("outOfBagError", 0),
  }),
});
