import { maxDrawdown } from "../performance/drawdown.ts";
import { annualizedReturnBySessions, annualizedTotal, compoundEquity } from "../performance/growth.ts";
import { isInSafeRange } from "../performance/moments.ts";
import { sharpeOfMoments, sharpeRatio } from "../performance/risk_adjusted_return.ts";
import { requireFinite, requireSameLength } from "../validate.ts";
import { type Band, type BandOptions, middleOf } from "./band.ts";
import { optimalBlockLength } from "./optimal_block_length.ts";
import { stationaryBootstrap } from "./stationary_bootstrap.ts";

/** Bands of a strategy's performance figures. */
export interface PerformanceBands {
  /** Of returns in excess of cash, annualized. */
  sharpe: Band;
  /** Compounded over sessions / 252. */
  annualizedReturn: Band;
  /** 0 or negative: the band runs from the deeper to the shallower drawdown. */
  maxDrawdown: Band;
  /** Mean length of the blocks in sessions. */
  meanBlockLength: number;
  /** Number of resamples. */
  replications: number;
}

/** Settings of {@linkcode performanceBands}. */
export interface PerformanceBandsOptions extends BandOptions {
  /** Return of cash in each session, resampled with the strategy's; or one for all of them. 0 by default. */
  cashReturn?: Float64Array | number;
}

/**
 * Bands of Sharpe ratio, annual return and maximum drawdown by the stationary block bootstrap: percentiles over resamples of the
 * sessions, the same resamples for all three.
 *
 * The bands cover the sampling error for the same process; they do not cover a search over settings, nor regimes outside the
 * sample. A drawdown depends on the path: its band is that of paths of the same length built from the blocks, and the estimate
 * need not be in its middle. Constant returns have bands without width.
 *
 * @param returns Simple returns per session, oldest first, n ≥ 10, finite.
 * @throws {RangeError} If there are fewer than 10 returns, one is not finite, cash differs in length, or an option is out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { performanceBands } from "./performance_bands.ts";
 *
 * const returns = Float64Array.from({ length: 252 }, (_, t) => 0.0005 + 0.01 * Math.sin(t * t));
 * const { sharpe } = performanceBands(returns, { seed: 1, replications: 199 });
 * assert(sharpe.low < sharpe.estimate && sharpe.estimate < sharpe.high);
 * ```
 *
 * Source: Politis & Romano (1994); Ledoit & Wolf (2008), Journal of Empirical Finance 15, for Sharpe ratios. Verified:
 * tests/quant/fixtures/uncertainty.json (`arch`), tests/quant/uncertainty/performance_bands_test.ts (coverage). Cost:
 * O(replications · n).
 */
export function performanceBands(returns: Float64Array, options: PerformanceBandsOptions): PerformanceBands {
  const { level = 0.95, replications = 999, seed, cashReturn = 0 } = options;
  requireFinite(returns, "returns", 10);
  const n = returns.length;
  const cash = typeof cashReturn === "object" ? cashReturn : new Float64Array(n).fill(cashReturn);
  requireSameLength(returns, cash, "returns and cash");
  const excess = returns.map((value, t) => value - cash[t]!);
  requireFinite(excess, "excess returns", 10);
  const meanBlockLength = options.meanBlockLength ?? blockLengthOf(excess);

  const annualizedReturns = new Float64Array(replications);
  const drawdowns = new Float64Array(replications);
  let resample = 0;
  const sharpes = stationaryBootstrap(n, (places) => {
    const figures = figuresAt(places, returns, excess);
    annualizedReturns[resample] = figures.annualizedReturn;
    drawdowns[resample] = figures.maxDrawdown;
    resample++;
    return figures.sharpe;
  }, { meanBlockLength, replications, seed });

  const equity = compoundEquity(returns);
  return {
    sharpe: { estimate: sharpeRatio(excess), ...middleOf(sharpes, level) },
    annualizedReturn: { estimate: annualizedReturnBySessions(equity), ...middleOf(annualizedReturns, level) },
    maxDrawdown: { estimate: maxDrawdown(equity), ...middleOf(drawdowns, level) },
    meanBlockLength,
    replications,
  };
}

/**
 * The figures of one resample, equal to the last bit to those of the whole samples: one pass for the path and one for the
 * deviations, without copies, because a comparison of strategies computes them some ten thousand times.
 */
function figuresAt(places: Int32Array, returns: Float64Array, excess: Float64Array) {
  const n = places.length;
  const first = excess[places[0]!]!;
  let varies = false;
  let sum = 0;
  let largest = 0;
  let equity = 1;
  let peak = 1;
  let lowest = 0;
  for (let t = 0; t < n; t++) {
    const place = places[t]!;
    const value = excess[place]!;
    if (value !== first) varies = true;
    if (value > largest) largest = value;
    else if (-value > largest) largest = -value;
    sum += value;
    equity = equity * (1 + returns[place]!);
    if (equity > peak) peak = equity;
    else {
      const depth = equity / peak - 1;
      if (depth < lowest) lowest = depth;
    }
  }
  // Paths beyond the range of numbers and moments that need another unit are left to the functions that define them.
  if (!Number.isFinite(equity) || (varies && !isInSafeRange(largest))) {
    const path = compoundEquity(Float64Array.from(places, (place) => returns[place]!));
    return {
      annualizedReturn: annualizedReturnBySessions(path),
      maxDrawdown: maxDrawdown(path),
      sharpe: sharpeRatio(Float64Array.from(places, (place) => excess[place]!)),
    };
  }
  const mean = sum / n;
  let squares = 0;
  if (varies) {
    for (let t = 0; t < n; t++) {
      const deviation = excess[places[t]!]! - mean;
      squares += deviation * deviation;
    }
  }
  return {
    annualizedReturn: annualizedTotal(equity - 1, n),
    maxDrawdown: lowest,
    sharpe: sharpeOfMoments(varies ? { mean, second: squares / n } : { mean: first, second: 0 }, n) * Math.sqrt(252),
  };
}

/** Resamples of constant returns are equal, for any blocks. */
function blockLengthOf(series: Float64Array): number {
  return series.every((value) => value === series[0]) ? 1 : optimalBlockLength(series).stationary;
}
