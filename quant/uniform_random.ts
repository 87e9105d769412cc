/**
 * Uniform numbers in [0, 1), the same sequence for the same seed on every host.
 *
 * A counter mixed to 32 bits (mulberry32): its period is 2³², enough for resampling. Not for secrets.
 *
 * @param seed A number; its fraction and bits beyond 32 are ignored.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { uniformRandom } from "./uniform_random.ts";
 *
 * assert.equal(uniformRandom(7)(), uniformRandom(7)());
 * ```
 */
export function uniformRandom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
