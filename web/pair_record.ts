import { type Engine, type Filter, type Materialization, maxPageRows } from "../engine/mod.ts";
import type { TestedPair } from "./tested_pairs.ts";

/** What the record of a pair is read from. */
export type PairEngine = Pick<Engine, "graph" | "rows" | "materializations" | "newestDate">;

/** A position from entry to exit. */
export interface PairTrade {
  entry: string;
  /** `null` while the position is open. */
  exit: string | null;
  /** 1: spread bought, long ticker 2; −1: sold. */
  side: number;
  reason: string | null;
  sessions: number;
  /** USD before costs. */
  pnl: number | null;
  costs: number | null;
  /** Of the pair's equity, after costs. */
  return: number | null;
}

/** How the equity of a pair went, session by session. */
export interface PairBacktest {
  sessions: string[];
  /** USD. */
  equity: number[];
  trades: PairTrade[];
}

/** Closes of both legs in the sessions that both have. */
export interface PairCloses {
  sessions: string[];
  first: number[];
  second: number[];
}

/** The honest backtest: windows, traded after they were chosen. */
export interface WalkForward extends PairBacktest {
  strategy: string;
  /** All strategies that were tried. */
  strategies: string[];
  /** Sessions in which the pair was traded, and not only waited for a window. */
  tradedSessions: number;
  windows: number;
}

/** Totals of the reference backtest. */
export interface ReferenceMetrics {
  total_return: number;
  annualized_return: number | null;
  max_drawdown: number;
}

/** What the source tells of dividends. */
export interface PairDividends {
  /** Whether it has any at all. */
  inSource: boolean;
  /** How many of each leg. */
  ofLegs: readonly [number, number];
}

/** Everything that is known of a pair. */
export interface PairRecord {
  tickers: readonly [string, string];
  /** As it was tested last; `null` where it is no candidate now. */
  tested: TestedPair | null;
  /** Its rank among the pairs to trade; `null` where it is none of them. */
  rank: number | null;
  /** Whether the settings name it, and why the tests would not have accepted it; `null` where they do not. */
  pinned: { reason: string | null } | null;
  /** `null` where either leg has no clean prices now. */
  closes: PairCloses | null;
  /** `null` where no window chose it. */
  walkForward: WalkForward | null;
  /** `null` where it is not among the chosen pairs. */
  reference: (PairBacktest & { metrics: ReferenceMetrics | null }) | null;
  /** `null` while the service has not read them. */
  dividends: PairDividends | null;
  /** The latest materialization of each asset that was read and has one. */
  sources: ReadonlyMap<string, Materialization>;
}

type Row = Record<string, unknown>;

const readAssets = [
  "cointegrated_pairs",
  "chosen_pairs",
  "clean_prices",
  "walk_forward_pairs",
  "walk_forward_daily",
  "walk_forward_trades",
  "pair_trades",
  "pair_metrics",
  "raw_dividends",
] as const;
type ReadAsset = typeof readAssets[number];

/**
 * Reads everything that is known of a pair.
 *
 * @returns `"unmaterialized"` where no pair has been tested or chosen yet, `"reversed"` where the pair is known with its tickers the
 * other way round, `"unknown"` where it is not known.
 */
export async function readPair(
  engine: PairEngine,
  tickers: readonly [string, string],
  { strategy }: { strategy?: string } = {},
): Promise<PairRecord | "unmaterialized" | "reversed" | "unknown"> {
  const sources = await latest(engine);
  const read = rowsOf(engine, sources);
  const asOf = await newestFilters(engine, sources);
  const known = await knownRows(read, tickers, asOf);
  if (Object.values(known).every((rows) => rows.length === 0)) {
    if (!sources.has("cointegrated_pairs") && !sources.has("walk_forward_pairs")) return "unmaterialized";
    const other = await knownRows(read, [tickers[1], tickers[0]], asOf);
    return Object.values(other).some((rows) => rows.length > 0) ? "reversed" : "unknown";
  }
  const { tested, chosen, windows } = known;
  const closes = await readCloses(read, tickers);
  return {
    tickers,
    tested: tested[0] as unknown as TestedPair ?? null,
    rank: chosen[0]?.rank as number ?? null,
    pinned: chosen[0]?.pinned === true ? { reason: chosen[0].reason as string | null } : null,
    closes,
    walkForward: windows.length === 0
      ? null
      : await readWalkForward(read, tickers, { closes, sources, wanted: strategy, windows: windows.length }),
    reference: chosen.length === 0 ? null : await readReference(read, tickers),
    dividends: await readDividends(engine, read, { tickers, sources }),
    sources,
  };
}

type Read = (key: ReadAsset, filters: Filter[], fields?: string[]) => Promise<Row[]>;

async function latest(engine: PairEngine): Promise<Map<string, Materialization>> {
  const found = await Promise.all(
    readAssets.filter((key) => engine.graph.keys.includes(key)).map((key) =>
      engine.materializations(key, { limit: 1 })
    ),
  );
  return new Map(found.flat().map((materialization) => [materialization.key, materialization]));
}

/** Rows of the materializations that are named as the sources, whatever is published meanwhile. */
function rowsOf(engine: PairEngine, sources: ReadonlyMap<string, Materialization>): Read {
  return async (key, filters, fields) => {
    const source = sources.get(key);
    if (!source) return [];
    return (await engine.rows(key, { filters, fields, limit: maxPageRows, asOf: source.id })).rows;
  };
}

/** For each asset that holds as of sessions what picks the newest of them in its source. */
async function newestFilters(engine: PairEngine, sources: ReadonlyMap<string, Materialization>) {
  const of = async (key: ReadAsset): Promise<Filter[]> => {
    const source = sources.get(key);
    const newest = source ? await engine.newestDate(key, { asOf: source.id }) : null;
    return newest === null ? [] : [equal("as_of", newest)];
  };
  const [tested, chosen] = await Promise.all([of("cointegrated_pairs"), of("chosen_pairs")]);
  return { tested, chosen };
}

async function knownRows(
  read: Read,
  tickers: readonly [string, string],
  asOf: { tested: Filter[]; chosen: Filter[] },
) {
  const [tested, chosen, windows] = await Promise.all([
    read("cointegrated_pairs", [...ofPair(tickers), ...asOf.tested]),
    read("chosen_pairs", [...ofPair(tickers), ...asOf.chosen]),
    read("walk_forward_pairs", ofPair(tickers), ["window"]),
  ]);
  return { tested, chosen, windows };
}

function ofPair([ticker1, ticker2]: readonly [string, string]): Filter[] {
  return [equal("ticker_1", ticker1), equal("ticker_2", ticker2)];
}

function equal(column: string, value: string): Filter {
  return { column, operator: "eq", value };
}

async function readCloses(read: Read, tickers: readonly [string, string]): Promise<PairCloses | null> {
  const [first, second] = await Promise.all(
    tickers.map((ticker) => read("clean_prices", [equal("ticker", ticker)], ["session", "close"])),
  ) as [Row[], Row[]];
  const closeOfSecond = new Map(second.map((row) => [row.session, row.close as number]));
  const both = first.filter((row) => closeOfSecond.has(row.session));
  if (both.length < 2) return null;
  return {
    sessions: both.map((row) => row.session as string),
    first: both.map((row) => row.close as number),
    second: both.map((row) => closeOfSecond.get(row.session)!),
  };
}

/** A source whose service has no asset of dividends has none, as one whose asset is empty. */
async function readDividends(
  { graph }: PairEngine,
  read: Read,
  { tickers, sources }: { tickers: readonly [string, string]; sources: ReadonlyMap<string, Materialization> },
): Promise<PairDividends | null> {
  const source = sources.get("raw_dividends");
  if (!source) return graph.keys.includes("raw_dividends") ? null : { inSource: false, ofLegs: [0, 0] };
  if (source.rowCount === 0) return { inSource: false, ofLegs: [0, 0] };
  const [first, second] = await Promise.all(
    tickers.map((ticker) => read("raw_dividends", [equal("ticker", ticker)], ["session"])),
  ) as [Row[], Row[]];
  return { inSource: true, ofLegs: [first.length, second.length] };
}

async function readWalkForward(
  read: Read,
  tickers: readonly [string, string],
  { closes, sources, wanted, windows }: {
    closes: PairCloses | null;
    sources: ReadonlyMap<string, Materialization>;
    wanted: string | undefined;
    windows: number;
  },
): Promise<WalkForward | null> {
  const { defaultStrategy, strategies } = tradingSettings(sources.get("walk_forward_daily")?.config);
  const strategy = strategies.find((name) => name === wanted) ?? defaultStrategy;
  if (strategy === undefined) return null;
  const filters = [equal("strategy", strategy), ...ofPair(tickers)];
  const [days, trades] = await Promise.all([
    read("walk_forward_daily", filters, ["session", "equity"]),
    read("walk_forward_trades", filters),
  ]);
  if (days.length === 0) return null;
  return {
    strategy,
    strategies,
    windows,
    tradedSessions: days.length,
    ...carriedForward(days, closes?.sessions ?? []),
    trades: trades.map((trade) => ({
      entry: trade.entry_session as string,
      exit: trade.exit_session as string | null,
      side: trade.side as number,
      reason: trade.exit_reason as string | null,
      sessions: trade.sessions_held as number,
      pnl: trade.pnl as number,
      costs: trade.costs as number,
      return: trade.return_on_equity as number,
    })),
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
function tradingSettings(config: unknown): { defaultStrategy: string | undefined; strategies: string[] } {
  const { defaultStrategy, strategies } = (config ?? {}) as { defaultStrategy?: unknown; strategies?: unknown };
  const names = Array.isArray(strategies) ? strategies.map(String) : [];
  return { defaultStrategy: typeof defaultStrategy === "string" ? defaultStrategy : names[0], strategies: names };
}

async function readReference(read: Read, tickers: readonly [string, string]): Promise<PairRecord["reference"]> {
  const [days, metrics] = await Promise.all([
    read("pair_trades", ofPair(tickers), ["session", "position", "budget"]),
    read("pair_metrics", ofPair(tickers), ["total_return", "annualized_return", "max_drawdown"]),
  ]);
  if (days.length === 0) return null;
  return {
    sessions: days.map((day) => day.session as string),
    equity: days.map((day) => day.budget as number),
    trades: heldPositions(days),
    metrics: metrics[0] as unknown as ReferenceMetrics ?? null,
  };
}

/** Positions as they were held: each from the session after whose close it is there to the one in which it is gone. */
function heldPositions(days: readonly Row[]): PairTrade[] {
  const trades: PairTrade[] = [];
  for (let t = 0, entered = 0; t < days.length; t++) {
    const position = days[t]!.position as number;
    const before = t === 0 ? 0 : days[t - 1]!.position as number;
    if (position !== before && before !== 0) {
      const [from, to] = [days[entered]!.budget as number, days[t]!.budget as number];
      trades.push({
        entry: days[entered]!.session as string,
        exit: days[t]!.session as string,
        side: before,
        reason: position === 0 ? "signal" : "reversal",
        sessions: t - entered,
        pnl: to - from,
        costs: null,
        return: to / from - 1,
      });
    }
    if (position !== before && position !== 0) entered = t;
    if (t === days.length - 1 && position !== 0) {
      const [from, to] = [days[entered]!.budget as number, days[t]!.budget as number];
      const entry = days[entered]!.session as string;
      const held = { side: position, reason: null, sessions: t - entered, costs: null };
      trades.push({ entry, exit: null, pnl: to - from, return: to / from - 1, ...held });
    }
  }
  return trades;
}
