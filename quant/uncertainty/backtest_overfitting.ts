import { requireFinite, requireInteger } from "../validate.ts";

/** Settings of {@linkcode backtestOverfitting}. */
export interface BacktestOverfittingOptions {
  /** Number of blocks of sessions: even, 2 to 20, at least 2 sessions each; default 16. */
  blocks?: number;
}

/** Out-of-sample results of the best trial in sample, over all divisions of the blocks into two halves. */
export interface BacktestOverfitting {
  /**
   * Probability of backtest overfitting: the share of divisions in which the best trial of one half is at or below the median of
   * all trials in the other.
   */
  probability: number;
  /** Share of divisions in which the best trial in sample has a Sharpe ratio below 0 out of sample. */
  probabilityOfLoss: number;
  /** One per division: ln(ω / (1 − ω)) of the relative rank ω out of sample; 0 is the median, higher is better. */
  logits: Float64Array;
  /** Sharpe ratio per session of the best in sample, in sample; one per division. */
  inSampleSharpe: Float64Array;
  /** Its Sharpe ratio per session out of sample; one per division. */
  outOfSampleSharpe: Float64Array;
  /** Number of sessions divided: the oldest ones that do not fill a block are left out. */
  sessions: number;
}

/**
 * Probability that the best of many backtests is no better than the median out of sample, by combinatorially symmetric
 * cross-validation.
 *
 * Sessions are divided into S blocks of equal length, and the blocks into halves in all C(S, S/2) ways. For each division, the
 * trial with the highest Sharpe ratio in the first half (the first one on ties) has rank r among N trials in the second (mean
 * rank on ties), and ω = r / (N + 1). A trial with constant returns in a half has a ratio of 0 if they are 0, else ±∞.
 *
 * @param trials One array per trial, N ≥ 2: its returns per session (in excess of cash), aligned, oldest first, finite.
 * @throws {RangeError} If there are fewer than 2 trials, lengths differ, there are fewer than 2 sessions per block, a return is
 * not finite, or `blocks` is not even or out of range.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { backtestOverfitting } from "./backtest_overfitting.ts";
 *
 * const noise = (phase: number) => Float64Array.from({ length: 240 }, (_, t) => Math.sin(t * t + phase));
 * const skilled = noise(0).map((value) => value + 0.5);
 * assert(backtestOverfitting([noise(1), noise(2), skilled], { blocks: 8 }).probability < 0.05);
 * ```
 *
 * Source: Bailey, Borwein, López de Prado & Zhu (2017), Journal of Computational Finance 20. Verified:
 * tests/quant/fixtures/overfitting.json (RiskLabAI) and uncertainty.json (brute force on the concatenated blocks). Cost: O(T·N + C(S, S/2)·N·(S + log N)).
 */
export function backtestOverfitting(
  trials: readonly Float64Array[],
  options: BacktestOverfittingOptions = {},
): BacktestOverfitting {
  const { blocks = 16 } = options;
  requireInteger(blocks, "blocks", 2, 20);
  if (blocks % 2 !== 0) throw new RangeError(`blocks must be even, got ${blocks}.`);
  const n = trials.length;
  if (n < 2) throw new RangeError(`The best can be chosen among at least 2 trials, got ${n}.`);
  const total = trials[0]!.length;
  trials.forEach((returns, i) => {
    requireFinite(returns, `The returns of trial ${i}`, 2 * blocks);
    if (returns.length !== total) {
      throw new RangeError(`Trial 0 has ${total} returns, trial ${i} has ${returns.length}.`);
    }
  });

  const blockLength = Math.floor(total / blocks);
  const sums = trials.map((returns) => blockSums(returns, blocks, blockLength));
  const half = blocks / 2 * blockLength;
  const divisions = divisionsOf(blocks);
  const logits = new Float64Array(divisions.length);
  const inSampleSharpe = new Float64Array(divisions.length);
  const outOfSampleSharpe = new Float64Array(divisions.length);
  const outside = new Float64Array(n);
  const [inHalf, inOther] = [new Uint8Array(blocks / 2), new Uint8Array(blocks / 2)];
  divisions.forEach((division, d) => {
    for (let block = 0, i = 0, j = 0; block < blocks; block++) {
      if ((division >> block & 1) === 1) inHalf[i++] = block;
      else inOther[j++] = block;
    }
    let best = -1;
    let bestSharpe = -Infinity;
    for (let i = 0; i < n; i++) {
      const inside = sharpeOf(sums[i]!, inHalf, half);
      outside[i] = sharpeOf(sums[i]!, inOther, half);
      if (inside > bestSharpe || best < 0) {
        best = i;
        bestSharpe = inside;
      }
    }
    let below = 0;
    let equal = 0;
    for (let i = 0; i < n; i++) {
      if (outside[i]! < outside[best]!) below++;
      else if (outside[i] === outside[best]) equal++;
    }
    const rank = below + (equal + 1) / 2;
    logits[d] = Math.log(rank / (n + 1 - rank));
    inSampleSharpe[d] = bestSharpe;
    outOfSampleSharpe[d] = outside[best]!;
  });
  return {
    probability: shareOf(logits, (logit) => logit <= 0),
    probabilityOfLoss: shareOf(outOfSampleSharpe, (sharpe) => sharpe < 0),
    logits,
    inSampleSharpe,
    outOfSampleSharpe,
    sessions: blocks * blockLength,
  };
}

/** Sums of a trial's blocks; the last block ends with the last session. */
interface BlockSums {
  /** Of the returns less `origin`. */
  first: Float64Array;
  /** Of their squares. */
  second: Float64Array;
  /** The trial's mean: sums of deviations keep the digits that squares of returns with a large mean would lose. */
  origin: number;
  /** The constant return of a block, `NaN` if its returns vary. */
  constant: Float64Array;
}

function blockSums(returns: Float64Array, blocks: number, blockLength: number): BlockSums {
  const used = returns.subarray(returns.length - blocks * blockLength);
  const origin = used.reduce((sum, value) => sum + value, 0) / used.length;
  const first = new Float64Array(blocks);
  const second = new Float64Array(blocks);
  const constant = new Float64Array(blocks);
  for (let block = 0; block < blocks; block++) {
    const values = used.subarray(block * blockLength, (block + 1) * blockLength);
    for (let t = 0; t < blockLength; t++) {
      const deviation = values[t]! - origin;
      first[block] = first[block]! + deviation;
      second[block] = second[block]! + deviation * deviation;
    }
    constant[block] = values.every((value) => value === values[0]) ? values[0]! : NaN;
  }
  return { first, second, origin, constant };
}

/** Sharpe ratio per session over some blocks, ascending. */
function sharpeOf({ first, second, origin, constant }: BlockSums, division: Uint8Array, sessions: number): number {
  let sum = 0;
  let squares = 0;
  let same = true;
  let value = NaN;
  for (let i = 0; i < division.length; i++) {
    const block = division[i]!;
    sum += first[block]!;
    squares += second[block]!;
    if (Number.isNaN(value)) value = constant[block]!;
    same &&= constant[block] === value;
  }
  if (same) return value === 0 ? 0 : value * Infinity;
  const mean = sum / sessions;
  return (origin + mean) / Math.sqrt((squares - sum * mean) / (sessions - 1));
}

/** All numbers below 2^blocks with half of their bits set, ascending. */
function divisionsOf(blocks: number): number[] {
  const divisions: number[] = [];
  for (let bits = 0; bits < 1 << blocks; bits++) {
    let set = 0;
    for (let rest = bits; rest !== 0; rest &= rest - 1) set++;
    if (2 * set === blocks) divisions.push(bits);
  }
  return divisions;
}

function shareOf(values: Float64Array, holds: (value: number) => boolean): number {
  let count = 0;
  for (const value of values) if (holds(value)) count++;
  return count / values.length;
}
