import { requireInteger } from "../../validate.ts";

const SIZE = 624;
const SHIFT = 397;

/**
 * The random integers of NumPy's `RandomState`, by which scikit-learn draws: the same seed gives the same integers.
 *
 * Not for secrets.
 *
 * Source: Matsumoto & Nishimura (1998), Mersenne Twister, with their initialization by one number; bounds by masking and rejection, as in
 * NumPy's `randint`. Verified: tests/quant/forecast/trees_test.ts (NumPy 1.26).
 */
export class MersenneTwister {
  readonly #state = new Uint32Array(SIZE);
  #next = SIZE;

  /** @throws {RangeError} If `seed` is not an integer from 0 to 2³² − 1. */
  constructor(seed: number) {
    requireInteger(seed, "seed", 0, 2 ** 32 - 1);
    const state = this.#state;
    state[0] = seed;
    for (let i = 1; i < SIZE; i++) {
      const before = state[i - 1]!;
      state[i] = Math.imul(1812433253, before ^ (before >>> 30)) + i;
    }
  }

  /** An integer in 0 ≤ i < `bound`, all equally likely; `bound` from 1 to 2³¹. */
  below(bound: number): number {
    const largest = bound - 1;
    if (largest === 0) return 0;
    const mask = 2 ** (32 - Math.clz32(largest)) - 1;
    for (;;) {
      const value = this.#integer() & mask;
      if (value <= largest) return value;
    }
  }

  #integer(): number {
    if (this.#next === SIZE) this.#advance();
    let value = this.#state[this.#next++]!;
    value ^= value >>> 11;
    value ^= (value << 7) & 0x9d2c5680;
    value ^= (value << 15) & 0xefc60000;
    return value ^ (value >>> 18);
  }

  #advance(): void {
    const state = this.#state;
    for (let i = 0; i < SIZE; i++) {
      const mixed = (state[i]! & 0x80000000) | (state[(i + 1) % SIZE]! & 0x7fffffff);
      state[i] = state[(i + SHIFT) % SIZE]! ^ (mixed >>> 1) ^ ((mixed & 1) === 0 ? 0 : 0x9908b0df);
    }
    this.#next = 0;
  }
}
