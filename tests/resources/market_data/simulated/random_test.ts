import assert from "node:assert/strict";
import { randomStream } from "../../../../resources/market_data/simulated/random.ts";

const DRAWS = 100_000;

Deno.test("randomStream() gives the same numbers for the same seed, stream and counter, in any order", () => {
  const counters = [5, 0, 123_456, 5, 4_294_967];
  const once = counters.map((counter) => randomStream(42, 7).normal(counter));
  const again = counters.toReversed().map((counter) => randomStream(42, 7).normal(counter)).toReversed();
  assert.deepEqual(once, again);
  assert.equal(once[0], once[3]);
});

Deno.test("randomStream().uniform() fills (0, 1) evenly", () => {
  const { uniform } = randomStream(1, 1);
  const counts = new Array<number>(100).fill(0);
  for (let i = 0; i < DRAWS; i++) {
    const value = uniform(i);
    assert.ok(value > 0 && value < 1);
    counts[Math.floor(100 * value)]!++;
  }
  const chiSquared = counts.reduce((sum, count) => sum + (count - DRAWS / 100) ** 2 / (DRAWS / 100), 0);
  // 99 degrees of freedom: one generator in a thousand lies above 148.2, one in a thousand below 60.0 (chi-squared tables).
  assert.ok(chiSquared > 60 && chiSquared < 148.2, `χ² = ${chiSquared}`);
});

Deno.test("randomStream().normal() has the moments of the standard normal", () => {
  const { normal } = randomStream(2, 3);
  const values = Float64Array.from({ length: DRAWS }, (_, i) => normal(i));
  const moment = (k: number) => values.reduce((sum, value) => sum + value ** k, 0) / DRAWS;
  // Bounds are five standard errors: √(var(zᵏ)/n) with var 1, 2, 15, 96.
  assert.ok(Math.abs(moment(1)) < 5 * Math.sqrt(1 / DRAWS));
  assert.ok(Math.abs(moment(2) - 1) < 5 * Math.sqrt(2 / DRAWS));
  assert.ok(Math.abs(moment(3)) < 5 * Math.sqrt(15 / DRAWS));
  assert.ok(Math.abs(moment(4) - 3) < 5 * Math.sqrt(96 / DRAWS));
});

Deno.test("randomStream() is uncorrelated with itself later, with its neighbour streams and with the next seed", () => {
  const base = randomStream(3, 20).normal;
  const others: [string, (i: number) => number][] = [
    ["lag 1", (i) => base(i + 1)],
    ["lag 2", (i) => base(i + 2)],
    ["next stream", randomStream(3, 21).normal],
    ["fifth next stream", randomStream(3, 25).normal],
    ["next seed", randomStream(4, 20).normal],
    ["stream and seed exchanged", randomStream(20, 3).normal],
  ];
  for (const [name, other] of others) {
    let sum = 0;
    for (let i = 0; i < DRAWS; i++) sum += base(i) * other(i);
    assert.ok(Math.abs(sum / DRAWS) < 5 / Math.sqrt(DRAWS), `${name}: correlation ${sum / DRAWS}`);
  }
});
