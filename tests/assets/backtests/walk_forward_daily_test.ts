import assert from "node:assert/strict";
import { walkForwardDaily } from "../../../assets/backtests/walk_forward_daily.ts";
import { marketIndex } from "../../../assets/market/market_index.ts";
import { walkForwardPairs } from "../../../assets/pairs/walk_forward_pairs.ts";
import { walkForwardWindows } from "../../../assets/pairs/walk_forward_windows.ts";
import { TradingConfig } from "../../../assets/backtests/trading_config.ts";
import { PartitionSet, PartitionSpace } from "../../../engine/mod.ts";
import { downstreamPartitions } from "../../../engine/partitions/mapping.ts";
import { strategyByName, strategyNames, walkForward, withExits } from "../../../quant/mod.ts";
import { runChain } from "../../support/asset_chain.ts";
import { sessionRows, weekdays } from "../../support/bars.ts";
import { groupedMarket } from "../../support/grouped_market.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const sessions = weekdays(260);
const bars = groupedMarket(260);
const chain = await runChain(walkForwardPairs, {
  bars,
  config: { formation_pairs: { formationSessions: 120, tradingSessions: 40 } },
});
const chosen = { rows: chain.rows(walkForwardPairs) };
const inputs = {
  bars,
  sessions: sessionRows(bars),
  pairs: chosen.rows,
  windows: chain.rows(walkForwardWindows),
  index: chain.rows(marketIndex),
  groups: [],
};
const trade = (config: Record<string, unknown> = {}, more: Partial<typeof inputs> = {}, signal?: AbortSignal) =>
  runAsset(walkForwardDaily, { inputs: { ...inputs, ...more }, config, signal });

Deno.test("walk_forward_daily has a row for each strategy, pair and session of the windows that chose the pair", async () => {
  const { rows } = await trade({ strategies: [...strategyNames] });
  const key = (row: { ticker_1: string; ticker_2: string; session: string }) =>
    `${row.ticker_1} ${row.ticker_2} ${row.session}`;
  const expected = chosen.rows.flatMap((pair) =>
    sessions.filter((session) => session >= pair.trading_first_session && session <= pair.trading_last_session)
      .map((session) => key({ ...pair, session }))
  ).sort();
  for (const strategy of strategyNames) {
    const own = rows.filter((row) => row.strategy === strategy);
    assert.deepEqual(own.map(key).sort(), expected);
    assert.ok(new Set(own.map((row) => row.position)).size === 3, `${strategy} was long, short and flat`);
  }
  const numbers = new Map(chosen.rows.map((pair) => [`${pair.ticker_1} ${pair.trading_first_session}`, pair.window]));
  for (const row of rows) {
    const first = sessions[120 + 40 * (row.window - 1)]!;
    assert.equal(numbers.get(`${row.ticker_1} ${first}`), row.window);
    assert.ok(row.session >= first);
  }
});

Deno.test("walk_forward_daily states the deviations that the strategy judged, and the levels at which it acts", async () => {
  const { rows } = await trade({ parameters: { z_score_bands: { entryZ: 1.25 } } });
  const decided = rows.filter((row) => row.score !== null);
  assert.ok(decided.length > 0 && decided.length < rows.length);
  for (const row of decided) {
    assert.equal(typeof row.z_score, "number");
    if (["z_score_bands", "kalman_hedge", "ou_thresholds"].includes(row.strategy)) assert.equal(row.z_score, row.score);
    if (row.strategy === "z_score_bands") assert.deepEqual([row.entry_z, row.exit_z, row.stop_z], [1.25, 0.5, 4]);
    if (row.strategy === "rolling_trend") assert.deepEqual([row.entry_z, row.exit_z, row.stop_z], [1, null, 4]);
    if (row.strategy === "forecast_band") assert.deepEqual([row.entry_z, row.exit_z, row.stop_z], [null, null, 4]);
    if (row.signal.startsWith("enter") && row.entry_z !== null) {
      assert.ok(Math.abs(row.z_score!) > row.entry_z, `${row.strategy} entered at ${row.z_score}`);
    }
  }
  for (const row of rows.filter((row) => row.score === null)) {
    assert.deepEqual([row.z_score, row.entry_z, row.exit_z, row.stop_z], [null, null, null, null]);
  }
});

Deno.test("walk_forward_daily books what a walk-forward of the pair's own bars books", async () => {
  const config = { commissionBps: 1.5, slippageBps: 2, borrowBpsPerYear: 80 };
  const { rows } = await trade(config);
  const leg = (ticker: string) => {
    const own = new Map(bars.filter((bar) => bar.ticker === ticker).map((bar) => [bar.session, bar]));
    const column = (name: "open" | "close" | "split" | "dividend", none: number) =>
      Float64Array.from(sessions, (session) => own.get(session)?.[name] ?? none);
    return {
      open: column("open", NaN),
      close: column("close", NaN),
      split: column("split", 1),
      dividend: column("dividend", 0),
    };
  };
  // One that splits, one that pays dividends, none of them without opens.
  for (const [ticker_1, ticker_2] of [["A1", "A3"], ["B0", "B1"]]) {
    const windows = chosen.rows.filter((row) => row.ticker_1 === ticker_1 && row.ticker_2 === ticker_2).map((row) => ({
      formationStart: sessions.indexOf(row.formation_first_session),
      tradingStart: sessions.indexOf(row.trading_first_session),
      tradingEnd: sessions.indexOf(row.trading_last_session) + 1,
      complete: row.complete,
    }));
    assert.ok(windows.length > 0);
    const { daily } = walkForward({
      sessions,
      leg1: leg(ticker_1!),
      leg2: leg(ticker_2!),
      // The exits of the default, of a trading window of 40 sessions.
      strategy: withExits(strategyByName("z_score_bands"), {
        halfLifeBoundSessions: 20,
        timeStopHalfLives: 5,
        spreadStopZ: 4,
      }),
      windows,
      costs: config,
    });
    const own = rows.filter((row) =>
      row.strategy === "z_score_bands" && row.ticker_1 === ticker_1 && row.ticker_2 === ticker_2
    );
    for (const row of own) {
      const t = sessions.indexOf(row.session);
      assert.deepEqual(
        [row.target, row.position, row.pnl, row.commission, row.slippage, row.borrow, row.equity, row.weight_1],
        [
          daily.target,
          daily.position,
          daily.pnl,
          daily.commission,
          daily.slippage,
          daily.borrow,
          daily.equity,
          daily.weight1,
        ]
          .map((column) => column[t]),
      );
      assert.equal(row.fill_price_1, Number.isNaN(daily.fillPrice1[t]!) ? null : daily.fillPrice1[t]);
    }
    assert.ok(own.some((row) => row.borrow > 0) && own.some((row) => row.fill_price_1 !== null));
  }
});

Deno.test("walk_forward_daily charges each leg half of the spread that its formation estimates, where that is set", async () => {
  const spreads = new Map(chosen.rows.map((row) => [
    `${row.ticker_1} ${row.ticker_2} ${row.window}`,
    [row.spread_bps_1, row.spread_bps_2].map((bps) => Math.max(1, 0.5 * (bps ?? 0))),
  ]));
  assert.ok([...spreads.values()].some(([first, second]) => first! > 1 && second! > 1 && first !== second));
  const { outs } = await trade({ strategies: ["z_score_bands"], defaultStrategy: "z_score_bands", costs: "spread" });
  const { rows } = await trade({ strategies: ["z_score_bands"], defaultStrategy: "z_score_bands", costs: "spread" });
  let entries = 0;
  for (const trade of outs.trades!.rows as Record<string, number>[]) {
    const pairs = (row: Record<string, unknown>) => `${row.ticker_1} ${row.ticker_2} ${row.window}`;
    const own = rows.filter((row) => pairs(row) === pairs(trade));
    const entry = own.find((row) => row.session === String(trade.entry_session))!;
    // In the session of a reversal two positions are filled.
    if (own.some((row) => row.session < entry.session && row.position !== 0)) continue;
    const [first, second] = spreads.get(pairs(trade))!;
    const expected = (Math.abs(trade.shares_1!) * trade.entry_price_1! * first! +
      Math.abs(trade.shares_2!) * trade.entry_price_2! * second!) / 10_000;
    assert.ok(Math.abs(entry.slippage - expected) < 1e-9 * expected, `${entry.slippage}, expected ${expected}`);
    entries++;
  }
  assert.ok(entries > 3, `${entries} entries`);
});

Deno.test("walk_forward_daily fills at the next open, and at the close of both legs where one has no open", async () => {
  const { rows } = await trade();
  const bar = new Map(bars.map((bar) => [`${bar.ticker} ${bar.session}`, bar]));
  let atOpen = 0;
  let atClose = 0;
  for (const row of rows) {
    if (row.fill_price_1 === null || row.signal === "window_end" || row.signal === "stopped_trading") continue;
    const first = bar.get(`${row.ticker_1} ${row.session}`)!;
    const second = bar.get(`${row.ticker_2} ${row.session}`)!;
    const opens = first.open !== null && second.open !== null;
    if (opens) atOpen++;
    else atClose++;
    assert.deepEqual(
      [row.fill_price_1, row.fill_price_2],
      opens ? [first.open, second.open] : [first.close, second.close],
    );
  }
  assert.ok(atOpen > 50 && atClose > 10, `${atOpen} fills at the open, ${atClose} at the close`);
});

Deno.test("walk_forward_daily passes strategies, their parameters, sizing and fills on", async () => {
  const { rows } = await trade({ strategies: ["kalman_hedge"], defaultStrategy: "kalman_hedge" });
  assert.deepEqual(new Set(rows.map((row) => row.strategy)), new Set(["kalman_hedge"]));
  const wide = {
    strategies: ["z_score_bands"],
    defaultStrategy: "z_score_bands",
    parameters: { z_score_bands: { entryZ: 3 } },
  };
  const entries = async (config: Record<string, unknown>) => (await trade(config)).outs.trades!.rows.length;
  assert.ok(await entries(wide) < await entries({ ...wide, parameters: {} }));
  const neutral = (await trade({ sizing: "dollar_neutral", fillAt: "next_close", pairGrossExposure: 1 })).rows
    .find((row) => row.position !== 0 && row.fill_price_1 !== null)!;
  // Shares are set at the signal, so that the weights after the fill are near a half, not at it.
  assert.ok(Math.abs(neutral.gross_exposure - 1) < 0.1 && Math.abs(neutral.weight_1 + neutral.weight_2) < 0.1);
});

/** Settings without any exit beside the strategies' own, but for those given. */
const onlyExits = (exits: Record<string, unknown> = {}) => ({
  exits: { maxHalfLifeOfWindow: null, timeStopHalfLives: null, spreadStopZ: null, breakPValue: null, ...exits },
});

Deno.test("walk_forward_daily loads Prophet and trades on it where it has a weight", async () => {
  const parameters = { meanReversion: 0, prophet: 1 };
  const strategies = { strategies: ["forecast_band"], defaultStrategy: "forecast_band" };
  const { rows } = await trade({ ...strategies, comparedCostsBps: [], parameters: { forecast_band: parameters } });
  const [row] = chosen.rows as [typeof chosen.rows[number]];
  const own = rows.filter(({ ticker_1, ticker_2, session }) =>
    ticker_1 === row.ticker_1 && ticker_2 === row.ticker_2 &&
    session >= row.trading_first_session && session <= row.trading_last_session
  );
  const of = (ticker: string) => new Map(bars.filter((bar) => bar.ticker === ticker).map((bar) => [bar.session, bar]));
  const [first, second] = [of(row.ticker_1), of(row.ticker_2)];
  const legOf = (leg: typeof first, name: "close" | "split") =>
    Float64Array.from(sessions, (session) => leg.get(session)?.[name] ?? (name === "close" ? NaN : 1));
  const start = sessions.indexOf(row.trading_first_session);
  const window = {
    formationStart: sessions.indexOf(row.formation_first_session),
    tradingStart: start,
    tradingEnd: sessions.indexOf(row.trading_last_session) + 1,
    complete: row.complete,
  };
  const { daily } = walkForward({
    sessions,
    leg1: { close: legOf(first, "close"), split: legOf(first, "split") },
    leg2: { close: legOf(second, "close"), split: legOf(second, "split") },
    strategy: strategyByName("forecast_band", parameters),
    windows: [window],
    fillAt: "next_close",
  });
  assert.ok(own.length > 20 && own.some(({ target }) => target !== 0));
  assert.deepEqual(own.map(({ target }) => target), own.map((_, t) => daily.target[start + t]!));
});

Deno.test("walk_forward_daily gives every strategy the exits of its settings", async () => {
  const longest = async (config: Record<string, unknown>) => {
    const { outs } = await trade({ strategies: [...strategyNames], ...config });
    const trades = outs.trades!.rows as { strategy: string; sessions_held: number; exit_reason: string | null }[];
    return new Map(strategyNames.map((strategy) => {
      const own = trades.filter((row) => row.strategy === strategy);
      return [strategy, {
        held: Math.max(...own.map((row) => row.sessions_held)),
        stops: own.filter((row) => row.exit_reason === "stop").length,
      }];
    }));
  };
  const [without, withStop] = [await longest(onlyExits()), await longest(onlyExits({ timeStopHalfLives: 1.5 }))];
  for (const strategy of strategyNames) {
    assert.ok(withStop.get(strategy)!.held < without.get(strategy)!.held, `${strategy} holds no longer than the stop`);
    assert.ok(withStop.get(strategy)!.stops > without.get(strategy)!.stops, `${strategy} says that it stopped`);
  }
  for (const exits of [{ spreadStopZ: 1.2 }, { breakPValue: 0.001 }]) {
    const stops = await longest(onlyExits(exits));
    assert.ok([...stops.values()].every((one) => one.stops > 0), JSON.stringify([exits, [...stops]]));
  }
});

Deno.test("walk_forward_daily does not trade a pair whose half-life is too long for the trading window", async () => {
  const signals = async (config: Record<string, unknown>) =>
    new Set((await trade(config)).rows.map(({ signal }) => signal));
  assert.ok(!(await signals(onlyExits())).has("refused"));
  // A fortieth of the window is one session.
  const { rows } = await trade(onlyExits({ maxHalfLifeOfWindow: 1 / 40 }));
  const short = rows.filter((row) =>
    chosen.rows.some((pair) =>
      pair.ticker_1 === row.ticker_1 && pair.ticker_2 === row.ticker_2 && pair.window === row.window &&
      pair.half_life > 2
    )
  );
  assert.ok(short.length > 0 && short.every(({ position }) => position === 0));
});

Deno.test("walk_forward_daily bounds half-lives by the length that a window will have, not by what it has yet", () => {
  const { windows } = inputs;
  assert.deepEqual(windows.map((row) => row.trading_sessions), [40, 40, 40, 40]);
  assert.equal(windows.at(-1)!.complete, false);
});

Deno.test("walk_forward_daily is empty without windows, and refuses windows of other bars", async () => {
  const { rows, outs, checks } = await trade({}, { pairs: [], windows: [] });
  assert.deepEqual([rows, outs.trades!.rows, outs.portfolio!.rows], [[], [], []]);
  assert.equal(checks.not_empty!.passed, false);
  const pairs = chosen.rows.map((row) => ({ ...row, trading_first_session: "2023-05-06" }));
  await assert.rejects(trade({}, { pairs }), /2023-05-06.*Materialize walk_forward_pairs first/);
  const gone = bars.filter((bar) => bar.ticker !== "A1");
  await assert.rejects(trade({}, { bars: gone }), /no longer has A1.*Materialize walk_forward_pairs first/);
});

Deno.test("walk_forward_daily is made of the tickers' groups only where there is a limit by sector", () => {
  const listing = PartitionSet.all(new PartitionSpace(["A0", "A1"], [""]));
  const isRead = (config: Record<string, unknown>) => {
    const mapping = walkForwardDaily.recipe!.mappings.groups!(TradingConfig.parse(config));
    return !downstreamPartitions(mapping, listing, PartitionSpace.single).isEmpty;
  };
  assert.deepEqual([{}, { maxTickerShare: 0.2 }, { maxSectorShare: 0.3 }].map(isRead), [false, false, true]);
});

Deno.test("walk_forward_daily tells its progress and stops when it is cancelled", async () => {
  const { progress } = await trade();
  // Four strategies, the traditional bands and the reference at three cost levels.
  assert.deepEqual(progress.at(-1), [8, 8]);
  await assert.rejects(trade({}, {}, AbortSignal.abort(new Error("no longer wanted"))), /no longer wanted/);
});
