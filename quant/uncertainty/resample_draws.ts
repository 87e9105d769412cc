import { uniformRandom } from "../uniform_random.ts";
import { requireResamples, stationaryBlocks } from "./stationary_bootstrap.ts";

/** The blocks of one resample in order; the arrays are reused. */
export interface ResampleBlocks {
  /** The first observation of each block. */
  first: Int32Array;
  /** How many consecutive observations it has; the last observation of a series is followed by its first. */
  length: Int32Array;
  /** Number of blocks; the arrays have unused places after them. */
  count: number;
}

/** Numbers are multiples of 2⁻³² from −2³¹ on: whole numbers of 32 bits. */
const scale = 2 ** 32;
const half = 2 ** 31;

/** Of each number that may begin a block: its position, itself, and the first observation that the number after it draws. */
const width = 3;

/**
 * Resamples of the stationary bootstrap as blocks, at a cost of the blocks instead of the observations, for any number of series.
 *
 * The blocks are those that `stationaryBlocks` draws from `uniformRandom(seed)`, resample after resample. Its numbers are drawn
 * once; for mean lengths from 2^k to 2^(k + 1) it is found once which of them may begin a block.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { ResampleDraws } from "./resample_draws.ts";
 *
 * const draws = new ResampleDraws(500, 1);
 * for (const { length, count } of draws.resamples({ meanBlockLength: 5, replications: 2 })) {
 *   assert(length.subarray(0, count).reduce((sum, one) => sum + one) === 500);
 * }
 * ```
 *
 * Verified: tests/quant/uncertainty/resample_draws_test.ts (the observations of `stationaryBlocks`). Cost: O(replications · length)
 * once and 4 bytes a number, then O(replications · length / `meanBlockLength`) for each series.
 */
export class ResampleDraws {
  readonly #random: () => number;
  #numbers: Int32Array = new Int32Array(0);
  /** By level: the numbers up to 2^−level, and at last one at the end of all numbers, where any block ends. */
  readonly #low: Int32Array[] = [];

  /** @param length Number of observations n ≥ 2. @param seed As of `uniformRandom`. */
  constructor(readonly length: number, readonly seed: number) {
    this.#random = uniformRandom(seed);
  }

  /**
   * @param options.meanBlockLength ≥ 1; blocks of a mean length below 2 save nothing and are given as single observations.
   * @throws {RangeError} As `stationaryBootstrap`.
   */
  *resamples(
    { meanBlockLength, replications }: { meanBlockLength: number; replications: number },
  ): Generator<ResampleBlocks> {
    const n = this.length;
    requireResamples(n, { meanBlockLength, replications });
    if (meanBlockLength < 2) {
      const random = uniformRandom(this.seed);
      const singly = { first: new Int32Array(n), length: new Int32Array(n).fill(1), count: n };
      for (let resample = 0; resample < replications; resample++) {
        stationaryBlocks(singly.first, meanBlockLength, random);
        yield singly;
      }
      return;
    }
    const begins = 1 / meanBlockLength;
    const highest = Math.floor(begins * scale) - half;
    let level = Math.min(31, Math.floor(Math.log2(meanBlockLength)));
    if (2 ** -level < begins) level--;
    const blocks = { first: new Int32Array(n), length: new Int32Array(n), count: 0 };
    // What the shortest blocks take, so that positions are found only once.
    this.#reserve((1.5 * replications + 2) * n);
    let low = this.#lowNumbers(level);
    const at = { number: 0, low: 0 };
    for (let resample = 0; resample < replications; resample++) {
      // One number for each observation, and one more for each block.
      if (this.#reserve(at.number + 2 * n)) low = this.#lowNumbers(level);
      const place = placeOf(this.#numbers[at.number++]!, n);
      drawBlocks(blocks, { low, highest, place, at });
      yield blocks;
    }
  }

  /** Whether numbers had to be drawn. */
  #reserve(least: number): boolean {
    const count = Math.ceil(least);
    const known = this.#numbers.length;
    if (count <= known) return false;
    const numbers = new Int32Array(count);
    numbers.set(this.#numbers);
    for (let i = known; i < count; i++) numbers[i] = this.#random() * scale - half;
    this.#numbers = numbers;
    this.#low.length = 0;
    return true;
  }

  /** Found among those of the next lower level that is known, or among all. */
  #lowNumbers(level: number): Int32Array {
    const known = this.#low[level];
    if (known) return known;
    const most = 2 ** (32 - level) - half;
    const numbers = this.#numbers;
    const from = this.#low.findLast((low, other) => low !== undefined && other < level);
    let low: Int32Array;
    let end = 0;
    if (from) {
      low = new Int32Array(from.length);
      for (let at = 0; at < from.length; at += width) {
        if (from[at + 1]! > most) continue;
        low[end] = from[at]!;
        low[end + 1] = from[at + 1]!;
        low[end + 2] = from[at + 2]!;
        end += width;
      }
    } else {
      let count = 1;
      for (let i = 0; i < numbers.length; i++) if (numbers[i]! <= most) count++;
      low = new Int32Array(count * width);
      for (let i = 0; i < numbers.length; i++) {
        if (numbers[i]! > most) continue;
        low[end] = i;
        low[end + 1] = numbers[i]!;
        low[end + 2] = placeOf(numbers[i + 1] ?? 0, this.length);
        end += width;
      }
      low.set([numbers.length, -half, 0], end);
      end += width;
    }
    return this.#low[level] = low.slice(0, end);
  }
}

/** Apart from the generator, in which loops are slow. @param from.at Moves on to the first number of the next resample. */
function drawBlocks(
  blocks: ResampleBlocks,
  { low, highest, place, at }: {
    low: Int32Array;
    highest: number;
    place: number;
    at: { number: number; low: number };
  },
): void {
  const { first, length } = blocks;
  const n = first.length;
  let count = 0;
  let number = at.number;
  let next = at.low;
  for (let left = n;;) {
    let begin = low[next]!;
    while (begin < number || low[next + 1]! > highest) begin = low[next += width]!;
    const size = Math.min(left, begin - number + 1);
    first[count] = place;
    length[count++] = size;
    left -= size;
    if (left === 0) {
      number += size - 1;
      break;
    }
    place = low[next + 2]!;
    number = begin + 2;
    next += width;
  }
  blocks.count = count;
  at.number = number;
  at.low = next;
}

function placeOf(number: number, length: number): number {
  return Math.floor((number + half) / scale * length);
}
