/**
 * Random numbers that are a pure function of (seed, stream, counter): the thousandth draw does not need the 999 before it, and
 * streams do not depend on the number of other streams.
 */
export interface RandomStream {
  /** Uniform on (0, 1), never 0 or 1. @param counter Integer from 0 to 2³² − 1, as below. */
  uniform(counter: number): number;
  /** Standard normal. */
  normal(counter: number): number;
  /** Integer from 0 to `below` − 1. */
  integer(counter: number, below: number): number;
}

/**
 * The stream `stream` of `seed`.
 *
 * @param seed Integer from 0 to 2³² − 1.
 * @param stream Integer from 0 to 2³² − 1.
 *
 * Source: finalizer and round of MurmurHash3 (Appleby 2011) as a counter-based generator; normals by Box & Muller (1958).
 */
export function randomStream(seed: number, stream: number): RandomStream {
  // Two keys, one before and one inside the round: with a single added key all streams would be parts of one sequence.
  const before = finalize(finalize(seed) ^ Math.imul(stream, 0x9e3779b1));
  const inside = finalize(before ^ Math.imul(seed, 0x85ebca77) ^ stream);

  function uniform(counter: number): number {
    let h = Math.imul(counter ^ before, 0xcc9e2d51);
    h = Math.imul((h << 15) | (h >>> 17), 0x1b873593);
    return ((finalize(h ^ inside) >>> 0) + 0.5) / 0x1_0000_0000;
  }

  // Box and Muller's method makes two normals from two uniforms; neighbours share a pair, cached for the second of them.
  let pair = -1;
  let even = 0;
  let odd = 0;
  function normal(counter: number): number {
    if (counter >>> 1 !== pair) {
      pair = counter >>> 1;
      const radius = Math.sqrt(-2 * Math.log(uniform(2 * pair)));
      const angle = 2 * Math.PI * uniform(2 * pair + 1);
      even = radius * Math.cos(angle);
      odd = radius * Math.sin(angle);
    }
    return counter % 2 === 0 ? even : odd;
  }

  return { uniform, normal, integer: (counter, below) => Math.floor(uniform(counter) * below) };
}

function finalize(h: number): number {
  h ^= h >>> 16;
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
