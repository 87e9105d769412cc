import assert from "node:assert/strict";
import { optimalEntryZ } from "../../../quant/backtest/ou_thresholds.ts";
import { walkForward } from "../../../quant/backtest/walk_forward.ts";
import { zScoreBands } from "../../../quant/backtest/z_score_bands.ts";

type Column = (number | null)[];
interface LegColumns {
  open: Column;
  close: Column;
  split: Column;
  dividend: Column;
}
interface Case {
  seed: number;
  initialEquity: number;
  entryZ: number;
  exitZ: number;
  stopZ: number;
  fillAt: "next_open" | "next_close";
  sizing: "hedge_ratio" | "dollar_neutral";
  grossExposure: number;
  costs: { commissionBps: number; slippageBps: number; borrowBpsPerYear: number };
  formationSessions: number;
  tradingSessions: number;
  sessions: string[];
  leg1: LegColumns;
  leg2: LegColumns;
  daily: Record<DailyColumn, number[]>;
}
type DailyColumn =
  | "position"
  | "target"
  | "shares1"
  | "shares2"
  | "equity"
  | "commission"
  | "slippage"
  | "borrow"
  | "pnl";

const fixture: { walkForward: Case[]; optimalEntryZ: { cost: number; entryZ: number }[] } = JSON.parse(
  Deno.readTextFileSync(new URL("../fixtures/backtest.json", import.meta.url)),
);

const columns = (leg: LegColumns) => {
  const typed = (column: Column) => Float64Array.from(column, (value) => value ?? NaN);
  return { open: typed(leg.open), close: typed(leg.close), split: typed(leg.split), dividend: typed(leg.dividend) };
};

function run(expected: Case) {
  return walkForward({
    ...expected,
    leg1: columns(expected.leg1),
    leg2: columns(expected.leg2),
    strategy: zScoreBands({ entryZ: expected.entryZ, exitZ: expected.exitZ, stopZ: expected.stopZ }),
  });
}

for (const expected of fixture.walkForward) {
  const { seed, fillAt, sizing } = expected;
  Deno.test(`walkForward() equals independent cash accounting to 1e-9: seed ${seed}, ${fillAt}, ${sizing}`, () => {
    const { daily, trades } = run(expected);
    assert.ok(trades.length >= 5, `${trades.length} trades: too few to test anything`);
    for (const [name, values] of Object.entries(expected.daily)) {
      const actual = daily[name as DailyColumn];
      assert.equal(actual.length, values.length);
      values.forEach((value, t) => {
        // Relative to the account: gains are differences of values of its size.
        const size = ["shares1", "shares2", "position", "target"].includes(name) ? 1 : expected.initialEquity;
        const difference = Math.abs(actual[t]! - value);
        const where = `${name} on ${expected.sessions[t]}: ${actual[t]}, expected ${value}`;
        assert.ok(difference <= 1e-9 * Math.max(size, Math.abs(value)), where);
      });
    }
  });
}

Deno.test("walkForward() was compared through every way to leave a position but ruin", () => {
  const exitReasons = fixture.walkForward.flatMap((expected) => run(expected).trades.map((trade) => trade.exitReason));
  assert.deepEqual(
    new Set(exitReasons),
    new Set(["signal", "stop", "reversal", "window_end", "stopped_trading", null]),
  );
});

Deno.test("optimalEntryZ() equals the numerical maximum over first-passage times", () => {
  for (const { cost, entryZ } of fixture.optimalEntryZ) {
    // A maximum is flat: its place is known to about the root of the precision of its height.
    assert.ok(Math.abs(optimalEntryZ(cost) - entryZ) < 1e-6, `${cost}: ${optimalEntryZ(cost)}, expected ${entryZ}`);
  }
  assert.equal(optimalEntryZ(0), 0);
  for (const cost of [19, 20.5, 25]) {
    // Far out the entry approaches cost + 1 / entry.
    const entry = optimalEntryZ(cost);
    assert.ok(Math.abs(entry - 1 / entry * (1 + 1 / entry ** 2 + 3 / entry ** 4) - cost) < 1e-6);
  }
  assert.throws(() => optimalEntryZ(-1), RangeError);
  assert.throws(() => optimalEntryZ(NaN), RangeError);
});
