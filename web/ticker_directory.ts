import * as assets from "../assets/views.ts";
import { type ColumnOf, type Engine, equalTo, type NewestRows, type RowOf, type View } from "../engine/mod.ts";
import { nameWords } from "./ticker_words.ts";
import { latestVersions, type VersionEngine, VersionReader, type Versions } from "./version_rows.ts";

/** Parts of the engine used by the directory of tickers. */
export type DirectoryEngine = VersionEngine & Pick<Engine, "newestRows">;

/** A ticker in the list. */
export interface TickerEntry {
  ticker: string;
  name: string | null;
  type: string | null;
  exchange: string | null;
  /** False if it no longer trades; true for tickers with bars that no source lists. */
  active: boolean;
  delistedOn: string | null;
  /** Of its newest bar; `null` if it has none. */
  lastSession: string | null;
  /** USD in `lastSession`, adjusted for splits. */
  close: number | null;
  /** Return in `lastSession`, as a fraction; `null` without a previous close. */
  change: number | null;
  /** Shares in `lastSession`; `null` if the source has none. */
  volume: number | null;
  /** Number of its pairs that were tested as of the newest session. */
  pairs: number;
  accepted: number;
  /** Number of its pairs among those chosen. */
  chosen: number;
  /** As of the newest session; `null` if it is in none. */
  cluster: number | null;
  /** Words of its name, normalized for the search. */
  words: readonly string[];
}

/** All tickers as of the latest materializations. */
export interface TickerDirectory {
  /** By symbol. */
  entries: readonly TickerEntry[];
  /** The newest session of any ticker; `null` while there are no bars. */
  lastSession: string | null;
  /** As-of session of the newest search for pairs; `null` before the first one. */
  pairsAsOf: string | null;
  types: readonly string[];
  exchanges: readonly string[];
  clusters: readonly number[];
  /** Materialization of the bars; `null` if there is none. */
  bars: number | null;
}

type Listed = Pick<TickerEntry, "name" | "type" | "exchange" | "active" | "delistedOn" | "words">;
type LastBar = Pick<TickerEntry, "lastSession" | "close" | "change" | "volume">;

const readAssets = [
  assets.tickers,
  assets.rawTickers,
  assets.dailyBars,
  assets.cointegratedPairs,
  assets.chosenPairs,
  assets.pairClusters,
];

/**
 * Caches the directory of tickers and rereads only what was published since: between publications a call costs one query of the
 * ledger.
 *
 * @returns A function that reads it; it resolves to `null` while neither tickers nor bars are materialized.
 *
 * Cost: after a publication of bars about a tenth of a millisecond for each ticker, which takes some hundred bytes of memory.
 */
export function tickerDirectory(engine: DirectoryEngine): () => Promise<TickerDirectory | null> {
  const tickers = ofVersion(assets.tickers, async (read) => {
    return listingOf(await read.rows(assets.tickers, { fields: listedColumns }));
  });
  const rawTickers = ofVersion(assets.rawTickers, async (read) => {
    return listingOf(await read.rows(assets.rawTickers, { fields: listedColumns }));
  });
  const bars = ofVersion(assets.dailyBars, async () => {
    return lastBars(await engine.newestRows(assets.dailyBars, { each: 2, fields: barColumns }));
  });
  const tested = ofVersion(assets.cointegratedPairs, readTested);
  const chosen = ofVersion(assets.chosenPairs, readChosen);
  const clusters = ofVersion(assets.pairClusters, readClusters);
  let composed: { of: readonly unknown[]; directory: TickerDirectory } | undefined;

  return async () => {
    const read = new VersionReader(engine, await latestVersions(engine, readAssets));
    const parts = await Promise.all([
      read.has(assets.tickers) ? tickers(read) : rawTickers(read),
      bars(read),
      tested(read),
      chosen(read),
      clusters(read, clusterPresetOf(read.versions)),
    ]);
    const [listing, lastBars] = parts;
    if (!listing && !lastBars) return null;
    if (composed && parts.every((part, i) => part === composed!.of[i])) return composed.directory;
    const directory = compose(parts);
    composed = { of: parts, directory };
    return directory;
  };
}

/** Preset whose clusters the pairs were tested from, according to the recorded settings. */
export function clusterPresetOf(versions: Versions): string {
  const { clusterPreset } = (versions.get(assets.cointegratedPairs.key)?.config ?? {}) as { clusterPreset?: unknown };
  return typeof clusterPreset === "string" ? clusterPreset : "research";
}

/**
 * Reads a part once for each version of an asset; concurrent callers share the read, and a failed read is retried. `undefined` if
 * there is no version.
 */
function ofVersion<T>({ key }: View<unknown>, readPart: (read: VersionReader, more: string) => Promise<T>) {
  let known: { of: string; part: Promise<T> } | undefined;
  return (read: VersionReader, more = ""): Promise<T | undefined> => {
    const version = read.versions.get(key);
    if (!version) return Promise.resolve(undefined);
    const of = `${version.id} ${more}`;
    if (known?.of !== of) {
      const part = readPart(read, more);
      known = { of, part };
      part.catch(() => {
        if (known?.part === part) known = undefined;
      });
    }
    return known.part;
  };
}

const listedColumns = ["ticker", "name", "type", "exchange", "active", "delisted_on"] as const;
const barColumns = ["ticker", "session", "close", "volume"] as const;

function listingOf(
  rows: readonly Pick<RowOf<typeof assets.tickers>, typeof listedColumns[number]>[],
): Map<string, Listed> {
  return new Map(rows.map(({ ticker, name, type, exchange, active, delisted_on }) => [
    ticker,
    { name, type, exchange, active, delistedOn: delisted_on, words: nameWords(name ?? "") },
  ]));
}

interface LastBars {
  of: Map<string, LastBar>;
  materialization: number | null;
}

function lastBars(
  { rows, materialization }: NewestRows<Pick<RowOf<typeof assets.dailyBars>, typeof barColumns[number]>>,
): LastBars {
  const of = new Map<string, LastBar>();
  for (const { ticker, session, close, volume } of rows) {
    const last = of.get(ticker);
    // Rows come newest first, then the previous one.
    if (last) last.change = last.close! / close - 1;
    else of.set(ticker, { lastSession: session, close, change: null, volume });
  }
  return { of, materialization };
}

interface PairCounts {
  asOf: string | null;
  tested: Map<string, number>;
  accepted: Map<string, number>;
}

async function readTested(read: VersionReader): Promise<PairCounts> {
  const fields = ["ticker_1", "ticker_2", "accepted"] as const;
  const { asOf, rows } = await newestSelection(read, assets.cointegratedPairs, fields);
  return { asOf, tested: countedByTicker(rows), accepted: countedByTicker(rows.filter((row) => row.accepted)) };
}

async function readChosen(read: VersionReader): Promise<Map<string, number>> {
  return countedByTicker((await newestSelection(read, assets.chosenPairs, ["ticker_1", "ticker_2"])).rows);
}

async function readClusters(read: VersionReader, preset: string): Promise<Map<string, number>> {
  const { rows } = await newestSelection(read, assets.pairClusters, ["ticker", "cluster", "preset"]);
  // Tickers without a cluster have the number −1.
  const clustered = rows.filter((row) => row.preset === preset && row.cluster >= 0);
  return new Map(clustered.map(({ ticker, cluster }) => [ticker, cluster]));
}

/** The rows as of the newest session of an asset with as-of sessions. */
async function newestSelection<Row extends { as_of: string }, Field extends ColumnOf<Row>>(
  read: VersionReader,
  view: View<Row>,
  fields: readonly Field[],
): Promise<{ asOf: string | null; rows: Pick<Row, Field>[] }> {
  const asOf = await read.newestDate(view);
  const rows = asOf === null ? [] : await read.rows<Row, Field>(view, { fields, filters: equalTo({ as_of: asOf }) });
  return { asOf, rows };
}

function countedByTicker(rows: readonly { ticker_1: string; ticker_2: string }[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { ticker_1, ticker_2 } of rows) {
    for (const ticker of [ticker_1, ticker_2]) counts.set(ticker, (counts.get(ticker) ?? 0) + 1);
  }
  return counts;
}

const unlisted: Listed = { name: null, type: null, exchange: null, active: true, delistedOn: null, words: [] };
const barless: LastBar = { lastSession: null, close: null, change: null, volume: null };

function compose(
  [listing, bars, tested, chosen, clusters]: readonly [
    Map<string, Listed> | undefined,
    LastBars | undefined,
    PairCounts | undefined,
    Map<string, number> | undefined,
    Map<string, number> | undefined,
  ],
): TickerDirectory {
  const names = [...new Set([...listing?.keys() ?? [], ...bars?.of.keys() ?? []])];
  // By code points, as the database sorts.
  names.sort((a, b) => a < b ? -1 : a > b ? 1 : 0);
  const entries = names.map((ticker): TickerEntry => ({
    ticker,
    ...listing?.get(ticker) ?? unlisted,
    ...bars?.of.get(ticker) ?? barless,
    pairs: tested?.tested.get(ticker) ?? 0,
    accepted: tested?.accepted.get(ticker) ?? 0,
    chosen: chosen?.get(ticker) ?? 0,
    cluster: clusters?.get(ticker) ?? null,
  }));
  const distinct = (values: (string | null)[]) => [...new Set(values)].filter((value) => value !== null).sort();
  return {
    entries,
    lastSession: entries.reduce<string | null>(
      (newest, { lastSession }) =>
        lastSession !== null && (newest === null || lastSession > newest) ? lastSession : newest,
      null,
    ),
    pairsAsOf: tested?.asOf ?? null,
    types: distinct(entries.map(({ type }) => type)),
    exchanges: distinct(entries.map(({ exchange }) => exchange)),
    clusters: [...new Set(clusters?.values() ?? [])].sort((a, b) => a - b),
    bars: bars?.materialization ?? null,
  };
}
