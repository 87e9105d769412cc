import { engleGranger, type EngleGrangerOptions, type EngleGrangerResult } from "./engle_granger.ts";

/** Outcome of the test with either leg as the dependent one. */
export interface EngleGrangerBothOrders {
  /** With `y` on `x`. */
  yOnX: EngleGrangerResult;
  /** With `x` on `y`. */
  xOnY: EngleGrangerResult;
  /** The larger of the two p-values: it is below a bound if both are. */
  pValue: number;
}

/**
 * Engle–Granger test in both orders. Null hypothesis of each: the legs are **not** cointegrated.
 *
 * The statistic depends on which leg is y, so that a pair tested in only one order passes or fails by the order of its tickers.
 * Requiring both rejects pairs that pass in one order by chance.
 *
 * @param y Prices of one leg, oldest first, length n ≥ 4, finite, not constant.
 * @param x Prices of the other leg, aligned with `y`, finite, not constant.
 * @throws {RangeError} As `engleGranger` in either order.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { engleGrangerBothOrders } from "./engle_granger_both_orders.ts";
 *
 * const x = Float64Array.from({ length: 250 }, (_, t) => 50 + t / 10 + Math.sin(t / 7));
 * const y = x.map((price, t) => 3 + 2 * price + Math.sin(t * t));
 * assert.equal(engleGrangerBothOrders(y, x).pValue, engleGrangerBothOrders(x, y).pValue);
 * ```
 *
 * Source: as `engleGranger`. Verified: as `engleGranger`, each order alone. Cost: twice that of `engleGranger`.
 */
export function engleGrangerBothOrders(
  y: Float64Array,
  x: Float64Array,
  options: EngleGrangerOptions = {},
): EngleGrangerBothOrders {
  const yOnX = engleGranger(y, x, options);
  const xOnY = engleGranger(x, y, options);
  return { yOnX, xOnY, pValue: Math.max(yOnX.pValue, xOnY.pValue) };
}
