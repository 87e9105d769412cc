/**
 * The walk-forward of all strategies. The file is long because one function makes days, trades, portfolios and records in one pass over
 * the windows.
 *
 * @module
 */
import { z } from "zod";
import { type Columns, eager, earliest, keepAll, notEmpty, reads, table } from "../../engine/mod.ts";
import { dividendsOf } from "../market/dividends.ts";
import { marketIndex } from "../market/market_index.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";
import { completeSessions, sessionBefore, sessions } from "../market/sessions.ts";
import { groupsIf, tickerGroups } from "../market/ticker_groups.ts";
import { ReceivedBars } from "../market/traded_bars.ts";
import { walkForwardPairs } from "../pairs/walk_forward_pairs.ts";
import { walkForwardWindows } from "../pairs/walk_forward_windows.ts";
import { asset } from "../resources.ts";
import { nextTurn } from "../../resources/turns.ts";
import { benchmarkReturns, cashReturns } from "./benchmark.ts";
import { bestSoFar, type Followed, followedOutcomes, picksOf } from "./best_so_far.ts";
import { joinedColumns, rowsOfColumns } from "./column_parts.ts";
import { finishedOutcomes, finishedWindows, hashedWindows, noWindows } from "./finished_windows.ts";
import { exposureLimits, sectorsOf } from "./exposure_limits.ts";
import { factorResidualRule, tradeFactorResiduals } from "./factor_residual_rule.ts";
import { formationShares, pairName, shareOf } from "./formation_shares.ts";
import { limitMetadata } from "./limit_metadata.ts";
import { pairOutcomeRow } from "./pair_outcome_row.ts";
import { type PairOutcomeRow, pairOutcomes } from "./pair_outcomes.ts";
import { portfolioDaily } from "./portfolio_daily.ts";
import { portfolioRecords, recordsOf } from "./portfolio_records.ts";
import { type PortfolioPart, PortfolioRows, type RuleOutcome } from "./portfolio_rows.ts";
import { portfolioWindows } from "./portfolio_windows.ts";
import { referenceRule, traditionalRule } from "./signal_close_rule.ts";
import { outcomesIn, stretchesOf } from "./stretches.ts";
import { type TradedPair, tradedPairs, windowPlaces } from "./traded_pair.ts";
import { TradingConfig } from "./trading_config.ts";
import { costLevels, tradingBpsOf } from "./trading_costs.ts";
import { type PairOutcome, type StrategyOutcome, strategyRule, type TradingRule } from "./trading_rule.ts";
import { trialOf } from "./trial.ts";
import { trialSettings } from "./trial_settings.ts";
import { windowRowsOf } from "./window_rows.ts";
import { type WalkForwardTrade, walkForwardTrades } from "./walk_forward_trades.ts";

const usd = (what: string) => z.number().describe(`USD, ${what}`);

const WalkForwardDay = z.object({
  strategy: z.string().min(1).describe("Name of the strategy"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  session: z.iso.date(),
  window: z.int().min(1).describe("Number of the trading window"),
  signal: z.string().min(1).describe(
    "Signal at the close: enter_long, enter_short, exit, stop, hold, or the reason for none",
  ),
  score: z.number().nullable().describe("Value compared with the thresholds; null without a decision"),
  z_score: z.number().nullable().describe(
    "Deviations of the spread from its mean, as the strategy estimates both; null without a decision",
  ),
  entry_z: z.number().nullable().describe(
    "Beyond it, on either side, a position towards the mean may be entered; null where no level decides",
  ),
  exit_z: z.number().nullable().describe(
    "Within it a position is left; null where something else decides, such as a trend",
  ),
  stop_z: z.number().nullable().describe("At it a losing position is given up; null where there is no such level"),
  hedge_ratio: z.number().nullable().describe(
    "Shares of ticker 1 against one of ticker 2, in shares of the formation's end; null without a decision",
  ),
  target: z.int().min(-1).max(1).describe("Position to hold after the next fill, decided at this close"),
  position: z.int().min(-1).max(1).describe("Spreads held after the close: 1 is long ticker 2"),
  fill_price_1: z.number().positive().nullable().describe("USD as traded, of ticker 1; null without a fill"),
  fill_price_2: z.number().positive().nullable().describe("USD as traded, of ticker 2; null without a fill"),
  shares_1: z.number().describe("Shares of ticker 1 after the close, negative if short"),
  shares_2: z.number().describe("Shares of ticker 2 after the close, negative if short"),
  weight_1: z.number().describe("Value of ticker 1 / the pair's equity, after the close"),
  weight_2: z.number().describe("Value of ticker 2 / the pair's equity, after the close"),
  gross_exposure: z.number().describe("Sum of the absolute weights"),
  turnover: z.number().describe("Notional traded / the pair's equity at the close before"),
  pnl: usd("gains of both legs and dividends before costs"),
  dividends: usd("received less owed; contained in pnl"),
  commission: usd("of this session's fills"),
  slippage: usd("of this session's fills"),
  borrow: usd("the lending fee since the session before"),
  equity: usd("of the pair after costs, from 100,000 at its first window"),
  daily_return: z.number().describe("Of the pair's equity, after costs"),
});

type WalkForwardDay = z.output<typeof WalkForwardDay>;

/**
 * The default backtest of chosen pairs: every strategy trades the pairs of each window, day by day.
 *
 * Estimates use the formation only; decisions at a close fill in the next session; legs are sized by the hedge ratio; commission,
 * slippage, borrow fees, splits and dividends apply to both legs. The same function compares strategies at several cost levels
 * and builds portfolios, so that all comparisons use the same settings.
 *
 * Windows that are finished are not computed again while their bars, bounds and pairs are the same: a new session makes the rows of its
 * window, from the portfolios at the end of the window before (`portfolio_windows`). Pairs of that window are traded from their own first
 * window on. Exposure limits and factor residuals need every window.
 */
export const walkForwardDaily = asset({
  key: "walk_forward_daily",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "The walk-forward backtest, day by day: each window's pairs traded by every strategy, on what was known, after costs.",
  // Bars as received, because adjusted prices contain later splits. The checks of `daily_bars` still apply.
  deps: {
    bars: rawDailyBars,
    sessions,
    pairs: walkForwardPairs,
    windows: walkForwardWindows,
    index: marketIndex,
    groups: reads(tickerGroups, ({ maxSectorShare }: TradingConfig) => groupsIf(maxSectorShare !== null)),
  },
  automation: eager(),
  after: ["daily_bars"],
  outs: {
    trades: walkForwardTrades,
    portfolio: portfolioDaily,
    finished: portfolioWindows,
    records: portfolioRecords,
    outcomes: pairOutcomes,
    settings: trialSettings,
  },
  config: TradingConfig,
  row: WalkForwardDay,
  primaryKey: ["strategy", "ticker_1", "ticker_2", "session"],
  partitionedBy: { date: "session" },
  retention: keepAll,
  codeVersion: "7",
  carriedOn: true,
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, previous, config, resources, signal, progress }) {
    const received = await inputs.sessions.rows();
    const complete = new Set(completeSessions(received));
    const allChosen = await inputs.pairs.rows();
    const windowRows = await hashedWindows(await inputs.windows.rows(), allChosen);
    const finished = previous && mayCarryOn(config)
      ? await finishedWindows(previous.outs.finished!, {
        windows: windowRows,
        // Hashes tell whether bounds and pairs have changed.
        changedFrom: earliest(previous.changedFrom.bars, previous.changedFrom.sessions, previous.changedFrom.index),
      })
      : noWindows;
    const outcomesBefore = finished.count === 0
      ? []
      : await finishedOutcomes(previous!.outs.outcomes!, { windows: windowRows, finished, pairs: allChosen, complete });
    const settled = new Set(outcomesBefore.map(pairName));
    // Pairs to trade, in all of their windows: their equity and volatility go on from one to the next.
    const chosen = allChosen.filter((pair) => !settled.has(pairName(pair)));
    const current = windowRows[finished.count];
    const { benchmarkTicker } = config;
    const legs = new Set(chosen.flatMap(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]));
    if (benchmarkTicker !== null) legs.add(benchmarkTicker);
    // Factors need all tickers; pairs need only their own bars.
    let read = config.factorResiduals === null ? inputs.bars.where("ticker", [...legs]) : inputs.bars;
    if (finished.count > 0) read = read.where("session", { from: sessionBefore(received, [current!, ...chosen]) });
    const bars = (await ReceivedBars.read(read)).traded(complete, { every: true });
    const pairs = tradedPairs(bars, chosen);
    const windows = windowRows.map(windowPlaces(bars));
    const tradingSessions = windowRows[0]?.trading_sessions ?? Infinity;
    const rules = [
      ...config.strategies.map((name) => strategyRule(name, config, { tradingSessions })),
      traditionalRule,
      referenceRule,
    ];
    const levels = costLevels(config);
    const costsOf = pairs.map((pair) => levels.map((level) => level.of(pair)));

    const days: Columns<WalkForwardDay>[] = [];
    const trades: z.output<typeof WalkForwardTrade>[] = [];
    const portfolioParts: PortfolioPart[] = [];
    const outcomeRows: z.output<typeof PairOutcomeRow>[] = [...outcomesBefore];
    const cashReturn = cashReturns(bars.sessions, config.cashRatePerYear);
    const shares = formationShares(
      bars,
      chosen.filter(({ window }) => current !== undefined && window >= current.window),
    );
    const riskShareOf = pairs.map((pair) => shareOf(pair, shares));
    const moveBpsOf = pairs.map((pair, i) => costsOf[i]!.map((costs) => tradingBpsOf(pair, costs)));
    const inPortfolios = (outcomes: readonly (readonly PairOutcome[])[], level: number): RuleOutcome["pairs"] =>
      pairs.map((pair, i) => ({
        name: pairName(pair),
        tickers: [pair.ticker_1, pair.ticker_2],
        stretches: stretchesOf(pair).map(({ from, end }, k) => ({
          first: pair.first + from,
          outcome: outcomes[i]![k]!,
          moveBps: moveBpsOf[i]![level]!.subarray(from, end),
          riskShare: riskShareOf[i]!.subarray(from, end),
        })),
      }));
    const from = windows[finished.count]?.tradingStart ?? 0;
    const sectorOf = sectorsOf(config, config.maxSectorShare === null ? [] : await inputs.groups.rows());
    const limits = exposureLimits(config, sectorOf);
    const portfolios = windows.length === 0 ? null : new PortfolioRows(bars, config, {
      start: windows[0]!.tradingStart,
      first: from,
      finished,
      end: windows.at(-1)!.tradingEnd,
      limits,
      cashReturn,
      benchmark: benchmarkReturns(bars, { ticker: benchmarkTicker, index: await inputs.index.rows() }),
    });
    const strategies: Followed[] = [];
    for (const [done, rule] of rules.entries()) {
      const outcomes: PairOutcome[][][] = levels.map(() => []);
      await rule.load?.();
      for (const [i, pair] of pairs.entries()) {
        for (const [level, outcome] of rule.trade(pair, costsOf[i]!).entries()) {
          outcomeRows.push(pairOutcomeRow(outcome, { pair, rule, level: levels[level]!, cashReturn }));
          outcomes[level]!.push(outcomesIn(pair, outcome));
          if (level > 0 || !("result" in outcome)) continue;
          const { result } = outcome as StrategyOutcome;
          days.push(dailyColumns(rule.strategy, pair, result, from));
          trades.push(
            ...tradeRows(rule.strategy, pair, result).filter(({ window }) => window >= (current?.window ?? 1)),
          );
        }
      }
      if (portfolios && allChosen.length > 0) {
        const parts = levels.map((level, i) => {
          const headline = i === 0 && rule.strategy === config.defaultStrategy;
          return portfolios.of({ rule, level, headline, pairs: inPortfolios(outcomes[i]!, i) });
        });
        portfolioParts.push(...parts.flat());
        if (config.defaultStrategy === null) {
          const { excess, entered } = parts[0]!.find(({ weighting }) => weighting === "equal")!;
          strategies.push({ rule, excess, entered, outcomes });
        }
      }
      // A rule takes some tenths of a second: yield to other requests in between.
      await nextTurn();
      signal.throwIfAborted();
      progress(done + 1, rules.length);
    }
    const trials: Parameters<typeof trialOf>[0][] = [...rules];
    const headline = { strategy: config.defaultStrategy ?? bestSoFar, picks: [] as string[] };
    if (portfolios && allChosen.length > 0 && config.defaultStrategy === null) {
      const picks = picksOf(strategies, windows);
      headline.picks = picks.map((pick) => rules[pick]!.strategy);
      const place = new Map(windowRows.map(({ window }, i) => [window, i]));
      const rule = bestRule(rules, config);
      trials.push(rule);
      for (const [level, costs] of levels.entries()) {
        const followed = pairs.map((pair, i) =>
          followedOutcomes(
            pair,
            strategies.map(({ outcomes }) => outcomes[level]![i]!),
            (window) => picks[place.get(window)!]!,
          )
        );
        portfolioParts.push(
          ...portfolios.of({ rule, level: costs, headline: level === 0, pairs: inPortfolios(followed, level) }),
        );
      }
    }
    if (portfolios && config.factorResiduals !== null) {
      const { factorResiduals: settings, maxGrossExposure } = config;
      const rule = factorResidualRule(settings, config);
      trials.push(rule);
      const searched = windows.map((window, i) => ({ ...window, settings: windowRows[i]!.settings }));
      const traded = tradeFactorResiduals(bars, { windows: searched, levels, settings, maxGrossExposure });
      for (const [i, level] of levels.entries()) portfolioParts.push(portfolios.ofWhole(traded[i]!, { rule, level }));
    }
    const universe = resources.barsOf ?? "bars of one source";
    const searches = windowRows.map(({ settings }) => settings);
    const dividends = await dividendsOf(inputs.pairs);
    const carriedOn = finished.count > 0 ? { from: current!.trading_first_session } : {};
    return {
      rows: joinedColumns(days),
      ...carriedOn,
      metadata: {
        ...dividends,
        pairs: new Set(allChosen.map(pairName)).size,
        windows: windows.length,
        strategies: config.strategies.join(", "),
        costs: levels[0].costs,
        cost_bps: levels[0].costBps,
        headline_now: headline.picks.at(-1) ?? headline.strategy,
      },
      outs: {
        records: { rows: portfolioParts.flatMap(recordsOf) },
        outcomes: { rows: outcomeRows },
        settings: { rows: await Promise.all(trials.map((rule) => trialOf(rule, { universe, searches, config }))) },
        finished: {
          rows: portfolioParts.flatMap((part) => windowRowsOf(part, windowRows.slice(finished.count))),
          ...carriedOn,
        },
        trades: {
          rows: trades,
          ...carriedOn,
          metadata: { open: trades.filter((trade) => trade.exit_session === null).length },
        },
        portfolio: {
          rows: joinedColumns(portfolioParts.map((part) => part.days)),
          ...carriedOn,
          metadata: {
            ...dividends,
            headline: headline.strategy,
            ...headline.picks.length > 0 && {
              headline_follows: table(
                ["window", "from", "strategy"],
                headline.picks.map((name, i) => [windowRows[i]!.window, windowRows[i]!.trading_first_session, name]),
              ),
            },
            benchmark: benchmarkTicker ?? "all tickers in equal parts",
            cash_rate_per_year: config.cashRatePerYear,
            ...limitMetadata(config, { pairs, sectorOf, limited: portfolios?.limited ?? [] }),
          },
        },
      },
    };
  },
});

/** Whether finished windows need not be computed again. Their results under limits, and of single tickers, are not stored. */
function mayCarryOn({ factorResiduals, maxTickerShare, maxSectorShare }: TradingConfig): boolean {
  return factorResiduals === null && maxTickerShare === null && maxSectorShare === null;
}

/** The rule of the portfolio that follows the best record. Its trades depend on all compared strategies. */
function bestRule(rules: readonly TradingRule[], { fillAt }: TradingConfig): Omit<TradingRule, "trade"> {
  return {
    strategy: bestSoFar,
    looksAhead: false,
    fillsAt: fillAt,
    settings: { follows: rules.filter(mayBeFollowed).map(({ strategy, settings }) => ({ strategy, settings })) },
  };
}

const mayBeFollowed = ({ looksAhead, fillsAt }: TradingRule) => !looksAhead && fillsAt !== "signal_close";

const orNull = (value: number) => Number.isNaN(value) ? null : value;

/**
 * Rows of a pair in `walk_forward_daily`, as columns.
 *
 * @param from Index of a session among those of all bars: windows before it are left out.
 */
function dailyColumns(
  strategy: string,
  pair: TradedPair,
  { daily }: StrategyOutcome["result"],
  from = 0,
): Columns<WalkForwardDay> {
  const { ticker_1, ticker_2, sessions } = pair;
  const wanted = pair.windows.map(({ tradingStart }) => pair.first + tradingStart >= from);
  const [windows, numbers] = [pair.windows.filter((_, i) => wanted[i]), pair.numbers.filter((_, i) => wanted[i])];
  const length = windows.reduce((sum, { tradingStart, tradingEnd }) => sum + tradingEnd - tradingStart, 0);
  const all = <Value>(value: Value) => new Array<Value>(length).fill(value);
  const traded = (column: Float64Array | Int8Array): Float64Array => {
    const values = new Float64Array(length);
    let at = 0;
    for (const { tradingStart, tradingEnd } of windows) {
      values.set(column.subarray(tradingStart, tradingEnd), at);
      at += tradingEnd - tradingStart;
    }
    return values;
  };
  const texts = (column: readonly string[]) =>
    windows.flatMap(({ tradingStart, tradingEnd }) => column.slice(tradingStart, tradingEnd));
  return {
    strategy: all(strategy),
    ticker_1: all(ticker_1),
    ticker_2: all(ticker_2),
    session: texts(sessions),
    window: Float64Array.from(
      windows.flatMap(({ tradingStart, tradingEnd }, i) => new Array(tradingEnd - tradingStart).fill(numbers[i]!)),
    ),
    signal: texts(daily.signal),
    score: traded(daily.score),
    z_score: traded(daily.z),
    entry_z: traded(daily.entryZ),
    exit_z: traded(daily.exitZ),
    stop_z: traded(daily.stopZ),
    hedge_ratio: traded(daily.hedgeRatio),
    target: traded(daily.target),
    position: traded(daily.position),
    fill_price_1: traded(daily.fillPrice1),
    fill_price_2: traded(daily.fillPrice2),
    shares_1: traded(daily.shares1),
    shares_2: traded(daily.shares2),
    weight_1: traded(daily.weight1),
    weight_2: traded(daily.weight2),
    gross_exposure: traded(daily.grossExposure),
    turnover: traded(daily.turnover),
    pnl: traded(daily.pnl),
    dividends: traded(daily.dividends),
    commission: traded(daily.commission),
    slippage: traded(daily.slippage),
    borrow: traded(daily.borrow),
    equity: traded(daily.equity),
    daily_return: traded(daily.dailyReturn),
  };
}

/** The same as objects. */
export function dailyRows(...of: Parameters<typeof dailyColumns>): WalkForwardDay[] {
  return rowsOfColumns(dailyColumns(...of));
}

/** Rows of a pair in `walk_forward_trades`. */
export function tradeRows(
  strategy: string,
  { ticker_1, ticker_2, numbers }: TradedPair,
  { trades }: StrategyOutcome["result"],
): z.output<typeof WalkForwardTrade>[] {
  return trades.map((trade) => ({
    strategy,
    ticker_1,
    ticker_2,
    entry_session: trade.entrySession,
    window: numbers[trade.window]!,
    side: trade.side,
    signal_session: trade.signalSession,
    entry_price_1: trade.entryPrice1,
    entry_price_2: trade.entryPrice2,
    exit_session: trade.exitSession,
    exit_price_1: orNull(trade.exitPrice1),
    exit_price_2: orNull(trade.exitPrice2),
    exit_reason: trade.exitReason,
    shares_1: trade.shares1,
    shares_2: trade.shares2,
    hedge_ratio: trade.hedgeRatio,
    pnl: trade.pnl,
    costs: trade.costs,
    return_on_equity: trade.returnOnEquity,
    sessions_held: trade.sessionsHeld,
  }));
}
