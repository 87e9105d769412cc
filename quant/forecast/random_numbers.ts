import { requireInteger } from "../validate.ts";

/**
 * Reproducible random numbers: the same seed gives the same numbers on every machine.
 *
 * Not for secrets. Seeds that differ by 1 give unrelated numbers, since the state is filled by a mixing generator.
 *
 * Source: Blackman & Vigna (2021), Scrambled Linear Pseudorandom Number Generators, xoshiro128**; state by splitmix32's
 * finalizer (Steele, Lea & Flood, 2014). Verified: tests/quant/forecast/random_numbers_test.ts.
 */
export class RandomNumbers {
  readonly #state = new Uint32Array(4);
  /** The second normal number of a pair, if it is unused. */
  #spare = NaN;

  /** @throws {RangeError} If `seed` is not an integer from 0 to 2³² − 1. */
  constructor(seed: number) {
    requireInteger(seed, "seed", 0, 2 ** 32 - 1);
    let mixed = seed | 0;
    for (let i = 0; i < 4; i++) {
      mixed = (mixed + 0x9e3779b9) | 0;
      let z = mixed ^ (mixed >>> 16);
      z = Math.imul(z, 0x21f0aaad);
      z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
      this.#state[i] = z ^ (z >>> 15);
    }
  }

  /** An integer from 0 to 2³² − 1. */
  integer(): number {
    const s = this.#state;
    const product = Math.imul(s[1]!, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9) >>> 0;
    const shifted = s[1]! << 9;
    s[2]! ^= s[0]!;
    s[3]! ^= s[1]!;
    s[1]! ^= s[2]!;
    s[0]! ^= s[3]!;
    s[2]! ^= shifted;
    s[3] = (s[3]! << 11) | (s[3]! >>> 21);
    return result;
  }

  /** A number in 0 ≤ u < 1, a multiple of 2⁻⁵³. */
  uniform(): number {
    return ((this.integer() >>> 5) * 67108864 + (this.integer() >>> 6)) / 9007199254740992;
  }

  /** An integer in 0 ≤ i < `bound`, all equally likely to within 2⁻⁵³ · bound. */
  below(bound: number): number {
    return Math.floor(this.uniform() * bound);
  }

  /** A standard normal number, by Marsaglia's polar method. */
  normal(): number {
    if (!Number.isNaN(this.#spare)) {
      const spare = this.#spare;
      this.#spare = NaN;
      return spare;
    }
    for (;;) {
      const [x, y] = [2 * this.uniform() - 1, 2 * this.uniform() - 1];
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt(-2 * Math.log(square) / square);
      this.#spare = y * scale;
      return x * scale;
    }
  }
}
