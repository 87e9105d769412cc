import { type Engine, type Filter, type Materialization, maxPageRows } from "../engine/mod.ts";
import { dividendsOf, type LegEvent, type PairDividends, readLegEvents } from "./pair_events.ts";
import { readReference, type Reference } from "./pair_reference.ts";
import { readWalkForward, type WalkForward } from "./pair_walk_forward.ts";
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
  /** USD as traded, of each leg; `null` where they are not recorded. */
  entryPrices: readonly [number, number] | null;
  /** At entry, negative if short; `null` where they are not recorded. */
  shares: readonly [number, number] | null;
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
  reference: Reference | null;
  /** Dividends and splits of the legs, by session. */
  events: readonly LegEvent[];
  /** `null` while the service has not read them. */
  dividends: PairDividends | null;
  /** The latest materialization of each asset that was read and has one. */
  sources: ReadonlyMap<string, Materialization>;
}

/** A row of any asset. */
export type Row = Record<string, unknown>;

const readAssets = [
  "cointegrated_pairs",
  "chosen_pairs",
  "clean_prices",
  "walk_forward_pairs",
  "walk_forward_windows",
  "walk_forward_daily",
  "walk_forward_trades",
  "pair_trades",
  "pair_metrics",
  "raw_dividends",
  "raw_splits",
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
  const [closes, events] = await Promise.all([readCloses(read, tickers), readLegEvents(read, tickers)]);
  const [walkForward, reference] = await Promise.all([
    windows.length === 0 ? null : readWalkForward(read, {
      filters: ofPair(tickers),
      sessions: closes?.sessions ?? [],
      sources,
      wanted: strategy,
    }),
    chosen.length === 0 ? null : readReference(read, ofPair(tickers)),
  ]);
  return {
    tickers,
    tested: tested[0] as unknown as TestedPair ?? null,
    rank: chosen[0]?.rank as number ?? null,
    pinned: chosen[0]?.pinned === true ? { reason: chosen[0].reason as string | null } : null,
    closes,
    walkForward,
    reference,
    events,
    dividends: dividendsOf(engine.graph, { tickers, source: sources.get("raw_dividends"), events }),
    sources,
  };
}

/** Reads rows of an asset that meet all filters; of one that is not there, none. */
export type PairRead = (key: ReadAsset, filters: readonly Filter[], fields?: string[]) => Promise<Row[]>;

async function latest(engine: PairEngine): Promise<Map<string, Materialization>> {
  const found = await Promise.all(
    readAssets.filter((key) => engine.graph.keys.includes(key)).map((key) =>
      engine.materializations(key, { limit: 1 })
    ),
  );
  return new Map(found.flat().map((materialization) => [materialization.key, materialization]));
}

/** Rows of the materializations that are named as the sources, whatever is published meanwhile. */
function rowsOf(engine: PairEngine, sources: ReadonlyMap<string, Materialization>): PairRead {
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
  read: PairRead,
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

async function readCloses(read: PairRead, tickers: readonly [string, string]): Promise<PairCloses | null> {
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
