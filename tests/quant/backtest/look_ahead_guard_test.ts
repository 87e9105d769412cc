import assert from "node:assert/strict";
import { type GuardedTable, lookAheadGuard } from "../../../quant/backtest/look_ahead_guard.ts";
import { referenceStrategy } from "../../../quant/backtest/reference_strategy.ts";
import { strategyByName, strategyNames } from "../../../quant/backtest/strategy_by_name.ts";
import { walkForward } from "../../../quant/backtest/walk_forward.ts";
import { generatedPair } from "./generated_pair.ts";

function pairTable(seed: number, count: number): GuardedTable {
  const { sessions, leg1, leg2 } = generatedPair(seed, count);
  return {
    sessions,
    columns: {
      open1: leg1.open,
      close1: leg1.close,
      split1: leg1.split,
      dividend1: leg1.dividend,
      open2: leg2.open,
      close2: leg2.close,
      split2: leg2.split,
      dividend2: leg2.dividend,
    },
  };
}

const column = (table: GuardedTable, name: string) => Float64Array.from(table.columns[name] as ArrayLike<number>);

function honest(strategy: string, fillAt: "next_open" | "next_close") {
  return (table: GuardedTable): GuardedTable => {
    const leg = (n: 1 | 2) => ({
      open: column(table, `open${n}`),
      close: column(table, `close${n}`),
      split: column(table, `split${n}`),
      dividend: column(table, `dividend${n}`),
    });
    const { daily } = walkForward({
      sessions: table.sessions,
      leg1: leg(1),
      leg2: leg(2),
      strategy: strategyByName(strategy),
      formationSessions: 60,
      tradingSessions: 30,
      fillAt,
      costs: { commissionBps: 1, slippageBps: 2, borrowBpsPerYear: 50 },
    });
    return { sessions: table.sessions, columns: { ...daily } };
  };
}

Deno.test("lookAheadGuard() catches the reference strategy, in its scale, its signals and its budget", async () => {
  const reference = (table: GuardedTable): GuardedTable => {
    const { sessions } = table;
    const result = referenceStrategy({ sessions, price1: column(table, "close1"), price2: column(table, "close2") });
    const { spread, scaledSpread, signal, position, budget } = result;
    return { sessions, columns: { spread, scaledSpread, signal, position, budget } };
  };
  const { violations } = await lookAheadGuard(reference, pairTable(5, 250), {
    seed: 1,
    change: (value, _column, random) => value * Math.exp(random() - 0.5),
  });
  const caught = new Set(violations.map(({ column }) => column));
  assert.deepEqual(caught, new Set(["spread", "scaledSpread", "signal", "position", "budget"]));
  assert.ok(violations.every(({ session, cut, before, after }) => session <= cut && !Object.is(before, after)));
});

for (const name of strategyNames) {
  Deno.test(`lookAheadGuard() finds nothing in the walk-forward of ${name}, under 24 seeds`, async () => {
    let trades = 0;
    for (let seed = 1; seed <= 12; seed++) {
      for (const fillAt of ["next_open", "next_close"] as const) {
        const data = pairTable(seed, 180);
        const compute = honest(name, fillAt);
        const report = await lookAheadGuard(compute, data, { seed: 100 * seed, trials: 6 });
        assert.deepEqual(report.violations, []);
        const positions = compute(data).columns.position!;
        trades += Array.from(positions).filter((side, t) => side !== 0 && side !== positions[t - 1]).length;
      }
    }
    assert.ok(trades > 50, `${trades} positions entered: too few to test anything`);
  });
}

Deno.test("lookAheadGuard() catches a fill at the close that gives the signal", async () => {
  const { sessions } = pairTable(1, 50);
  const peek = (table: GuardedTable): GuardedTable => {
    const close = column(table, "close1");
    // Holds through session t what session t's own close decided.
    return { sessions, columns: { pnl: close.map((price, t) => (close[t + 1]! > price ? 1 : -1) * price) } };
  };
  const { violations } = await lookAheadGuard(peek, pairTable(1, 50), { seed: 4, trials: 40 });
  assert.ok(violations.length > 0);
  // A look ahead of one session shows at the cut itself and nowhere else.
  assert.ok(violations.every(({ session, cut }) => session === cut));
});

Deno.test("lookAheadGuard() compares long tables row by row and notices rows that come or go", async () => {
  const sessions = ["1", "1", "2", "2", "3", "3"];
  const data = { sessions, columns: { ticker: ["A", "B", "A", "B", "A", "B"], close: [1, 2, 3, 4, 5, 6] } };
  const lastMover = (table: GuardedTable): GuardedTable => {
    const total = Array.from(table.columns.close as ArrayLike<number>).reduce((sum, value) => sum + value, 0);
    return total === 21 ? table : { sessions: sessions.slice(1), columns: { ticker: data.columns.ticker.slice(1) } };
  };
  const { violations } = await lookAheadGuard(lastMover, data, { seed: 1, cuts: ["1"], change: (value) => value + 1 });
  const found = violations.map(({ column, before, after }) => [column, before, after]);
  assert.deepEqual(found, [["(rows)", 2, 1], ["ticker", "A", "B"], ["close", 1, undefined]]);
  const passes = await lookAheadGuard((table) => Promise.resolve(table), data, { seed: 1, cuts: ["1", "2"] });
  assert.deepEqual([passes.violations, passes.comparedCells], [[], 2 * 2 + 4 * 2]);
});

Deno.test("lookAheadGuard() tells +0 from −0 and takes NaN for NaN", async () => {
  const data = { sessions: ["1", "2"], columns: { x: [1, 1] } };
  const zero = (table: GuardedTable): GuardedTable => {
    const later = (table.columns.x as number[])[1]!;
    return { sessions: ["1", "2"], columns: { zero: [later > 1 ? -0 : 0, 0], nan: [NaN, later] } };
  };
  const { violations } = await lookAheadGuard(zero, data, { seed: 1, cuts: ["1"], change: () => 2 });
  assert.deepEqual(violations.map(({ column }) => column), ["zero"]);
});

Deno.test("lookAheadGuard() tries the same cuts for the same seed", async () => {
  const data = pairTable(1, 80);
  const cuts = async (seed: number) => (await lookAheadGuard((table) => table, data, { seed })).cuts;
  assert.deepEqual(await cuts(7), await cuts(7));
  assert.notDeepEqual(await cuts(7), await cuts(8));
});

Deno.test("lookAheadGuard() refuses a test that tests nothing", async () => {
  const identity = (table: GuardedTable) => table;
  const one = { sessions: ["1"], columns: { x: [1] } };
  await assert.rejects(lookAheadGuard(identity, one, { seed: 1 }), /has 1 sessions/);
  const two = { sessions: ["1", "2"], columns: { x: [1, 2] } };
  await assert.rejects(lookAheadGuard(identity, two, { seed: 1, cuts: ["2"] }), /leaves nothing to change/);
  await assert.rejects(lookAheadGuard(identity, two, { seed: 1, trials: 0 }), /trials/);
  await assert.rejects(
    lookAheadGuard(identity, { sessions: ["1", "2"], columns: { x: [1] } }, { seed: 1 }),
    /column x has 1 values for 2 sessions/,
  );
  const late = () => ({ sessions: ["2"], columns: { x: [1] } });
  await assert.rejects(lookAheadGuard(late, two, { seed: 1 }), /nothing was tested/);
});
