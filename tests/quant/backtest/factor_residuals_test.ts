import assert from "node:assert/strict";
import {
  factorResidualDefaults,
  factorResiduals as factorResidualsAt,
} from "../../../quant/backtest/factor_residuals.ts";
import type { FactorResidualCosts, FactorResidualMarket } from "../../../quant/backtest/factor_residuals.ts";
import fixture from "../fixtures/factor_residuals.json" with { type: "json" };

const tickers = fixture.legs.map((_, i) => `T${String(i).padStart(2, "0")}`);
const column = (values: readonly (number | null)[]) => Float64Array.from(values, (value) => value ?? NaN);
const market: FactorResidualMarket = {
  sessions: fixture.sessions,
  legs: new Map(fixture.legs.map(({ open, close, split, dividend }, i) => [tickers[i]!, {
    open: column(open),
    close: column(close),
    split: column(split),
    dividend: column(dividend),
  }])),
  windows: fixture.windows.map((window) => ({ ...window, tickers })),
};
const costsOf = () => fixture.costs;
/** The portfolio at one level of costs. */
const factorResiduals = (
  of: FactorResidualMarket,
  costs: FactorResidualCosts,
  settings?: Parameters<typeof factorResidualsAt>[2],
) => factorResidualsAt(of, [costs], settings)[0]!;
const free = () => ({ commissionBps: 0, slippageBps: 0, borrowBpsPerYear: 0 });

Deno.test("factorResiduals() makes of a market what numpy makes of it: splits, dividends, missing bars and costs included", () => {
  const portfolio = factorResiduals(market, costsOf, fixture.settings);
  for (const [name, expected] of Object.entries(fixture.daily)) {
    const actual = portfolio[name as keyof typeof portfolio];
    expected.forEach((value, t) => {
      assert.ok(Math.abs(actual[t]! - value) < 1e-11, `${name} at ${t}: ${actual[t]}, numpy ${value}`);
    });
  }
  assert.ok(portfolio.entered.reduce((sum, count) => sum + count, 0) > 20);
});

Deno.test("factorResiduals() holds nothing outside of windows, and nothing after a complete one", () => {
  const { grossExposure, positions } = factorResiduals(market, costsOf, fixture.settings);
  for (let t = 0; t < 100; t++) assert.deepEqual([grossExposure[t], positions[t]], [0, 0]);
  for (const { tradingEnd, complete } of fixture.windows) {
    assert.equal(grossExposure[tradingEnd - 1] === 0, complete);
  }
});

Deno.test("factorResiduals() has the same past returns when later sessions change", () => {
  const whole = factorResiduals(market, costsOf, fixture.settings);
  for (const cut of [115, 140, 171]) {
    const legs = new Map([...market.legs].map(([ticker, leg]) => {
      const later = (values: Float64Array, factor: number) => values.map((v, t) => t < cut ? v : v * factor);
      const factor = 1 + (Number(ticker.slice(1)) - 5) / 20;
      return [ticker, { ...leg, open: later(leg.open, factor), close: later(leg.close, factor) }];
    }));
    const changed = factorResiduals({ ...market, legs }, costsOf, fixture.settings);
    for (const name of ["dailyReturn", "grossExposure", "turnover"] as const) {
      assert.deepEqual(changed[name].subarray(0, cut), whole[name].subarray(0, cut), `${name} before ${cut}`);
    }
    assert.notDeepEqual(changed.dailyReturn, whole.dailyReturn);
  }
});

Deno.test("factorResiduals() earns the same in any unit of a ticker's price, and less at higher costs", () => {
  const legs = new Map([...market.legs].map(([ticker, leg], i) => {
    const scaled = (values: Float64Array) => values.map((value) => value * (1 + i));
    return [ticker, { ...leg, open: scaled(leg.open), close: scaled(leg.close), dividend: scaled(leg.dividend) }];
  }));
  const [one, other] = [market, { ...market, legs }].map((of) => factorResiduals(of, free, fixture.settings));
  one!.dailyReturn.forEach((value, t) => assert.ok(Math.abs(value - other!.dailyReturn[t]!) < 1e-11));
  const total = (costs: typeof costsOf) =>
    factorResiduals(market, costs, fixture.settings).dailyReturn.reduce((product, value) => product * (1 + value), 1);
  assert.ok(total(costsOf) < total(free));
});

Deno.test("factorResiduals() enters nothing that would exceed the gross exposure, or that reverts too slowly", () => {
  const largest = (settings: object) =>
    Math.max(...factorResiduals(market, free, { ...fixture.settings, ...settings }).grossExposure);
  assert.ok(largest({ maxGrossExposure: 0.4 }) < 0.5 && largest({}) > 0.6);
  assert.equal(largest({ maxHalfLifeSessions: 1e-6 }), 0);
});

Deno.test("factorResiduals() trades no universe without factors, and leaves out tickers that never move", () => {
  const few = { ...market, windows: market.windows.map((window) => ({ ...window, tickers: tickers.slice(0, 3) })) };
  assert.ok(factorResiduals(few, free, fixture.settings).grossExposure.every((gross) => gross === 0));
  const flat = {
    ...market.legs.get("T00")!,
    open: new Float64Array(190).fill(5),
    close: new Float64Array(190).fill(5),
  };
  const still = { ...market, legs: new Map([...market.legs, ["FLAT", flat]]) };
  const windows = market.windows.map((window) => ({ ...window, tickers: [...tickers, "FLAT"] }));
  assert.deepEqual(
    factorResiduals({ ...still, windows }, free, fixture.settings),
    factorResiduals(market, free, fixture.settings),
  );
});

Deno.test("factorResiduals() refuses windows that overlap or do not fit, and settings out of range", () => {
  const [first, second] = market.windows;
  assert.throws(() => factorResiduals({ ...market, windows: [second!, first!] }, free), /begins before the last one/);
  assert.throws(
    () => factorResiduals({ ...market, windows: [{ ...first!, tradingEnd: 999 }] }, free),
    /does not fit 190 sessions/,
  );
  for (
    const settings of [
      { factors: 0 },
      { scoreSessions: 24 },
      { exitLongScore: 1.25 },
      { exitShortScore: -1 },
      { positionShare: 0 },
      { maxHalfLifeSessions: NaN },
    ]
  ) assert.throws(() => factorResiduals(market, free, settings), RangeError, JSON.stringify(settings));
  assert.equal(factorResidualDefaults.factors, 15);
});

Deno.test("factorResiduals() trades each level of costs as it would alone", () => {
  const both = factorResidualsAt(market, [costsOf, free], fixture.settings);
  assert.deepEqual(both, [costsOf, free].map((costs) => factorResiduals(market, costs, fixture.settings)));
  assert.notDeepEqual(both[0], both[1]);
});
