import { requireOneOf } from "./validate.ts";

/** Method of adjustment. */
export interface FalseDiscoveryRateOptions {
  /**
   * `"bh"` (default): Benjamini–Hochberg, for independent or positively dependent tests. `"by"`: Benjamini–Yekutieli, under any
   * dependence, such as that of pairs with a common leg.
   */
  method?: "bh" | "by";
}

/**
 * Adjusted p-values: accepting those below q keeps the expected share of false discoveries among the accepted below q.
 *
 * @param pValues p-values from 0 to 1 in any order; empty gives empty.
 * @returns The adjusted p-values in the order given, at most 1.
 * @throws {RangeError} If a p-value is NaN or outside 0 … 1.
 *
 * @example
 * ```ts
 * import { falseDiscoveryRate } from "./false_discovery_rate.ts";
 * falseDiscoveryRate(Float64Array.of(0.01, 0.04, 0.03)); // [0.03, 0.04, 0.04]
 * ```
 *
 * Source: Benjamini & Hochberg (1995), J. R. Stat. Soc. B 57; Benjamini & Yekutieli (2001), Ann. Stat. 29. Verified:
 * tests/quant/fixtures/time_series.json (`falseDiscoveryRate`, statsmodels multipletests). Cost: O(n log n).
 */
export function falseDiscoveryRate(pValues: ArrayLike<number>, options: FalseDiscoveryRateOptions = {}): Float64Array {
  const { method = "bh" } = options;
  requireOneOf(method, "method", ["bh", "by"]);
  const n = pValues.length;
  let harmonic = 0;
  for (let i = 0; i < n; i++) {
    const p = pValues[i]!;
    if (!(p >= 0 && p <= 1)) throw new RangeError(`p-value ${i} must lie between 0 and 1, got ${p}.`);
    harmonic += 1 / (i + 1);
  }
  const order = Array.from({ length: n }, (_, i) => i).sort((a, b) => pValues[a]! - pValues[b]!);
  const adjusted = new Float64Array(n);
  let smallest = 1;
  for (let rank = n; rank >= 1; rank--) {
    const i = order[rank - 1]!;
    const factor = (method === "by" ? harmonic : 1) * n / rank;
    smallest = Math.min(smallest, pValues[i]! * factor);
    adjusted[i] = smallest;
  }
  return adjusted;
}
