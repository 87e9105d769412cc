import assert from "node:assert/strict";
import fc from "fast-check";
import type { ExposureLimit } from "../../../quant/backtest/exposure_limit.ts";
import { convergenceReturns, formationCovariance, riskShares } from "../../../quant/backtest/formation_risk.ts";
import { lookAheadGuard } from "../../../quant/backtest/look_ahead_guard.ts";
import {
  pairPortfolio,
  type PairPortfolioOptions,
  type PortfolioPair,
} from "../../../quant/backtest/pair_portfolio.ts";
import { weightings } from "../../../quant/backtest/pair_shares.ts";
import { rolledWindows } from "../../../quant/backtest/rolled_windows.ts";
import { walkForward } from "../../../quant/backtest/walk_forward.ts";
import { zScoreBands } from "../../../quant/backtest/z_score_bands.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { generatedPair, normals } from "./generated_pair.ts";

/** A pair that always holds `gross`, in its window throughout unless told. */
function pair(name: string, returns: number[], { gross = 2, allocated = returns.map(() => 1) } = {}): PortfolioPair {
  const constant = new Float64Array(returns.length).fill(gross);
  return {
    name,
    tickers: [`${name}1`, `${name}2`],
    riskShare: Float64Array.from(allocated, (one) => one * (1 + name.length / 10)),
    daily: {
      allocated: Uint8Array.from(allocated),
      dailyReturn: Float64Array.from(returns),
      plannedGross: constant,
      plannedExposure1: constant.map((value) => value / 2),
      plannedExposure2: constant.map((value) => value / 2),
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
  const filled = (before: number, returns: number[], after: number, i: number): PortfolioPair => {
    const zeros = [before, after].map((count) => new Array<number>(count).fill(0)) as [number[], number[]];
    const all = (values: number[]) => Float64Array.from([...zeros[0], ...values, ...zeros[1]]);
    const gross = returns.map(() => 2);
    return {
      name: `${i}`,
      tickers: ["T", `T${i}`],
      riskShare: all(returns.map(() => 1 + i)),
      daily: {
        allocated: Uint8Array.from(all(returns.map(() => 1))),
        dailyReturn: all(returns),
        plannedGross: all(gross),
        plannedExposure1: all(gross),
        plannedExposure2: all(gross.map(() => 1)),
        grossExposure: all(gross.with(-1, 0)),
        longExposure: all(gross.with(-1, 0)),
        turnover: all(returns),
      },
    };
  };
  const own = [noise(1, 0.01, 90), noise(2, 0.02, 80), noise(3, 0.005, 100)];
  const places = [[0, 10], [20, 0], [0, 0]] as const;
  const whole = places.map(([before, after], i) => filled(before, own[i]!, after, i));
  const cut = places.map(([before], i) => ({ ...filled(0, own[i]!, 0, i), first: before }));
  const limits = [{ limit: 0.6, groupOf: (ticker: string) => ticker }];
  for (const weighting of weightings) {
    const options = { weighting, limits, rebalanceCostBps: 5, sessions: 100 };
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
  const weighting = fc.constantFrom(...weightings);
  fc.assert(fc.property(returns, returns, returns, weighting, (a, b, c, weighting) => {
    const { dailyReturn, weights } = pairPortfolio([pair("A", a), pair("B", b), pair("C", c)], { weighting });
    for (let t = 0; t < 40; t++) {
      const each = [a[t]!, b[t]!, c[t]!];
      assert.ok(dailyReturn[t]! <= Math.max(...each) + 1e-12 && dailyReturn[t]! >= Math.min(...each) - 1e-12);
      assert.ok(Math.abs(weights[0]![t]! + weights[1]![t]! + weights[2]![t]! - 1) < 1e-12);
    }
  }));
});

Deno.test("pairPortfolio() divides by the given shares of risk among the pairs that are in a trading window", () => {
  const a = { ...pair("A", [0.01, 0.02, 0.04]), riskShare: Float64Array.of(0.2, 0.2, 0.6) };
  const b = { ...pair("B", [0, 0.04, 0], { allocated: [0, 1, 1] }), riskShare: Float64Array.of(NaN, 0.8, 0.2) };
  const { weights, dailyReturn } = pairPortfolio([a, b], { weighting: "equal_risk_contribution" });
  const near = (found: Float64Array, expected: number[]) =>
    expected.forEach((value, t) => assert.ok(Math.abs(found[t]! - value) < 1e-15, `${found} and ${expected}`));
  near(weights[0]!, [1, 0.2, 0.75]);
  near(weights[1]!, [0, 0.8, 0.25]);
  near(dailyReturn, [0.01, 0.2 * 0.02 + 0.8 * 0.04, 0.75 * 0.04]);
  assert.throws(
    () => pairPortfolio([a, { ...b, riskShare: undefined }], { weighting: "equal_risk_contribution" }),
    /share of B by risk is undefined in its session 1/,
  );
  assert.throws(
    () => pairPortfolio([{ ...a, riskShare: Float64Array.of(1, 0, 1) }], { weighting: "equal_risk_contribution" }),
    /share of A by risk is 0 in its session 1/,
  );
  assert.throws(() => pairPortfolio([{ ...a, riskShare: Float64Array.of(1) }]), /riskShare of A has 1 sessions/);
});

/** Three pairs of one leg each in common, so that their spreads are correlated; pair i is of tickers `x` and `y{i}`. */
function generatedPairs(count: number) {
  const pairs = [1, 2, 3].map((seed) => generatedPair(seed, count));
  const columns = Object.fromEntries(pairs.flatMap(({ leg1, leg2 }, i) => [
    [`x${i}`, leg1.close],
    [`y${i}`, leg2.close],
  ]));
  return { sessions: pairs[0]!.sessions, columns };
}

const windowSettings = { formationSessions: 60, tradingSessions: 40 };

/** The pairs traded window after window, with their shares by the risk of each formation. */
function traded({ sessions, columns }: { sessions: readonly string[]; columns: Readonly<Record<string, unknown>> }) {
  const close = (name: string) => columns[name] as Float64Array;
  const windows = rolledWindows(sessions.length, windowSettings);
  const formations = windows.map(({ formationStart, tradingStart }) =>
    [0, 1, 2].map((i) =>
      convergenceReturns(
        close(`x${i}`).subarray(formationStart, tradingStart),
        close(`y${i}`).subarray(formationStart, tradingStart),
        { slope: 1, intercept: 0 },
      )
    )
  );
  const pairs = [0, 1, 2].map((i): PortfolioPair => {
    const riskShare = new Float64Array(sessions.length);
    windows.forEach(({ tradingStart, tradingEnd }, w) =>
      riskShare.fill(riskShares(formations[w]!)[i]!, tradingStart, tradingEnd)
    );
    return {
      name: `${i}`,
      tickers: [`x${i % 2}`, `y${i}`],
      riskShare,
      daily: walkForward({
        sessions,
        leg1: { close: close(`x${i}`) },
        leg2: { close: close(`y${i}`) },
        strategy: zScoreBands(),
        ...windowSettings,
        fillAt: "next_close",
      }).daily,
    };
  });
  return { pairs, windows, formations };
}

Deno.test("pairPortfolio() by risk holds in each window what contributes equally to the variance of its formation", () => {
  const { pairs, windows, formations } = traded(generatedPairs(200));
  const { weights } = pairPortfolio(pairs, { weighting: "equal_risk_contribution", maxGrossExposure: 20 });
  assert.ok(windows.length >= 3);
  for (const [w, { tradingStart, tradingEnd }] of windows.entries()) {
    const covariance = formationCovariance(formations[w]!);
    for (let t = tradingStart; t < tradingEnd; t++) {
      const at = weights.map((column) => column[t]!);
      const parts = covariance.map((row, i) => at[i]! * row.reduce((sum, value, j) => sum + value * at[j]!, 0));
      const variance = parts.reduce((sum, value) => sum + value, 0);
      for (const part of parts) assert.ok(Math.abs(part / variance - 1 / 3) < 1e-6);
      assert.ok(Math.abs(at.reduce((sum, value) => sum + value, 0) - 1) < 1e-12);
    }
  }
  const distinct = new Set(weights[0]!.filter((value) => value > 0));
  assert.ok(distinct.size >= windows.length, "each window has weights of its own");
});

Deno.test("pairPortfolio() of walk-forwards looks at no later session, under any weighting and limit", async () => {
  const { sessions, columns } = generatedPairs(200);
  const limits = [{ limit: 0.5, groupOf: (ticker: string) => ticker }];
  for (const options of [...weightings.map((weighting) => ({ weighting })), { limits }] as PairPortfolioOptions[]) {
    for (let seed = 1; seed <= 4; seed++) {
      const { violations } = await lookAheadGuard(
        (data) => {
          const { dailyReturn, equity, weights, turnover, limited } = pairPortfolio(traded(data).pairs, options);
          return {
            sessions: data.sessions,
            columns: {
              dailyReturn,
              equity,
              turnover,
              w0: weights[0]!,
              w1: weights[1]!,
              w2: weights[2]!,
              ...limited[0] && { limited: limited[0] },
            },
          };
        },
        { sessions, columns },
        { seed, trials: 5 },
      );
      assert.deepEqual(violations, []);
    }
  }
});

Deno.test("pairPortfolio() keeps what is planned of each ticker and group within its limit, and leaves the rest in cash", () => {
  const { pairs } = traded(generatedPairs(200));
  const byTicker: ExposureLimit = { limit: 0.5, groupOf: (ticker) => ticker };
  const bySector: ExposureLimit = { limit: 0.8, groupOf: (ticker) => ticker === "y2" ? null : "Energy" };
  const free = pairPortfolio(pairs, { maxGrossExposure: 20 });
  const held = (weights: Float64Array[], { groupOf }: ExposureLimit, t: number) => {
    const sums = new Map<string, number>();
    pairs.forEach(({ tickers, daily }, i) =>
      [daily.plannedExposure1, daily.plannedExposure2].forEach((exposure, leg) => {
        const group = groupOf(tickers![leg]!);
        if (group !== null) sums.set(group, (sums.get(group) ?? 0) + weights[i]![t]! * exposure[t - 1]!);
      })
    );
    return Math.max(0, ...sums.values());
  };
  for (const limits of [[byTicker], [bySector], [byTicker, bySector]]) {
    const { weights, limited, grossExposure } = pairPortfolio(pairs, { maxGrossExposure: 20, limits });
    let bound = 0;
    for (let t = 1; t < 200; t++) {
      for (const limit of limits) assert.ok(held(weights, limit, t) <= limit.limit * (1 + 1e-12));
      const binds = limited.some((column) => column[t] === 1);
      assert.equal(binds, limits.some((limit) => held(free.weights, limit, t) > limit.limit), `session ${t}`);
      weights.forEach((column, i) => assert.ok(column[t]! <= free.weights[i]![t]!, "none is given more"));
      if (!binds) assert.equal(grossExposure[t], free.grossExposure[t]);
      bound += Number(binds);
    }
    assert.ok(bound > 5 && bound < 195, `bound in ${bound} sessions`);
  }
  assert.deepEqual(free.limited, []);
  const wide = pairPortfolio(pairs, { maxGrossExposure: 20, limits: [{ ...byTicker, limit: 40 }] });
  assert.deepEqual(wide.dailyReturn, free.dailyReturn);
  assert.equal(wide.limited[0]!.some((value) => value === 1), false);
});

Deno.test("pairPortfolio() limits a ticker by the legs of all pairs, long and short added, and earns cash on what it cuts", () => {
  const cashReturn = Float64Array.of(0, 0.001, 0.001);
  const one = { ...pair("A", [0, 0, 0]), tickers: ["KO", "PEP"] as const };
  const other = { ...pair("B", [0, 0, 0]), tickers: ["CCU", "KO"] as const };
  const limits = [{ limit: 0.4, groupOf: (ticker: string) => ticker }];
  const { weights, dailyReturn, limited } = pairPortfolio([one, other], { limits, cashReturn });
  // Each pair holds half a unit of KO: 1 is brought down to 0.4. PEP and CCU follow with their pairs.
  assert.deepEqual(weights.map((column) => [...column]), [[0.5, 0.2, 0.2], [0.5, 0.2, 0.2]]);
  assert.deepEqual([...limited[0]!], [0, 1, 1]);
  // Long 0.2 · 1 in each of two pairs: 0.6 lies idle, where nothing would without the limit.
  assert.ok(Math.abs(dailyReturn[2]! - 0.6 * 0.001) < 1e-15);
  assert.equal(pairPortfolio([one, other], { cashReturn }).dailyReturn[2], 0);
  assert.throws(() => pairPortfolio([{ ...one, tickers: undefined }], { limits }), /A has none: give its tickers/);
  assert.throws(() => pairPortfolio([one], { limits: [{ ...limits[0]!, limit: 0 }] }), /limit must be positive/);
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
      { weighting: "heavy" as "equal" },
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

Deno.test("pairPortfolio() carried on after all positions were closed gives the same sessions as from the first one", () => {
  const names = ["A", "BB", "CCC"];
  const [before, length] = [80, 140];
  const whole = names.map((name, i) => {
    const one = pair(name, noise(40 + i, 0.01 * (i + 1), length));
    for (
      const column of ["plannedGross", "plannedExposure1", "plannedExposure2", "grossExposure", "longExposure"] as const
    ) {
      // Flat at the end of the first window.
      one.daily[column] = one.daily[column].with(before - 1, 0);
    }
    return one;
  });
  const cashReturn = Float64Array.from(noise(50, 1e-4, length));
  const rest = whole.map((one) => ({
    ...one,
    daily: Object.fromEntries(
      Object.entries(one.daily).map(([column, values]) => [column, values.slice(before)]),
    ) as unknown as PortfolioPair["daily"],
    riskShare: one.riskShare!.slice(before),
    returnsBefore: one.daily.dailyReturn.slice(0, before).filter((_, t) => t > 0 && one.daily.plannedGross[t - 1]! > 0),
  }));
  for (const weighting of weightings) {
    const all = pairPortfolio(whole, { weighting, cashReturn, rebalanceCostBps: 2 });
    const carriedOn = pairPortfolio(rest, {
      weighting,
      cashReturn: cashReturn.slice(before),
      rebalanceCostBps: 2,
      equityBefore: all.equity[before - 1],
    });
    for (const column of ["dailyReturn", "equity", "grossExposure", "turnover", "allocatedPairs"] as const) {
      assert.deepEqual(carriedOn[column], all[column].slice(before), `${weighting} ${column}`);
    }
  }
});
