import * as assets from "../assets/views.ts";
import { equalTo, type RowOf } from "../engine/mod.ts";
import { dividendsOf, type LegEvent, type PairDividends, readLegEvents } from "./pair_events.ts";
import { ofPair } from "./pair_filter.ts";
import { readReference, type Reference } from "./pair_reference.ts";
import { readWalkForward, type WalkForward } from "./pair_walk_forward.ts";
import type { TestedPair } from "./tested_pairs.ts";
import { latestVersions, type VersionEngine, VersionReader, type Versions } from "./version_rows.ts";

/** Closes of both legs in their common sessions. */
export interface PairCloses {
  sessions: string[];
  first: number[];
  second: number[];
}

type Close = Pick<RowOf<typeof assets.cleanPrices>, "session" | "close">;

/** All data about a pair. */
export interface PairRecord {
  tickers: readonly [string, string];
  /** Its newest test; `null` if it is no longer a candidate. */
  tested: TestedPair | null;
  /** Rank among the chosen pairs; `null` if it is not chosen. */
  rank: number | null;
  /** Set if the settings name the pair; `reason` says why the tests would have rejected it. */
  pinned: { reason: string | null } | null;
  /** `null` if either leg has no clean prices. */
  closes: PairCloses | null;
  /** `null` if no window chose it. */
  walkForward: WalkForward | null;
  /** `null` if it is not among the chosen pairs. */
  reference: Reference | null;
  /** Dividends and splits of the legs, by session. */
  events: readonly LegEvent[];
  /** `null` until the service has read them. */
  dividends: PairDividends | null;
  /** The latest materialization of each asset that was read. */
  sources: Versions;
}

const readAssets = [
  assets.cointegratedPairs,
  assets.chosenPairs,
  assets.cleanPrices,
  assets.walkForwardPairs,
  assets.walkForwardWindows,
  assets.walkForwardDaily,
  assets.walkForwardTrades,
  assets.pairTrades,
  assets.pairMetrics,
  assets.rawDividends,
  assets.rawSplits,
];

/**
 * Reads all data about a pair.
 *
 * @returns `"unmaterialized"` if no pair has been tested or chosen yet, `"reversed"` if the pair exists with its tickers swapped,
 * `"unknown"` if it does not exist.
 */
export async function readPair(
  engine: VersionEngine,
  tickers: readonly [string, string],
  { strategy }: { strategy?: string } = {},
): Promise<PairRecord | "unmaterialized" | "reversed" | "unknown"> {
  const sources = await latestVersions(engine, readAssets);
  const read = new VersionReader(engine, sources);
  const asOf = await newestFilters(read);
  const { tested, chosen, windows } = await knownRows(read, tickers, asOf);
  if (tested.length + chosen.length + windows.length === 0) {
    if (!read.has(assets.cointegratedPairs) && !read.has(assets.walkForwardPairs)) return "unmaterialized";
    const other = await knownRows(read, [tickers[1], tickers[0]], asOf);
    return Object.values(other).some((rows) => rows.length > 0) ? "reversed" : "unknown";
  }
  const [closes, events] = await Promise.all([readCloses(read, tickers), readLegEvents(read, tickers)]);
  const [walkForward, reference] = await Promise.all([
    windows.length === 0 ? null : readWalkForward(read, {
      tickers,
      sessions: closes?.sessions ?? [],
      wanted: strategy,
    }),
    chosen.length === 0 ? null : readReference(read, tickers),
  ]);
  return {
    tickers,
    tested: tested[0] ?? null,
    rank: chosen[0]?.rank ?? null,
    pinned: chosen[0]?.pinned ? { reason: chosen[0].reason } : null,
    closes,
    walkForward,
    reference,
    events,
    dividends: dividendsOf(engine.graph, { tickers, source: sources.get(assets.rawDividends.key), events }),
    sources,
  };
}

/** For each asset with as-of sessions, a filter for the newest of them in its source. */
async function newestFilters(read: VersionReader) {
  const newest = await Promise.all([assets.cointegratedPairs, assets.chosenPairs].map((view) => read.newestDate(view)));
  const [tested, chosen] = newest.map((asOf) => asOf === null ? [] : equalTo({ as_of: asOf }));
  return { tested: tested!, chosen: chosen! };
}

async function knownRows(
  read: VersionReader,
  tickers: readonly [string, string],
  asOf: Awaited<ReturnType<typeof newestFilters>>,
) {
  const [tested, chosen, windows] = await Promise.all([
    read.rows(assets.cointegratedPairs, { filters: [...ofPair(tickers), ...asOf.tested] }),
    read.rows(assets.chosenPairs, { filters: [...ofPair(tickers), ...asOf.chosen] }),
    read.rows(assets.walkForwardPairs, { filters: ofPair(tickers), fields: ["window"] }),
  ]);
  return { tested, chosen, windows };
}

async function readCloses(read: VersionReader, tickers: readonly [string, string]): Promise<PairCloses | null> {
  const closesOf = (ticker: string) =>
    read.rows(assets.cleanPrices, { filters: equalTo({ ticker }), fields: ["session", "close"] });
  const [first, second] = await Promise.all([closesOf(tickers[0]), closesOf(tickers[1])]);
  return commonCloses(first, second);
}

/** Closes of two legs, each by session, in the sessions that both have; `null` if those are fewer than two. */
export function commonCloses(first: readonly Close[], second: readonly Close[]): PairCloses | null {
  const closeOfSecond = new Map(second.map(({ session, close }) => [session, close]));
  const both = first.filter(({ session }) => closeOfSecond.has(session));
  if (both.length < 2) return null;
  return {
    sessions: both.map(({ session }) => session),
    first: both.map(({ close }) => close),
    second: both.map(({ session }) => closeOfSecond.get(session)!),
  };
}
