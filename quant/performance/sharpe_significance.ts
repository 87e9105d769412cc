import { normalCdf } from "../normal_distribution.ts";
import { normalQuantile } from "../normal_quantile.ts";
import { centralMoments } from "./moments.ts";
import { requireFinite } from "./requirements.ts";

/** Determinants of the sampling error of a Sharpe ratio. All per session, not annualized. */
export interface SharpeSample {
  /** Mean excess return over its standard deviation, per session. */
  sharpe: number;
  /** Number of returns, ≥ 2. */
  observations: number;
  /** Default 0, that of normal returns. */
  skewness?: number;
  /** Not in excess of the normal's: default 3. At least 1 + skewness². */
  kurtosis?: number;
}

/**
 * Sharpe ratio per session, skewness and kurtosis of returns, for {@linkcode probabilisticSharpeRatio}.
 *
 * The ratio divides by the sample standard deviation (n − 1); skewness and kurtosis are those of the population.
 *
 * @param returns Excess returns per session, n ≥ 2, finite, not all equal.
 * @throws {RangeError} If there are fewer than 2 returns, one is NaN or ±∞, or all are equal: they have no Sharpe ratio.
 *
 * Verified: tests/quant/fixtures/performance.json.
 */
export function sharpeSample(returns: Float64Array): Required<SharpeSample> {
  requireFinite(returns, "return", 2);
  const n = returns.length;
  const { mean, second, third, fourth } = centralMoments(returns);
  if (second === 0) {
    throw new RangeError(`All ${n} returns are ${returns[0]}: without risk there is no Sharpe ratio to test.`);
  }
  return {
    sharpe: mean / Math.sqrt(second * n / (n - 1)),
    observations: n,
    skewness: third / second ** 1.5,
    kurtosis: fourth / second ** 2,
  };
}

/**
 * Probabilistic Sharpe ratio: the probability that the true Sharpe ratio exceeds `benchmarkSharpe`, given its sampling error
 * under skewed, fat-tailed returns.
 *
 * @param sample Per session, not annualized; see {@linkcode sharpeSample}.
 * @param benchmarkSharpe Also per session; default 0.
 * @throws {RangeError} If an argument is not finite, `observations` is not a whole number ≥ 2, or no distribution has this skewness and kurtosis.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { probabilisticSharpeRatio } from "./sharpe_significance.ts";
 *
 * assert(probabilisticSharpeRatio({ sharpe: 0, observations: 100 }) === 0.5);
 * ```
 *
 * Source: Bailey & López de Prado (2012), The Sharpe Ratio Efficient Frontier. Verified: tests/quant/fixtures/performance.json.
 */
export function probabilisticSharpeRatio(sample: SharpeSample, benchmarkSharpe = 0): number {
  if (!Number.isFinite(benchmarkSharpe)) {
    throw new RangeError(`benchmarkSharpe must be finite, not ${benchmarkSharpe}.`);
  }
  const spread = samplingSpread(sample);
  const distance = (sample.sharpe - benchmarkSharpe) * Math.sqrt(sample.observations - 1);
  if (distance === 0) return 0.5;
  return normalCdf(distance / Math.sqrt(spread));
}

/**
 * Lower end of the interval of a Sharpe ratio by its sampling error under skewed, fat-tailed returns: the benchmark that the true
 * ratio exceeds with a probability of `confidence`.
 *
 * @param sample Per session, not annualized; see {@linkcode sharpeSample}.
 * @param confidence Above 0 and below 1; 0.975 is the lower end of a 95 % interval.
 * @throws {RangeError} As {@linkcode probabilisticSharpeRatio}, or if `confidence` is not between 0 and 1.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { sharpeLowerEnd } from "./sharpe_significance.ts";
 *
 * assert(Math.abs(sharpeLowerEnd({ sharpe: 0, observations: 101 }) + 0.196) < 1e-4);
 * ```
 *
 * Source: Mertens (2002); Bailey & López de Prado (2012), The Sharpe Ratio Efficient Frontier. Verified: as the inverse of
 * {@linkcode probabilisticSharpeRatio}. Cost: O(1), where a bootstrap resamples all returns.
 */
export function sharpeLowerEnd(sample: SharpeSample, confidence = 0.975): number {
  if (!(confidence > 0 && confidence < 1)) throw new RangeError(`confidence must lie in (0, 1), got ${confidence}.`);
  const error = Math.sqrt(samplingSpread(sample) / (sample.observations - 1));
  return sample.sharpe - normalQuantile(confidence) * error;
}

/** Sampling variance of a Sharpe ratio per session, times its returns less one. */
function samplingSpread({ sharpe, observations, skewness = 0, kurtosis = 3 }: SharpeSample): number {
  for (const [name, value] of Object.entries({ sharpe, skewness, kurtosis })) {
    if (!Number.isFinite(value)) throw new RangeError(`${name} must be finite, not ${value}.`);
  }
  if (!Number.isInteger(observations) || observations < 2) {
    throw new RangeError(`observations must be a whole number of at least 2, not ${observations}.`);
  }
  // The bound holds for every distribution; two equally likely values attain it, up to rounding.
  if (kurtosis < (1 + skewness * skewness) * (1 - 1e-12)) {
    throw new RangeError(`No distribution has skewness ${skewness} and kurtosis ${kurtosis}: at least 1 + skewness².`);
  }
  return Math.max(0, 1 - skewness * sharpe + (kurtosis - 1) / 4 * sharpe * sharpe);
}

/** Number of strategies tried, and variance of their Sharpe ratios. */
export interface SharpeTrials {
  /** Independent trials, ≥ 1; an estimate of their effective number need not be whole. */
  trials: number;
  /** Variance of the trials' Sharpe ratios, each per session (annual variance / 252), ≥ 0. */
  trialVariance: number;
}

/**
 * The Sharpe ratio per session that the best of `trials` worthless strategies is expected to show. One trial: 0.
 *
 * @throws {RangeError} If `trials` is below 1 or `trialVariance` below 0, or either is not finite.
 *
 * Source: Bailey & López de Prado (2014), The Deflated Sharpe Ratio, equation 1. Verified: their example, 0.1132.
 */
export function expectedMaximumSharpe({ trials, trialVariance }: SharpeTrials): number {
  if (!(trials >= 1 && trials < Infinity)) throw new RangeError(`trials must be finite and at least 1, not ${trials}.`);
  if (!(trialVariance >= 0 && trialVariance < Infinity)) {
    throw new RangeError(`trialVariance must be finite and not below 0, not ${trialVariance}.`);
  }
  if (trials === 1) return 0;
  const eulerMascheroni = 0.5772156649015329;
  // Computed as −quantile(p), since 1 − 1/trials would lose digits for many trials.
  const typical = -normalQuantile(1 / trials);
  const extreme = -normalQuantile(1 / (trials * Math.E));
  return Math.sqrt(trialVariance) * ((1 - eulerMascheroni) * typical + eulerMascheroni * extreme);
}

/**
 * Number and variance of a set of trials. Both must come from the same trials to give a threshold.
 *
 * @param sharpes The Sharpe ratio per session (not a year) of every trial, the one chosen included, n ≥ 1, finite, in any order. A
 * trial without any position has 0.
 * @returns The number of trials, all counted as independent, and the sample variance of their ratios (divided by n − 1); 0 for one trial.
 * @throws {RangeError} If there is no trial or a ratio is NaN or ±∞.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { expectedMaximumSharpe, sharpeTrials } from "./sharpe_significance.ts";
 *
 * const trials = sharpeTrials(Float64Array.of(0.02, -0.01, 0.05, 0));
 * assert(trials.trials === 4 && expectedMaximumSharpe(trials) > 0.02);
 * ```
 *
 * Source: Bailey & López de Prado (2014), The Deflated Sharpe Ratio, section "Multiple testing".
 */
export function sharpeTrials(sharpes: Float64Array): SharpeTrials {
  requireFinite(sharpes, "Sharpe ratio");
  const trials = sharpes.length;
  const { unit, second } = centralMoments(sharpes);
  return { trials, trialVariance: trials === 1 ? 0 : unit * unit * second * trials / (trials - 1) };
}

/** A Sharpe ratio deflated by the luck of the search that found it. */
export interface DeflatedSharpeRatio {
  /** Probability that the true Sharpe ratio is above 0, given the search that found it. */
  deflatedSharpeRatio: number;
  /** The Sharpe ratio per session that luck alone was expected to reach. */
  expectedMaximumSharpe: number;
}

/**
 * Deflated Sharpe ratio: the {@linkcode probabilisticSharpeRatio} against the ratio that the best of all trials is expected to
 * show by luck.
 *
 * @param sample The chosen strategy, per session.
 * @param trials All strategies and settings tried, the rejected ones included; {@linkcode sharpeTrials} gives them.
 * @throws {RangeError} As {@linkcode probabilisticSharpeRatio} and {@linkcode expectedMaximumSharpe}.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { deflatedSharpeRatio } from "./sharpe_significance.ts";
 *
 * const result = deflatedSharpeRatio(
 *   { sharpe: 2.5 / Math.sqrt(250), observations: 1250, skewness: -3, kurtosis: 10 },
 *   { trials: 100, trialVariance: 0.5 / 250 },
 * );
 * assert(result.deflatedSharpeRatio.toFixed(4) === "0.9004");
 * ```
 *
 * Source: Bailey & López de Prado (2014), The Deflated Sharpe Ratio. Verified: their example (0.1132 and 0.9004) and
 * tests/quant/fixtures/performance.json.
 */
export function deflatedSharpeRatio(sample: SharpeSample, trials: SharpeTrials): DeflatedSharpeRatio {
  const threshold = expectedMaximumSharpe(trials);
  return {
    deflatedSharpeRatio: probabilisticSharpeRatio(sample, threshold),
    expectedMaximumSharpe: threshold,
  };
}
