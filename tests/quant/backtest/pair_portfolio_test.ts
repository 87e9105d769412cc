import assert from "node:assert/strict";
import fc from "fast-check";
import { lookAheadGuard } from "../../../quant/backtest/look_ahead_guard.ts";
import { pairPortfolio, type PortfolioPair } from "../../../quant/backtest/pair_portfolio.ts";
import { walkForward } from "../../../quant/backtest/walk_forward.ts";
import { zScoreBands } from "../../../quant/backtest/z_score_bands.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { generatedPair, normals } from "./generated_pair.ts";

/** A pair that always holds `gross`, in its window throughout unless told. */
function pair(name: string, returns: number[], { gross = 2, allocated = returns.map(() => 1) } = {}): PortfolioPair {
  const constant = new Float64Array(returns.length).fill(gross);
  return {
    name,
    daily: {
      allocated: Uint8Array.from(allocated),
      dailyReturn: Float64Array.from(returns),
      plannedGross: constant,
      grossExposure: constant,
      longExposure: constant.map((value) => value / 2),
      turnover: new Float64Array(returns.length),
    },
  };
}

const noise = (seed: number, scale: number, count = 200) => {
  const normal = normals(pseudoRandom(seed));
  return Array.from({ length: count }, () => scale * normal());
};

Deno.test("pairPortfolio() shares equity equally among the pairs in a trading window", () => {
  const { weights, dailyReturn, equity, allocatedPairs } = pairPortfolio([
    pair("A", [0.01, 0.02, 0.04], { allocated: [1, 1, 1] }),
    pair("B", [0, 0.04, 0], { allocated: [0, 1, 1] }),
  ]);
  assert.deepEqual(weights.map((column) => [...column]), [[1, 0.5, 0.5], [0, 0.5, 0.5]]);
  assert.deepEqual([...dailyReturn], [0.01, 0.03, 0.02]);
  assert.ok(Math.abs(equity[2]! - 1.01 * 1.03 * 1.02) < 1e-15);
  assert.deepEqual([...allocatedPairs], [1, 2, 2]);
});

Deno.test("pairPortfolio() of columns that begin later or end earlier equals that of columns filled up with zeros", () => {
  const filled = (before: number, returns: number[], after: number): PortfolioPair => {
    const zeros = [before, after].map((count) => new Array<number>(count).fill(0)) as [number[], number[]];
    const all = (values: number[]) => Float64Array.from([...zeros[0], ...values, ...zeros[1]]);
    const gross = returns.map(() => 2);
    return {
      name: `${before}`,
      daily: {
        allocated: Uint8Array.from(all(returns.map(() => 1))),
        dailyReturn: all(returns),
        plannedGross: all(gross),
        grossExposure: all(gross.with(-1, 0)),
        longExposure: all(gross.with(-1, 0)),
        turnover: all(returns),
      },
    };
  };
  const own = [noise(1, 0.01, 90), noise(2, 0.02, 80), noise(3, 0.005, 100)];
  const places = [[0, 10], [20, 0], [0, 0]] as const;
  const whole = places.map(([before, after], i) => ({ ...filled(before, own[i]!, after), name: `${i}` }));
  const cut = places.map(([before], i) => ({ ...filled(0, own[i]!, 0), name: `${i}`, first: before }));
  for (const weighting of ["equal", "volatility_scaled"] as const) {
    const options = { weighting, rebalanceCostBps: 5, sessions: 100 };
    const { weights, ...expected } = pairPortfolio(whole, options);
    const { weights: cutWeights, ...actual } = pairPortfolio(cut, options);
    assert.deepEqual(actual, expected);
    assert.deepEqual(cutWeights, weights.map((column, i) => column.slice(places[i]![0], 100 - places[i]![1])));
  }
});

Deno.test("pairPortfolio() shrinks all weights to its gross exposure limit", () => {
  const { weights, grossExposure } = pairPortfolio([pair("A", [0, 0, 0]), pair("B", [0, 0, 0], { gross: 4 })], {
    maxGrossExposure: 1.5,
  });
  // Nothing was known to be held before the first session; then ½ · 2 + ½ · 4 = 3 is halved.
  assert.deepEqual(weights.map((column) => [...column]), [[0.5, 0.25, 0.25], [0.5, 0.25, 0.25]]);
  assert.deepEqual([...grossExposure], [3, 1.5, 1.5]);
});

Deno.test("pairPortfolio() limits by what was held or ordered at the close before, not by the session's own close", () => {
  const growing = pair("A", [0, 0, 0, 0]);
  growing.daily.plannedGross = Float64Array.of(2, 4, 1, 1);
  const { weights } = pairPortfolio([growing], { maxGrossExposure: 1 });
  assert.deepEqual([...weights[0]!], [1, 0.5, 0.25, 1]);
});

Deno.test("pairPortfolio() weighs by past volatility alone, the calmer pair more", () => {
  const [calm, wild] = [noise(1, 0.001), noise(2, 0.004)];
  const run = (wild: number[]) =>
    pairPortfolio([pair("calm", calm), pair("wild", wild)], { weighting: "volatility_scaled" }).weights;
  const weights = run(wild);
  assert.deepEqual([weights[0]![20], weights[1]![20]], [0.5, 0.5]);
  const [heavy, light] = [weights[0]![199]!, weights[1]![199]!];
  assert.ok(Math.abs(heavy + light - 1) < 1e-12);
  assert.ok(heavy / light > 2.5 && heavy / light < 6, `ratio ${heavy / light}`);
  // Session 150's own return changes the weights of session 151 and none before.
  const shocked = run(wild.with(150, 0.2));
  assert.deepEqual(shocked[1]!.slice(0, 151), weights[1]!.slice(0, 151));
  assert.ok(shocked[1]![151]! < weights[1]![151]!);
});

Deno.test("pairPortfolio() limits the tilt and takes the median for a pair without history", () => {
  const { weights } = pairPortfolio([
    pair("calm", noise(1, 1e-6)),
    pair("wild", noise(2, 0.01)),
    pair("flat", noise(3, 0), { gross: 2 }),
  ], { weighting: "volatility_scaled", maxTilt: 2 });
  // Both known ones lie far from their median: 2 and about ½ against the 1 of the unknown one.
  const ratio = weights[0]![199]! / weights[2]![199]!;
  assert.ok(Math.abs(ratio - 2) < 1e-12);
  assert.ok(Math.abs(weights[1]![199]! / weights[2]![199]! - 0.5) < 0.01);
});

Deno.test("pairPortfolio() charges the notional that moves between pairs", () => {
  const pairs = [pair("A", [0, 0, 0]), pair("B", [0, 0, 0], { allocated: [0, 0, 1] })];
  const { dailyReturn, turnover } = pairPortfolio(pairs, { rebalanceCostBps: 10 });
  // From all in A to half in each: ½ · 2 leaves A, ½ · 2 goes to B.
  assert.deepEqual([...turnover], [0, 0, 2]);
  assert.ok(Math.abs(dailyReturn[2]! + 2 * 0.001) < 1e-15);
});

Deno.test("pairPortfolio() returns lie between those of its pairs", () => {
  const returns = fc.array(fc.double({ min: -0.1, max: 0.1, noNaN: true }), { minLength: 40, maxLength: 40 });
  const weighting = fc.constantFrom("equal" as const, "volatility_scaled" as const);
  fc.assert(fc.property(returns, returns, returns, weighting, (a, b, c, weighting) => {
    const { dailyReturn, weights } = pairPortfolio([pair("A", a), pair("B", b), pair("C", c)], { weighting });
    for (let t = 0; t < 40; t++) {
      const each = [a[t]!, b[t]!, c[t]!];
      assert.ok(dailyReturn[t]! <= Math.max(...each) + 1e-12 && dailyReturn[t]! >= Math.min(...each) - 1e-12);
      assert.ok(Math.abs(weights[0]![t]! + weights[1]![t]! + weights[2]![t]! - 1) < 1e-12);
    }
  }));
});

Deno.test("pairPortfolio() of walk-forwards looks at no later session", async () => {
  const pairs = [1, 2, 3].map((seed) => generatedPair(seed, 200));
  const columns = Object.fromEntries(pairs.flatMap(({ leg1, leg2 }, i) => [
    [`x${i}`, leg1.close],
    [`y${i}`, leg2.close],
  ]));
  for (let seed = 1; seed <= 8; seed++) {
    const { violations } = await lookAheadGuard(
      ({ sessions, columns }) => {
        const results = pairs.map((_, i) => ({
          name: `${i}`,
          daily: walkForward({
            sessions,
            leg1: { close: columns[`x${i}`] as Float64Array },
            leg2: { close: columns[`y${i}`] as Float64Array },
            strategy: zScoreBands(),
            formationSessions: 60,
            tradingSessions: 40,
            fillAt: "next_close",
          }).daily,
        }));
        const { dailyReturn, equity, weights, turnover } = pairPortfolio(results, { weighting: "volatility_scaled" });
        return {
          sessions,
          columns: { dailyReturn, equity, turnover, w0: weights[0]!, w1: weights[1]!, w2: weights[2]! },
        };
      },
      { sessions: pairs[0]!.sessions, columns },
      { seed, trials: 5 },
    );
    assert.deepEqual(violations, []);
  }
});

Deno.test("pairPortfolio() of nothing is empty, and refuses what does not belong together", () => {
  assert.equal(pairPortfolio([]).dailyReturn.length, 0);
  const ragged = pair("A", [0, 0]);
  ragged.daily.turnover = new Float64Array(1);
  assert.throws(() => pairPortfolio([ragged]), /The turnover of A has 1 sessions, its dailyReturn 2/);
  assert.throws(
    () => pairPortfolio([{ ...pair("A", [0, 0]), first: 2 }], { sessions: 3 }),
    /reach session 4, .* has 3/,
  );
  assert.throws(() => pairPortfolio([{ ...pair("A", [0]), first: -1 }]), /first of A/);
  assert.throws(() => pairPortfolio([pair("A", [0]), pair("A", [0])]), /A is given twice/);
  for (
    const options of [
      { maxGrossExposure: 0 },
      { maxTilt: 0.5 },
      { rebalanceCostBps: -1 },
      { minVolatilitySessions: 1 },
      { volatilitySessions: 10 },
    ]
  ) assert.throws(() => pairPortfolio([], options), RangeError);
});

Deno.test("pairPortfolio() charges a pair its own cost of moving weight, session by session", () => {
  const own = { ...pair("A", [0, 0, 0]), rebalanceCostBps: Float64Array.of(1, 40, 7) };
  const other = pair("B", [0, 0, 0], { allocated: [0, 1, 1] });
  const { dailyReturn } = pairPortfolio([own, other], { rebalanceCostBps: 10, maxGrossExposure: 9 });
  // Half of the equity moves from A to B in the second session, at 2 of gross exposure: A at 40 basis points, B at 10.
  assert.deepEqual([dailyReturn[0], dailyReturn[2]], [0, 0]);
  assert.ok(Math.abs(dailyReturn[1]! + 0.5 * 2 * 0.004 + 0.5 * 2 * 0.001) < 1e-15);
  const short = { ...own, rebalanceCostBps: new Float64Array(2) };
  assert.throws(() => pairPortfolio([short]), /rebalanceCostBps of A has 2 sessions/);
});

Deno.test("pairPortfolio() earns cash on the equity that no long position was bought with at the close before", () => {
  const cashReturn = Float64Array.of(0.001, 0.002, 0.004);
  const flat = pairPortfolio([pair("A", [0, 0, 0], { gross: 0 })], { cashReturn });
  assert.deepEqual(flat.dailyReturn, cashReturn, "all of it, to the bit");
  assert.deepEqual(pairPortfolio([], { cashReturn, sessions: 3 }).dailyReturn, cashReturn);
  // Half of the equity in a pair of which 0.8 is long: 0.6 is idle. Nothing was held before the first session.
  const held = [pair("A", [0, 0, 0], { gross: 1.6 }), pair("B", [0, 0, 0], { gross: 0 })];
  const { dailyReturn } = pairPortfolio(held, { cashReturn });
  [0.001, 0.6 * 0.002, 0.6 * 0.004].forEach((value, t) => assert.ok(Math.abs(dailyReturn[t]! - value) < 1e-15));
  const borrowed = pairPortfolio([pair("A", [0, 0, 0], { gross: 4 })], { cashReturn, maxGrossExposure: 4 });
  assert.deepEqual([...borrowed.dailyReturn], [0.001, 0, 0], "no equity is idle, and none is charged for");
  assert.throws(() => pairPortfolio(held, { cashReturn: new Float64Array(2) }), /Cash has 2 returns for 3 sessions/);
});
