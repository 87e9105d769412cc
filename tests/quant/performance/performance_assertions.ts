import assert from "node:assert/strict";

/** Equal to about the rounding of a few hundred additions. */
export function assertRelative(actual: number, expected: number, tolerance = 1e-12) {
  assert.ok(Math.abs(actual - expected) <= tolerance * Math.abs(expected), `${actual} instead of ${expected}`);
}

/** Registers the test that `metric` refuses equity curves of which nothing can be said. */
export function refusesBadEquity(name: string, metric: (equity: Float64Array) => unknown) {
  Deno.test(`${name}() refuses equity that is empty, not finite or does not start above 0`, () => {
    const bad = [[], [NaN], [1, NaN], [1, Infinity], [1, -Infinity], [0, 1], [-1, 1]];
    for (const equity of bad) assert.throws(() => metric(Float64Array.from(equity)), RangeError, `[${equity}]`);
  });
}

/** Registers the test that `metric` refuses returns that are too few or not finite. */
export function refusesBadReturns(name: string, metric: (returns: Float64Array) => unknown, minimum: number) {
  const tooFew = minimum === 0 ? "" : `fewer than ${minimum} returns, `;
  Deno.test(`${name}() refuses ${tooFew}NaN and infinities`, () => {
    for (let n = 0; n < minimum; n++) assert.throws(() => metric(new Float64Array(n)), /Needs at least/);
    for (const bad of [NaN, Infinity, -Infinity]) {
      assert.throws(() => metric(Float64Array.of(0.01, bad, 0.02)), /must be finite/);
    }
  });
}
