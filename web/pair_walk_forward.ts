import type { Filter, Materialization } from "../engine/mod.ts";
import type { PairBacktest, PairRead, PairTrade, Row } from "./pair_record.ts";

/** What the close of a session said of a pair, and what was held after it. */
export interface PairDay {
  session: string;
  /** A strategy's signal, or why there is none. */
  signal: string;
  /** Deviations of the spread from its mean, by the strategy; as the levels, `null` without a decision. */
  z: number | null;
  entryZ: number | null;
  exitZ: number | null;
  stopZ: number | null;
  /** Shares of ticker 1 against one of ticker 2, in shares of the formation's end. */
  hedgeRatio: number | null;
  /** Spreads held: 1 is long ticker 2, −1 short. */
  position: number;
  /** To be held after the next fill. */
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

/** Settings of the walk-forward that a page speaks of; what was recorded otherwise is `null`. */
export interface TradingSettings {
  defaultStrategy: string | undefined;
  strategies: string[];
  fillAt: string | null;
  sizing: string | null;
  /** Commission and slippage together. */
  costBps: number | null;
  timeStopHalfLives: number | null;
  maxHalfLifeOfWindow: number | null;
}

/** The honest backtest: windows, traded after they were chosen. */
export interface WalkForward extends PairBacktest {
  strategy: string;
  settings: TradingSettings;
  /** Sessions in which the pair was traded, and not only waited for a window. */
  days: PairDay[];
  /** Ascending. */
  windows: PairWindow[];
  /** The newest session of any pair; `null` where that is not known. */
  newestSession: string | null;
}

/** Reads it; `null` where no window chose the pair, or nothing of it was traded by the strategy. */
export async function readWalkForward(
  read: PairRead,
  { filters, sessions, sources, wanted }: {
    /** Of the pair. */
    filters: readonly Filter[];
    /** In which both legs have a close. */
    sessions: readonly string[];
    sources: ReadonlyMap<string, Materialization>;
    wanted: string | undefined;
  },
): Promise<WalkForward | null> {
  const settings = tradingSettings(sources.get("walk_forward_daily")?.config);
  const strategy = settings.strategies.find((name) => name === wanted) ?? settings.defaultStrategy;
  if (strategy === undefined) return null;
  const ofStrategy: Filter[] = [{ column: "strategy", operator: "eq", value: strategy }, ...filters];
  const [windows, days, trades, newest] = await Promise.all([
    read("walk_forward_pairs", filters),
    read("walk_forward_daily", ofStrategy),
    read("walk_forward_trades", ofStrategy),
    read("walk_forward_windows", [], ["trading_last_session"]),
  ]);
  if (windows.length === 0 || days.length === 0) return null;
  return {
    strategy,
    settings,
    days: days.map(dayOf),
    windows: windows.map(windowOf).sort((a, b) => a.tradingFirst < b.tradingFirst ? -1 : 1),
    newestSession: newest.map((row) => row.trading_last_session as string).sort().at(-1) ?? null,
    ...carriedForward(days, sessions),
    trades: trades.map(tradeOf),
  };
}

function dayOf(row: Row): PairDay {
  return {
    session: row.session as string,
    signal: row.signal as string,
    z: row.z_score as number | null,
    entryZ: row.entry_z as number | null,
    exitZ: row.exit_z as number | null,
    stopZ: row.stop_z as number | null,
    hedgeRatio: row.hedge_ratio as number | null,
    position: row.position as number,
    target: row.target as number,
    equity: row.equity as number,
  };
}

function windowOf(row: Row): PairWindow {
  return {
    formationFirst: row.formation_first_session as string,
    formationLast: row.formation_last_session as string,
    tradingFirst: row.trading_first_session as string,
    tradingLast: row.trading_last_session as string,
    complete: row.complete as boolean,
    rank: row.rank as number,
    halfLife: row.half_life as number,
  };
}

function tradeOf(row: Row): PairTrade {
  return {
    entry: row.entry_session as string,
    exit: row.exit_session as string | null,
    side: row.side as number,
    reason: row.exit_reason as string | null,
    sessions: row.sessions_held as number,
    pnl: row.pnl as number,
    costs: row.costs as number,
    return: row.return_on_equity as number,
    entryPrices: [row.entry_price_1 as number, row.entry_price_2 as number],
    shares: [row.shares_1 as number, row.shares_2 as number],
  };
}

/** Between windows the pair holds nothing and its equity stays: the sessions that it sat out are put back. */
function carriedForward(days: readonly Row[], sessions: readonly string[]): Pick<PairBacktest, "sessions" | "equity"> {
  const equityIn = new Map(days.map((day) => [day.session as string, day.equity as number]));
  const [first, last] = [days[0]!.session as string, days.at(-1)!.session as string];
  const all = [...new Set([...equityIn.keys(), ...sessions.filter((session) => session > first && session < last)])];
  all.sort();
  let held = equityIn.get(first)!;
  return { sessions: all, equity: all.map((session) => held = equityIn.get(session) ?? held) };
}

/** Settings of `walk_forward_daily`, which are whatever was recorded with its rows. */
function tradingSettings(config: unknown): TradingSettings {
  const recorded = (config ?? {}) as Record<string, unknown>;
  const exits = (recorded.exits ?? {}) as Record<string, unknown>;
  const number = (value: unknown) => typeof value === "number" ? value : null;
  const text = (value: unknown) => typeof value === "string" ? value : null;
  const names = Array.isArray(recorded.strategies) ? recorded.strategies.map(String) : [];
  const [commission, slippage] = [number(recorded.commissionBps), number(recorded.slippageBps)];
  return {
    defaultStrategy: text(recorded.defaultStrategy) ?? names[0],
    strategies: names,
    fillAt: text(recorded.fillAt),
    sizing: text(recorded.sizing),
    costBps: commission === null || slippage === null ? null : commission + slippage,
    timeStopHalfLives: number(exits.timeStopHalfLives),
    maxHalfLifeOfWindow: number(exits.maxHalfLifeOfWindow),
  };
}
