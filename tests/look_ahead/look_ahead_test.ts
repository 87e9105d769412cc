/**
 * No signal, forecast or backtest may use later data. Every asset with one is listed here: adding an asset to the group "backtests" or
 * "forecasts" adds a line to one of the two tables.
 *
 * @module
 */
import assert from "node:assert/strict";
import * as assets from "../../assets/mod.ts";
import type { AnyAsset } from "../../engine/mod.ts";
import { defaultStrategyNames, strategyNames } from "../../quant/mod.ts";
import { runChain } from "../support/asset_chain.ts";
import { groupedMarket } from "../support/grouped_market.ts";
import { lookAheadOf, type LookAheadOptions, rowsKnownBy } from "../support/look_ahead.ts";

/** Where a window lies is known when it begins, but where it ends only then. */
const { trading_last_session: _end, complete: _complete, ...atStart } = columnsOf(assets.walkForwardPairs);
const { trading_last_session: _end2, complete: _complete2, ...windowAtStart } = columnsOf(assets.walkForwardWindows);
/** What comes true is known only when it has. */
const { target_session: _target, actual: _actual, ...forecastAtOnce } = columnsOf(assets.spreadForecasts);
const entry =
  "strategy ticker_1 ticker_2 window side signal_session entry_price_1 entry_price_2 shares_1 shares_2 hedge_ratio";

/** A selection a month, each from half a year. */
const asOf: LookAheadOptions = {
  knownBy: "as_of",
  history: true,
  config: {
    pair_clusters: { every: "month", formationSessions: 120 },
    cointegrated_pairs: { formationSessions: 120, minCrossings: 5 },
  },
};

/** With the exits that are off by default as well, of one strategy. */
const everyExit: LookAheadOptions = {
  config: {
    formation_pairs: {
      formationSessions: 120,
      tradingSessions: 40,
      confirmationSessions: 15,
      candidates: ["all", "distance"],
    },
    walk_forward_daily: {
      strategies: ["z_score_bands"],
      defaultStrategy: "z_score_bands",
      comparedCostsBps: [],
      exits: { breakPValue: 0.05 },
    },
  },
};

/** The strategies that the default leaves out. */
const everyHedge: LookAheadOptions = {
  config: {
    formation_pairs: { formationSessions: 120, tradingSessions: 40 },
    walk_forward_daily: {
      strategies: strategyNames.filter((name) => !defaultStrategyNames.some((one) => one === name)),
      defaultStrategy: "distance_bands",
      comparedCostsBps: [],
    },
  },
};

/** Windows short enough that the best record decides what the headline trades in the last ones. */
const followed: LookAheadOptions = {
  where: (row) => row.strategy === "best_record",
  config: {
    formation_pairs: { formationSessions: 100, tradingSessions: 20 },
    walk_forward_daily: { strategies: ["rolling_trend", "z_score_bands", "ou_thresholds"], comparedCostsBps: [] },
  },
};

/** Residuals on principal components, of few tickers. */
const factorResiduals: LookAheadOptions = {
  where: (row) => row.strategy === "factor_residuals",
  config: {
    formation_pairs: { formationSessions: 120, tradingSessions: 40 },
    walk_forward_daily: {
      strategies: ["z_score_bands"],
      defaultStrategy: "z_score_bands",
      comparedCostsBps: [],
      factorResiduals: { factors: 2, scoreSessions: 20, positionShare: 0.1, maxHalfLifeSessions: 30 },
    },
  },
};

/** Costs by the spread that a formation estimates, and a fee of single tickers. */
const bySpread: LookAheadOptions = {
  config: {
    formation_pairs: { formationSessions: 120, tradingSessions: 40 },
    walk_forward_daily: {
      strategies: ["z_score_bands"],
      defaultStrategy: "z_score_bands",
      comparedCostsBps: [],
      costs: "spread",
      spreadFactor: 2,
      borrowBpsPerYearOf: { A1: 900 },
    },
  },
};

/** Bounds on liquidity that some of the tickers fail: A1, whose shares become cheap, and A2, which misses bars. */
const hardToTrade: LookAheadOptions = {
  knownBy: "formation_last_session",
  config: {
    formation_pairs: {
      formationSessions: 120,
      tradingSessions: 40,
      minDollarVolume: 500_000_000,
      maxShareWithoutTrade: 0.02,
    },
  },
};

/** Limits by ticker and sector that bind, of portfolios under every weighting. */
const withinLimits: LookAheadOptions = {
  where: (row) => row.looks_ahead === false,
  config: {
    formation_pairs: { formationSessions: 120, tradingSessions: 40 },
    walk_forward_daily: {
      strategies: ["z_score_bands"],
      defaultStrategy: "z_score_bands",
      comparedCostsBps: [],
      maxTickerShare: 0.08,
      maxSectorShare: 0.15,
      sectors: Object.fromEntries(["A0", "A1", "A2", "A3", "B0"].map((ticker) => [ticker, "Energy"])),
    },
  },
};

/** Forecasters that are fitted again inside a window, and strategies on such forecasts. */
const refits: LookAheadOptions = {
  config: {
    formation_pairs: { formationSessions: 120, tradingSessions: 40 },
    formation_spreads: { refitSessions: 7 },
    forecast_models: { models: ["mean_reversion", "rolling_trend", "boosted_trees"] },
    walk_forward_daily: {
      strategies: ["forecast_trend", "forecast_band"],
      defaultStrategy: "forecast_band",
      comparedCostsBps: [],
      parameters: {
        forecast_trend: { refitSessions: 7, drift: 1 },
        forecast_band: { refitSessions: 7, rollingTrend: 1 },
      },
    },
  },
};
const refitsFrom: LookAheadOptions = { ...refits, knownBy: "trading_first_session" };
const refitsAsOf: LookAheadOptions = { ...refits, knownBy: "as_of", columns: Object.keys(forecastAtOnce) };

/** What sets apart tests of the same asset. */
const told = new Map([
  [everyExit, " with every exit"],
  [everyHedge, " with other hedge ratios"],
  [followed, " following the best record"],
  [factorResiduals, " of factor residuals"],
  [bySpread, " at costs by spread"],
  [hardToTrade, " with bounds on liquidity"],
  [withinLimits, " within limits"],
  [refits, " with refits"],
  [refitsFrom, " with refits"],
  [refitsAsOf, " with refits"],
]);

const honest: [AnyAsset, LookAheadOptions][] = [
  [assets.sessions, {}],
  [assets.pairClusters, asOf],
  [assets.tickerMap, asOf],
  [assets.cointegratedPairs, asOf],
  [assets.chosenPairs, asOf],
  [assets.formationPairs, { knownBy: "formation_last_session" }],
  [assets.formationPairs, hardToTrade],
  [assets.formations, { knownBy: "formation_last_session" }],
  [assets.walkForwardPairs, { knownBy: "trading_first_session", columns: Object.keys(atStart) }],
  [assets.walkForwardWindows, { knownBy: "trading_first_session", columns: Object.keys(windowAtStart) }],
  [assets.walkForwardDaily, {}],
  [assets.walkForwardDaily, everyExit],
  [assets.walkForwardDaily, everyHedge],
  [assets.walkForwardDaily, bySpread],
  [assets.walkForwardTrades, { knownBy: "exit_session" }],
  [assets.walkForwardTrades, { knownBy: "entry_session", columns: entry.split(" ") }],
  // Under every weighting: the shares of a window are those of its formation.
  [assets.portfolioDaily, { where: (row) => row.looks_ahead === false }],
  [assets.portfolioDaily, withinLimits],
  [assets.walkForwardDaily, refits],
  [assets.portfolioDaily, followed],
  [assets.portfolioDaily, factorResiduals],
  [assets.formationSpreads, { knownBy: "trading_first_session" }],
  [assets.formationSpreads, refitsFrom],
  // Whether a session lies in the window is known in it: `walk_forward_windows` has no window before its first session.
  [assets.tradingSpreads, {}],
  [assets.forecastModels, { knownBy: "trading_first_session" }],
  [assets.forecastModels, refitsFrom],
  [assets.spreadForecasts, { knownBy: "as_of", columns: Object.keys(forecastAtOnce) }],
  [assets.spreadForecasts, refitsAsOf],
  [assets.spreadForecasts, { knownBy: "target_session" }],
];

/** Assets that look ahead and say so, with columns that give them away. */
const reference: [AnyAsset, string[], LookAheadOptions][] = [
  [assets.pairSignals, ["spread", "scaled_spread"], {}],
  [assets.pairTrades, ["budget"], {}],
  [assets.portfolioDaily, ["equity", "daily_return"], { where: (row) => row.looks_ahead === true, trials: 8 }],
];

/** Assets without a session of their own: figures of the whole, made from what is guarded above. */
const wholes: AnyAsset[] = [
  assets.pairMetrics,
  assets.pairOutcomes,
  assets.portfolioRecords,
  assets.portfolioWindows,
  assets.trialSettings,
  assets.trialsByHand,
  assets.backtestTrials,
  assets.strategyComparison,
  assets.forecastScores,
  assets.forecastTallies,
  assets.trendAccuracy,
  assets.trendTallies,
];

function columnsOf(asset: AnyAsset): Record<string, true> {
  return Object.fromEntries(asset.schema.columns.map(({ name }) => [name, true]));
}

Deno.test("every signal, forecast and backtest is guarded against look-ahead", () => {
  const guarded = new Set([...honest, ...reference].map(([asset]) => asset).concat(wholes));
  const all: AnyAsset[] = Object.values(assets);
  const groups = ["backtests", "forecasts"];
  const missing = all.filter((asset) => groups.includes(asset.group) && !guarded.has(asset)).map(({ key }) => key);
  assert.deepEqual(missing, []);
});

Deno.test("the guarded market gives every asset something to do", async () => {
  const config = { formation_pairs: { formationSessions: 120, tradingSessions: 40 } };
  const tables = await runChain(assets.portfolioDaily, { bars: groupedMarket(260), config });
  const trades = tables.rows(assets.walkForwardTrades);
  assert.deepEqual(new Set(tables.rows(assets.walkForwardWindows).map((row) => row.complete)), new Set([true, false]));
  assert.equal(new Set(trades.map((row) => row.strategy)).size, 6);
  assert.ok(trades.length > 60, `${trades.length} trades`);
  assert.ok(new Set(trades.map((row) => row.window)).size >= 3);
  const traded = new Set(tables.rows(assets.walkForwardPairs).flatMap((row) => [row.ticker_1, row.ticker_2]));
  for (const special of ["A1", "B1"]) assert.ok(traded.has(special), `${special} is in a pair`);
});

Deno.test("the headline of the guarded market follows more than one strategy", async () => {
  const chain = await runChain(assets.portfolioDaily, { bars: groupedMarket(260), config: followed.config });
  const rows = chain.rows(assets.portfolioDaily).filter((row) => row.weighting === "equal" && row.costs === "fixed");
  const returnOf = (strategy: string) =>
    new Map(rows.filter((row) => row.strategy === strategy).map((row) => [row.session, row.daily_return]));
  const [headline, first] = [returnOf("best_record"), returnOf("rolling_trend")];
  const others = [...headline].filter(([session, value]) => value !== first.get(session));
  assert.ok(others.length > 10 && others.length < headline.size / 2, `${others.length} of ${headline.size} sessions`);
});

Deno.test("limits lower weights of the guarded market's portfolios, and every weighting has its own", async () => {
  const rowsOf = async (more: Record<string, unknown>) => {
    const config = {
      ...withinLimits.config,
      walk_forward_daily: { ...withinLimits.config!.walk_forward_daily, ...more },
    };
    return (await runChain(assets.portfolioDaily, { bars: groupedMarket(260), config })).rows(assets.portfolioDaily)
      .filter((row) => row.strategy === "z_score_bands" && row.costs === "fixed");
  };
  const none = { maxTickerShare: null, maxSectorShare: null };
  const [limited, free] = [await rowsOf({}), await rowsOf(none)];
  const byTicker = await rowsOf({ ...none, maxTickerShare: 0.08 });
  const lower = (rows: typeof free, than: typeof free) =>
    rows.filter((row, i) => row.gross_exposure < than[i]!.gross_exposure).length;
  assert.ok(lower(byTicker, free) > 10 && lower(limited, byTicker) > 10);
  const returns = Map.groupBy(free, ({ weighting }) => weighting);
  assert.equal(returns.size, 3);
  assert.equal(new Set([...returns.values()].map((rows) => rows.at(-1)!.equity)).size, 3);
});

Deno.test("bounds on liquidity refuse some of the guarded market's tickers, and leave others", async () => {
  const formationsOf = async ({ config }: LookAheadOptions) => {
    const rows = (await runChain(assets.formationPairs, { bars: groupedMarket(260), config })).rows(
      assets.formationPairs,
    );
    const tickers = rows.flatMap((row) => [row.ticker_1, row.ticker_2]);
    return (ticker: string) => tickers.filter((one) => one === ticker).length;
  };
  const [all, some] = [await formationsOf(bySpread), await formationsOf(hardToTrade)];
  assert.ok(all("A2") > 0 && some("A2") === 0, "it misses bars");
  assert.ok(some("A1") > 0 && some("A1") < all("A1"), "its shares become cheap");
  assert.ok(some("B0") > 0);
});

for (const [asset, options] of honest) {
  const known = options.knownBy ?? "session";
  const how = told.get(options) ?? "";
  Deno.test(`${asset.key}${how} does not look ahead: what is known by its ${known} stays to the last bit`, async () => {
    const { violations, comparedCells } = await lookAheadOf(asset, options);
    assert.deepEqual(violations, []);
    assert.ok(comparedCells > 30, `${comparedCells} cells compared`);
  });

  Deno.test(`${asset.key}${how} says by its ${known} what it would have said at the time`, async () => {
    // In the middle of a window, at its last session and in its first.
    for (const cut of [160 + 17, 159, 160].map((t) => groupedMarket(260)[t]!.session)) {
      const { afterwards, atTheTime } = await rowsKnownBy(cut, asset, options);
      assert.deepEqual(atTheTime, afterwards);
    }
  });
}

for (const [asset, columns, options] of reference) {
  const which = options.where ? " where it says so" : "";
  Deno.test(`${asset.key} looks ahead${which}, and the guard catches it`, async () => {
    const { violations } = await lookAheadOf(asset, options);
    const caught = new Set(violations.map(({ column }) => column));
    for (const column of columns) assert.ok(caught.has(column), `${column} is not among ${[...caught].join(", ")}`);
    assert.ok(violations.every(({ session, cut }) => session <= cut));
  });
}
