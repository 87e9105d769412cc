import * as assets from "../assets/views.ts";
import { equalTo, type RowOf } from "../engine/mod.ts";
import { ofPair } from "./pair_filter.ts";
import type { PairBacktest, PairTrade } from "./pair_backtest.ts";
import { headlineNow } from "./portfolio.ts";
import type { VersionReader, Versions } from "./version_rows.ts";

type Day = RowOf<typeof assets.walkForwardDaily>;
type Trade = RowOf<typeof assets.walkForwardTrades>;

/** Signal at the close of a session, and the position after it. */
export interface PairDay {
  session: string;
  /** A strategy's signal, or the reason for having none. */
  signal: string;
  /** Deviations of the spread from its mean, by the strategy. Like the levels, `null` without a decision. */
  z: number | null;
  entryZ: number | null;
  exitZ: number | null;
  stopZ: number | null;
  /** Shares of ticker 1 against one of ticker 2, in shares of the formation's end. */
  hedgeRatio: number | null;
  /** Spreads held: 1 is long ticker 2, −1 short. */
  position: number;
  /** Spreads to hold after the next fill. */
  target: number;
  /** USD. */
  equity: number;
}

/** A window of the walk-forward that chose the pair. */
export interface PairWindow {
  formationFirst: string;
  formationLast: string;
  tradingFirst: string;
  tradingLast: string;
  complete: boolean;
  rank: number;
  /** Sessions, of the formation's spread. */
  halfLife: number;
}

/** Settings of the walk-forward shown on a page; `null` for settings recorded in another form. */
export interface TradingSettings {
  /** The one that the headline portfolio trades now. */
  defaultStrategy: string | undefined;
  strategies: string[];
  fillAt: string | null;
  sizing: string | null;
  /** Commission and slippage together. */
  costBps: number | null;
  timeStopHalfLives: number | null;
  maxHalfLifeOfWindow: number | null;
}

/** The walk-forward backtest: windows traded after the pair was chosen. */
export interface WalkForward extends PairBacktest {
  strategy: string;
  settings: TradingSettings;
  /** Sessions in which the pair was traded, without those between its windows. */
  days: PairDay[];
  /** Ascending. */
  windows: PairWindow[];
  /** The newest session of any pair; `null` if unknown. */
  newestSession: string | null;
}

/** Reads the walk-forward; `null` if no window chose the pair, or the strategy never traded it. */
export async function readWalkForward(
  read: VersionReader,
  { tickers, sessions, wanted }: {
    tickers: readonly [string, string];
    /** Common sessions of both legs. */
    sessions: readonly string[];
    wanted: string | undefined;
  },
): Promise<WalkForward | null> {
  const settings = tradingSettings(read.versions);
  const strategy = settings.strategies.find((name) => name === wanted) ?? settings.defaultStrategy;
  if (strategy === undefined) return null;
  const filters = [...equalTo({ strategy }), ...ofPair(tickers)];
  const [windows, days, trades, newest] = await Promise.all([
    read.rows(assets.walkForwardPairs, { filters: ofPair(tickers) }),
    read.rows(assets.walkForwardDaily, { filters }),
    read.rows(assets.walkForwardTrades, { filters }),
    read.rows(assets.walkForwardWindows, { fields: ["trading_last_session"] }),
  ]);
  if (windows.length === 0 || days.length === 0) return null;
  return {
    strategy,
    settings,
    windows: windows.map(windowOf).sort((a, b) => a.tradingFirst < b.tradingFirst ? -1 : 1),
    newestSession: newest.map((row) => row.trading_last_session).sort().at(-1) ?? null,
    ...tradedDays({ days, trades }, sessions),
  };
}

/**
 * The days and trades of a backtest, with its equity on all sessions from its first to its last.
 *
 * @param sessions Those of the legs, or of more.
 */
export function tradedDays(
  { days, trades }: { days: readonly Day[]; trades: readonly Trade[] },
  sessions: readonly string[],
): Pick<WalkForward, "days" | "trades" | "sessions" | "equity"> {
  return { days: days.map(dayOf), trades: trades.map(tradeOf), ...carriedForward(days, sessions) };
}

/** A day of a pair, from its row. */
export function dayOf(row: Day): PairDay {
  return {
    session: row.session,
    signal: row.signal,
    z: row.z_score,
    entryZ: row.entry_z,
    exitZ: row.exit_z,
    stopZ: row.stop_z,
    hedgeRatio: row.hedge_ratio,
    position: row.position,
    target: row.target,
    equity: row.equity,
  };
}

/** A window that chose a pair, from its row. */
export function windowOf(row: RowOf<typeof assets.walkForwardPairs>): PairWindow {
  return {
    formationFirst: row.formation_first_session,
    formationLast: row.formation_last_session,
    tradingFirst: row.trading_first_session,
    tradingLast: row.trading_last_session,
    complete: row.complete,
    rank: row.rank,
    halfLife: row.half_life,
  };
}

function tradeOf(row: Trade): PairTrade {
  return {
    entry: row.entry_session,
    exit: row.exit_session,
    side: row.side,
    reason: row.exit_reason,
    sessions: row.sessions_held,
    pnl: row.pnl,
    costs: row.costs,
    return: row.return_on_equity,
    entryPrices: [row.entry_price_1, row.entry_price_2],
    shares: [row.shares_1, row.shares_2],
  };
}

/** Adds the sessions between windows, in which the pair holds nothing and its equity stays constant. */
function carriedForward(days: readonly Day[], sessions: readonly string[]): Pick<PairBacktest, "sessions" | "equity"> {
  const equityIn = new Map(days.map((day) => [day.session, day.equity]));
  const [first, last] = [days[0]!.session, days.at(-1)!.session];
  const all = [...new Set([...equityIn.keys(), ...sessions.filter((session) => session > first && session < last)])];
  all.sort();
  let held = equityIn.get(first)!;
  return { sessions: all, equity: all.map((session) => held = equityIn.get(session) ?? held) };
}

/** Settings of `walk_forward_daily` from the record of its rows, which can have any form. */
function tradingSettings(versions: Versions): TradingSettings {
  const recorded = (versions.get(assets.walkForwardDaily.key)?.config ?? {}) as Record<string, unknown>;
  const exits = (recorded.exits ?? {}) as Record<string, unknown>;
  const number = (value: unknown) => typeof value === "number" ? value : null;
  const text = (value: unknown) => typeof value === "string" ? value : null;
  const names = Array.isArray(recorded.strategies) ? recorded.strategies.map(String) : [];
  const [commission, slippage] = [number(recorded.commissionBps), number(recorded.slippageBps)];
  return {
    defaultStrategy: headlineNow(versions) ?? text(recorded.defaultStrategy) ?? names[0],
    strategies: names,
    fillAt: text(recorded.fillAt),
    sizing: text(recorded.sizing),
    costBps: commission === null || slippage === null || recorded.costs === "spread" ? null : commission + slippage,
    timeStopHalfLives: number(exits.timeStopHalfLives),
    maxHalfLifeOfWindow: number(exits.maxHalfLifeOfWindow),
  };
}
