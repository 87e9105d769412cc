import assert from "node:assert/strict";
import fc from "fast-check";
import { strategyByName, strategyNames } from "../../../quant/backtest/strategy_by_name.ts";
import { walkForward, type WalkForwardOptions, type WalkForwardResult } from "../../../quant/backtest/walk_forward.ts";
import { copied, type GeneratedPair, generatedPair, prefix } from "./generated_pair.ts";

const SESSIONS = 160;
const RUNS = { numRuns: 60 };

const setting = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  strategy: fc.constantFrom(...strategyNames),
  fillAt: fc.constantFrom("next_open" as const, "next_close" as const),
  sizing: fc.constantFrom("hedge_ratio" as const, "dollar_neutral" as const),
  tradingSessions: fc.integer({ min: 5, max: 60 }),
  gaps: fc.array(fc.integer({ min: 0, max: SESSIONS - 1 }), { maxLength: 20 }),
});
type Setting = typeof setting extends fc.Arbitrary<infer T> ? T : never;

const costs = fc.record({
  commissionBps: fc.double({ min: 0, max: 20, noNaN: true }),
  slippageBps: fc.double({ min: 0, max: 20, noNaN: true }),
  borrowBpsPerYear: fc.double({ min: 0, max: 500, noNaN: true }),
});

/** The setting's pair, with its missing closes and opens, and a few dividends. */
function pairOf({ seed, gaps }: Setting): GeneratedPair {
  const pair = generatedPair(seed, SESSIONS);
  gaps.forEach((t, i) => {
    const leg = i % 2 ? pair.leg1 : pair.leg2;
    (i % 3 ? leg.close : leg.open)[t] = NaN;
    leg.dividend[(t + 7) % SESSIONS] = 0.3;
  });
  return pair;
}

function run(pair: GeneratedPair, setting: Setting, options: Partial<WalkForwardOptions> = {}): WalkForwardResult {
  const { strategy, fillAt, sizing, tradingSessions } = setting;
  return walkForward({
    ...pair,
    strategy: strategyByName(strategy),
    formationSessions: 60,
    tradingSessions,
    fillAt,
    sizing,
    ...options,
  });
}

function assertClose(actual: ArrayLike<number>, expected: ArrayLike<number>, what: string) {
  assert.equal(actual.length, expected.length);
  for (let t = 0; t < actual.length; t++) {
    const difference = Math.abs(actual[t]! - expected[t]!);
    const same = Object.is(actual[t], expected[t]) || difference <= 1e-9 * Math.max(1, Math.abs(expected[t]!));
    assert.ok(same, `${what} at ${t}: ${actual[t]}, expected ${expected[t]}`);
  }
}

Deno.test("walkForward() reconciles: equity is its start plus every session's pnl minus costs", () => {
  let trades = 0;
  fc.assert(
    fc.property(setting, costs, (setting, costs) => {
      const { daily, trades: list } = run(pairOf(setting), setting, { costs });
      const total = (column: Float64Array) => column.reduce((sum, value) => sum + value, 0);
      const spent = total(daily.commission) + total(daily.slippage) + total(daily.borrow);
      const equity = daily.equity.at(-1)!;
      assert.ok(Math.abs(equity - (100_000 + total(daily.pnl) - spent)) <= 1e-9 * equity);
      const compounded = daily.dailyReturn.reduce((product, value) => product * (1 + value), 100_000);
      assert.ok(Math.abs(equity - compounded) <= 1e-9 * equity);
      // Every gain and cost belongs to a trade.
      const earned = list.reduce((sum, { pnl, costs }) => sum + pnl - costs, 0);
      assert.ok(Math.abs(equity - 100_000 - earned) <= 1e-9 * equity);
      trades += list.length;
    }),
    RUNS,
  );
  assert.ok(trades > 100, `${trades} trades: too few to test anything`);
});

Deno.test("walkForward() plans of each leg what is held or ordered, and both legs make up the planned gross exposure", () => {
  let ordered = 0;
  fc.assert(
    fc.property(setting, (setting) => {
      const { daily } = run(pairOf(setting), setting);
      for (let t = 0; t < SESSIONS; t++) {
        const held = [Math.abs(daily.weight1[t]!), Math.abs(daily.weight2[t]!)] as const;
        const planned = [daily.plannedExposure1[t]!, daily.plannedExposure2[t]!] as const;
        assert.ok(planned[0] >= held[0] && planned[1] >= held[1]);
        assert.ok(planned[0] + planned[1] >= daily.plannedGross[t]! - 1e-9);
        if (daily.position[t] === 0 && daily.plannedGross[t]! > 0) {
          assert.ok(Math.abs(planned[0] + planned[1] - daily.plannedGross[t]!) < 1e-9, "an order alone");
          if (setting.sizing === "dollar_neutral") assert.ok(Math.abs(planned[0] - planned[1]) < 1e-9);
          ordered++;
        } else if (daily.target[t] === daily.position[t]) assert.deepEqual(planned, held, "what is held alone");
      }
    }),
    RUNS,
  );
  assert.ok(ordered > 100, `${ordered} orders: too few to test anything`);
});

Deno.test("walkForward() without costs is worth at least as much as with any", () => {
  fc.assert(
    fc.property(setting, costs, (setting, costs) => {
      const pair = pairOf(setting);
      const free = run(pair, setting).daily.equity;
      const paid = run(pair, setting, { costs }).daily.equity;
      for (let t = 0; t < SESSIONS; t++) assert.ok(free[t]! >= paid[t]! * (1 - 1e-12), `session ${t}`);
    }),
    RUNS,
  );
});

Deno.test("walkForward() returns the same when both legs' prices are scaled", () => {
  fc.assert(
    fc.property(setting, fc.double({ min: 0.01, max: 100, noNaN: true }), costs, (setting, scale, costs) => {
      const pair = pairOf(setting);
      const scaled = copied(pair);
      for (const leg of [scaled.leg1, scaled.leg2]) {
        for (const column of [leg.open, leg.close, leg.dividend]) {
          column.forEach((value, t) => column[t] = value * scale);
        }
      }
      const before = run(pair, setting, { costs }).daily;
      const after = run(scaled, setting, { costs }).daily;
      assert.deepEqual(after.position, before.position);
      assertClose(after.dailyReturn, before.dailyReturn, "return");
    }),
    RUNS,
  );
});

Deno.test("walkForward() is left alone by a split: prices divided, shares multiplied", () => {
  const splitAt = fc.integer({ min: 0, max: SESSIONS - 1 });
  fc.assert(
    fc.property(
      setting,
      splitAt,
      splitAt,
      fc.constantFrom(2, 4, 0.5, 3, 1.5),
      costs,
      (setting, at1, at2, ratio, costs) => {
        const pair = pairOf(setting);
        const split = copied(pair);
        for (const [leg, at] of [[split.leg1, at1], [split.leg2, at2]] as const) {
          leg.split[at] = ratio;
          for (const column of [leg.open, leg.close, leg.dividend]) {
            for (let t = at; t < SESSIONS; t++) column[t] = column[t]! / ratio;
          }
        }
        const before = run(pair, setting, { costs }).daily;
        const after = run(split, setting, { costs }).daily;
        assert.deepEqual(after.position, before.position);
        assertClose(after.equity, before.equity, "equity");
        assertClose(
          after.shares1,
          before.shares1.map((shares, t) => (t >= at1 ? shares * ratio : shares)),
          "shares of leg 1",
        );
        assertClose(
          after.shares2,
          before.shares2.map((shares, t) => (t >= at2 ? shares * ratio : shares)),
          "shares of leg 2",
        );
      },
    ),
    RUNS,
  );
});

Deno.test("walkForward() never changes a position by the session's own signal", () => {
  let changes = 0;
  fc.assert(
    fc.property(setting, (setting) => {
      const { daily, trades, windows } = run(pairOf(setting), setting);
      const ends = new Set(windows.filter(({ complete }) => complete).map(({ tradingEnd }) => tradingEnd - 1));
      for (let t = 1; t < SESSIONS; t++) {
        if (daily.position[t] === daily.position[t - 1]) continue;
        changes++;
        // What is held was wanted at the close before, or the calendar or a stopped leg ended it.
        const forced = ends.has(t) || daily.signal[t] === "stopped_trading";
        assert.ok(daily.position[t] === daily.target[t - 1] || (forced && daily.position[t] === 0), `session ${t}`);
      }
      for (const { signalSession, entrySession } of trades) assert.ok(signalSession < entrySession);
    }),
    RUNS,
  );
  assert.ok(changes > 100, `${changes} changes: too few to test anything`);
});

Deno.test("walkForward() on fewer sessions gives the same rows: later sessions add, and change nothing", () => {
  fc.assert(
    fc.property(setting, fc.integer({ min: 62, max: SESSIONS - 1 }), costs, (setting, count, costs) => {
      const pair = pairOf(setting);
      const whole = run(pair, setting, { costs }).daily;
      const part = run(prefix(pair, count), setting, { costs }).daily;
      for (const [name, column] of Object.entries(part)) {
        assert.deepEqual(column, whole[name as keyof typeof whole].slice(0, count), name);
      }
    }),
    RUNS,
  );
});

Deno.test("walkForward() trades nothing on a session without both bars", () => {
  fc.assert(
    fc.property(setting, (setting) => {
      const pair = pairOf(setting);
      const { daily } = run(pair, setting);
      for (let t = 0; t < SESSIONS; t++) {
        if (Number.isFinite(pair.leg1.close[t]! + pair.leg2.close[t]!)) continue;
        if (daily.signal[t] === "no_bar") assert.deepEqual([daily.turnover[t], daily.dailyReturn[t]], [0, 0]);
      }
    }),
    RUNS,
  );
});
