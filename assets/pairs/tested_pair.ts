import type { FailedCriterion } from "../../quant/mod.ts";
import type { Formation } from "./tested_prices.ts";

/** A candidate with its statistics, before criteria on p-values. */
export interface TestedPair {
  ticker_1: string;
  ticker_2: string;
  /** Common cluster of both tickers; `null` for none. */
  cluster: number | null;
  sources: string[];
  slope: number | null;
  intercept: number | null;
  adf_statistic: number | null;
  adf_p_value: number | null;
  used_lag: number | null;
  engle_granger_p_value: number | null;
  engle_granger_p_value_reversed: number | null;
  hurst_exponent: number | null;
  half_life: number | null;
  mean_crossings: number | null;
  /** Criteria of the scan that failed, with reasons. */
  failed: readonly FailedCriterion[];
}

/** Results of a formation's tests. */
export interface PairTests {
  /** In ticker order. */
  pairs: TestedPair[];
  /** The tested series, by ticker. */
  series: ReadonlyMap<string, Float64Array>;
  /** Tradability of the tickers in the formation. */
  tradability: Formation["tradability"];
}
