import { maxDrawdown } from "../performance/drawdown.ts";
import { annualizedReturnBySessions, annualizedTotal, compoundEquity } from "../performance/growth.ts";
import { sharpeOfMoments, sharpeRatio } from "../performance/risk_adjusted_return.ts";
import { requireFinite, requireSameLength } from "../validate.ts";
import { type Band, type BandOptions, middleOf } from "./band.ts";
import { optimalBlockLength } from "./optimal_block_length.ts";
import { type ResampleBlocks, ResampleDraws } from "./resample_draws.ts";

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
  /** The draws of `seed` for n returns, to be shared by all series of this length; by default the call makes its own. */
  draws?: ResampleDraws;
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

  const { draws = new ResampleDraws(n, seed) } = options;
  if (draws.length !== n || draws.seed !== seed) {
    throw new RangeError(
      `The draws are those of seed ${draws.seed} for ${draws.length} returns, not ${seed} and ${n}.`,
    );
  }

  const sharpes = new Float64Array(replications);
  const annualizedReturns = new Float64Array(replications);
  const drawdowns = new Float64Array(replications);
  // The last session is followed by the first.
  const sessions = {
    returns: twice(returns),
    excess: twice(excess),
    factors: twice(returns.map((value) => 1 + value)),
  };
  const sample = new Float64Array(n);
  let resample = 0;
  for (const blocks of draws.resamples({ meanBlockLength, replications })) {
    const figures = figuresOf(blocks, sessions, sample) ?? figuresOfWhole(blocks, sessions);
    sharpes[resample] = figures.sharpe;
    annualizedReturns[resample] = figures.annualizedReturn;
    drawdowns[resample] = figures.maxDrawdown;
    resample++;
  }

  const equity = compoundEquity(returns);
  return {
    sharpe: { estimate: sharpeRatio(excess), ...middleOf(sharpes, level) },
    annualizedReturn: { estimate: annualizedReturnBySessions(equity), ...middleOf(annualizedReturns, level) },
    maxDrawdown: { estimate: maxDrawdown(equity), ...middleOf(drawdowns, level) },
    meanBlockLength,
    replications,
  };
}

/** Two copies of all sessions, one after the other. */
interface Sessions {
  returns: Float64Array;
  excess: Float64Array;
  /** 1 + return. */
  factors: Float64Array;
}

interface Figures {
  sharpe: number;
  annualizedReturn: number;
  maxDrawdown: number;
}

/** Variances below, in units of 1 and of the squared mean, may be those of equal returns, or of others whose squares underflow. */
const leastVariance = { absolute: 1e-100, relative: 1e-16 };

/**
 * The figures of one resample, equal to the last bit to those of the whole samples: one pass for the path and one for the
 * deviations, because a comparison of strategies computes them some ten thousand times. `null` for paths beyond the range of numbers,
 * and for moments that need another unit or are of equal returns.
 *
 * @param sample Receives the returns in excess of cash.
 */
function figuresOf(
  { first, length, count }: ResampleBlocks,
  { excess, factors }: Sessions,
  sample: Float64Array,
): Figures | null {
  const n = sample.length;
  let sum = 0;
  let equity = 1;
  let peak = 1;
  let lowest = 0;
  // Equity above this share of the peak, with room for rounding, is no deeper drawdown: few sessions need a division.
  let deepest = 1;
  let t = 0;
  for (let block = 0; block < count; block++) {
    const end = first[block]! + length[block]!;
    for (let place = first[block]!; place < end; place++) {
      const value = excess[place]!;
      sample[t++] = value;
      sum += value;
      equity *= factors[place]!;
      if (equity > peak) peak = equity;
      else if (equity <= peak * deepest) {
        lowest = Math.min(lowest, equity / peak - 1);
        // Equity below 0 is always divided.
        deepest = lowest > -1 ? (1 + lowest) * (1 + 4 * Number.EPSILON) : 1;
      }
    }
  }
  const mean = sum / n;
  let squares = 0;
  for (let t = 0; t < n; t++) {
    const deviation = sample[t]! - mean;
    squares += deviation * deviation;
  }
  const second = squares / n;
  const isSafe = Math.abs(equity) < Infinity && second < 1 / leastVariance.absolute &&
    second > leastVariance.absolute && second > leastVariance.relative * mean * mean;
  if (!isSafe) return null;
  return {
    annualizedReturn: annualizedTotal(equity - 1, n),
    maxDrawdown: lowest,
    sharpe: sharpeOfMoments({ mean, second }, n) * Math.sqrt(252),
  };
}

/** The same by the functions that define the figures. */
function figuresOfWhole(blocks: ResampleBlocks, { returns, excess }: Sessions): Figures {
  const path = compoundEquity(resampled(returns, blocks));
  return {
    annualizedReturn: annualizedReturnBySessions(path),
    maxDrawdown: maxDrawdown(path),
    sharpe: sharpeRatio(resampled(excess, blocks)),
  };
}

function resampled(values: Float64Array, { first, length, count }: ResampleBlocks): Float64Array {
  const sample = new Float64Array(values.length / 2);
  for (let block = 0, at = 0; block < count; at += length[block]!, block++) {
    sample.set(values.subarray(first[block], first[block]! + length[block]!), at);
  }
  return sample;
}

function twice(values: Float64Array): Float64Array {
  const both = new Float64Array(2 * values.length);
  both.set(values);
  both.set(values, values.length);
  return both;
}

/** Resamples of constant returns are equal, for any blocks. */
function blockLengthOf(series: Float64Array): number {
  return series.every((value) => value === series[0]) ? 1 : optimalBlockLength(series).stationary;
}
