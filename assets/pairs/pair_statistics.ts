import type { BlockComputation } from "../../engine/mod.ts";
import { type PairCriteria, scanPairs } from "../../quant/mod.ts";
import { nextTurn } from "../../resources/turns.ts";
import { residualPValue } from "./residual_p_value.ts";
import type { TestedPair } from "./tested_pair.ts";
import { hedgeLine } from "./tested_prices.ts";

/** Pairs of a formation, and what their statistics depend on. */
export interface PairsToTest {
  /** The regressor and the dependent leg of each pair. */
  pairs: readonly (readonly [string, string])[];
  /** The tested series, by ticker. */
  series: ReadonlyMap<string, Float64Array>;
  /** Closes for the hedge ratio, by ticker; `null` if they are the tested series. */
  closes: ReadonlyMap<string, Float64Array> | null;
  criteria: PairCriteria;
  /** Whether either leg is the dependent one of an Engle–Granger test. */
  inBothOrders: boolean;
}

/** Number of pairs in a block that another process may test: a second of work or so. */
export const pairsPerBlock = 10_000;

/** Number of pairs tested one by one before yielding to other requests. */
const pairsAtOnce = 8;

/** Statistics of pairs, in their order. The result of a pair depends on its two series alone. */
export const pairStatistics: BlockComputation<PairsToTest, Omit<TestedPair, "cluster" | "sources">[]> = {
  name: "pair_statistics",
  async compute({ pairs, series, closes, criteria, inBothOrders }, { from, to }, { signal, onProgress }) {
    const scan = await scanPairs(series, {
      pairs: pairs.slice(from, to),
      criteria,
      engleGranger: inBothOrders,
      signal,
    });
    const tested: Omit<TestedPair, "cluster" | "sources">[] = [];
    for (const pair of scan) {
      const { ticker_1, ticker_2, slope } = pair;
      const line = slope === null || !closes ? pair : hedgeLine(closes.get(ticker_1)!, closes.get(ticker_2)!);
      tested.push({
        ticker_1,
        ticker_2,
        slope: line?.slope ?? null,
        intercept: line?.intercept ?? null,
        adf_statistic: pair.adfStatistic,
        adf_p_value: pair.adfPValue,
        used_lag: pair.usedLag,
        engle_granger_p_value: inBothOrders
          ? pair.engleGrangerPValue
          : pair.adfPValue === null
          ? null
          : residualPValue(series.get(ticker_2)!, series.get(ticker_1)!),
        engle_granger_p_value_reversed: pair.engleGrangerPValueReversed,
        hurst_exponent: pair.hurst,
        half_life: pair.halfLife,
        mean_crossings: pair.meanCrossings,
        failed: pair.failedCriteria,
      });
      if (!inBothOrders && tested.length % pairsAtOnce === 0) await nextTurn();
      signal?.throwIfAborted();
      onProgress?.(tested.length);
    }
    return tested;
  },
};
