import type { Engine, Materialization } from "../engine/mod.ts";
import { nameWords } from "./ticker_words.ts";
import { equal, latestVersions, rowsOfVersion, type VersionEngine } from "./version_rows.ts";

/** What the directory of tickers is read from. */
export type DirectoryEngine = VersionEngine & Pick<Engine, "newestRows" | "newestDate">;

/** A ticker as the list shows it. */
export interface TickerEntry {
  ticker: string;
  name: string | null;
  type: string | null;
  exchange: string | null;
  /** False once it no longer trades; true of tickers that have bars and are listed nowhere. */
  active: boolean;
  delistedOn: string | null;
  /** Of its newest bar; `null` where it has none. */
  lastSession: string | null;
  /** USD in `lastSession`, adjusted for splits. */
  close: number | null;
  /** Of the close on the one before, as a fraction; `null` where there is none before. */
  change: number | null;
  /** Shares in `lastSession`; `null` where the source has none. */
  volume: number | null;
  /** Pairs with it that were tested as of the newest session. */
  pairs: number;
  accepted: number;
  /** Pairs with it among those to trade now. */
  chosen: number;
  /** As of the newest session; `null` where it is in none. */
  cluster: number | null;
  /** Of its name, as they are searched for. */
  words: readonly string[];
}

/** All tickers, as they were in the latest materializations. */
export interface TickerDirectory {
  /** By symbol. */
  entries: readonly TickerEntry[];
  /** The newest session of any ticker; `null` while there are no bars. */
  lastSession: string | null;
  /** Session as of which pairs were last searched for; `null` while none was. */
  pairsAsOf: string | null;
  types: readonly string[];
  exchanges: readonly string[];
  clusters: readonly number[];
  /** Materialization of the bars; `null` while there is none. */
  bars: number | null;
}

type Row = Record<string, unknown>;
type Listed = Pick<TickerEntry, "name" | "type" | "exchange" | "active" | "delistedOn" | "words">;
type LastBar = Pick<TickerEntry, "lastSession" | "close" | "change" | "volume">;

const readKeys = ["tickers", "raw_tickers", "daily_bars", "cointegrated_pairs", "chosen_pairs", "pair_clusters"];

/**
 * Reads the directory of tickers, and of it again only what has been published since: between publications a question costs one
 * look at the ledger.
 *
 * @returns What reads it; `null` comes of it while neither tickers nor bars are materialized.
 *
 * Cost: after a publication of bars about a tenth of a millisecond for each ticker, kept in memory with some hundred bytes each.
 */
export function tickerDirectory(engine: DirectoryEngine): () => Promise<TickerDirectory | null> {
  const listing = ofVersion((version) => readListing(engine, version));
  const bars = ofVersion(async () => lastBars(await engine.newestRows("daily_bars", newestBars)));
  const tested = ofVersion((version) => readTested(engine, version));
  const chosen = ofVersion((version) => readChosen(engine, version));
  const clusters = ofVersion((version, preset: string) => readClusters(engine, version, preset));
  let composed: { of: readonly unknown[]; directory: TickerDirectory } | undefined;

  return async () => {
    const versions = await latestVersions(engine, readKeys);
    const listed = versions.get("tickers") ?? versions.get("raw_tickers");
    if (!listed && !versions.has("daily_bars")) return null;
    const parts = await Promise.all([
      listing(listed, ""),
      bars(versions.get("daily_bars"), ""),
      tested(versions.get("cointegrated_pairs"), ""),
      chosen(versions.get("chosen_pairs"), ""),
      clusters(versions.get("pair_clusters"), clusterPresetOf(versions.get("cointegrated_pairs"))),
    ]);
    if (composed && parts.every((part, i) => part === composed!.of[i])) return composed.directory;
    const directory = compose(parts);
    composed = { of: parts, directory };
    return directory;
  };
}

const newestBars = { each: 2, fields: ["close", "volume"] };

/** Whose clusters the pairs are taken from, by the settings with which they were tested. */
export function clusterPresetOf(tested: Materialization | undefined): string {
  const { clusterPreset } = (tested?.config ?? {}) as { clusterPreset?: unknown };
  return typeof clusterPreset === "string" ? clusterPreset : "research";
}

/** Reads a part once for each version; who asks meanwhile waits for the same reading, and one that failed is tried again. */
function ofVersion<T>(read: (version: Materialization, more: string) => Promise<T>) {
  let known: { of: string; part: Promise<T> } | undefined;
  return (version: Materialization | undefined, more: string): Promise<T | undefined> => {
    if (!version) return Promise.resolve(undefined);
    const of = `${version.key} ${version.id} ${more}`;
    if (known?.of !== of) {
      const part = read(version, more);
      known = { of, part };
      part.catch(() => {
        if (known?.part === part) known = undefined;
      });
    }
    return known.part;
  };
}

async function readListing(engine: DirectoryEngine, version: Materialization): Promise<Map<string, Listed>> {
  const fields = ["ticker", "name", "type", "exchange", "active", "delisted_on"];
  const rows = await rowsOfVersion(engine, version, { fields });
  return new Map(rows.map((row) => {
    const name = row.name as string | null;
    return [row.ticker as string, {
      name,
      type: row.type as string | null,
      exchange: row.exchange as string | null,
      active: row.active as boolean,
      delistedOn: row.delisted_on as string | null,
      words: nameWords(name ?? ""),
    }];
  }));
}

interface LastBars {
  of: Map<string, LastBar>;
  materialization: number | null;
}

function lastBars({ rows, materialization }: { rows: Row[]; materialization: number | null }): LastBars {
  const of = new Map<string, LastBar>();
  for (const row of rows) {
    const ticker = row.ticker as string;
    const close = row.close as number;
    const last = of.get(ticker);
    // The newest comes first, the one before it second.
    if (last) last.change = last.close! / close - 1;
    else {of.set(ticker, {
        lastSession: row.session as string,
        close,
        change: null,
        volume: row.volume as number | null,
      });}
  }
  return { of, materialization };
}

interface PairCounts {
  asOf: string | null;
  tested: Map<string, number>;
  accepted: Map<string, number>;
}

async function readTested(engine: DirectoryEngine, version: Materialization): Promise<PairCounts> {
  const { asOf, rows } = await newestSelection(engine, version, ["ticker_1", "ticker_2", "accepted"]);
  return { asOf, tested: countedByTicker(rows), accepted: countedByTicker(rows.filter((row) => row.accepted)) };
}

async function readChosen(engine: DirectoryEngine, version: Materialization): Promise<Map<string, number>> {
  return countedByTicker((await newestSelection(engine, version, ["ticker_1", "ticker_2"])).rows);
}

async function readClusters(
  engine: DirectoryEngine,
  version: Materialization,
  preset: string,
): Promise<Map<string, number>> {
  const { rows } = await newestSelection(engine, version, ["ticker", "cluster", "preset"]);
  // What belongs to no cluster has the number −1.
  const clustered = rows.filter((row) => row.preset === preset && (row.cluster as number) >= 0);
  return new Map(clustered.map((row) => [row.ticker as string, row.cluster as number]));
}

/** The rows as of the newest session of an asset that holds as of sessions. */
async function newestSelection(engine: DirectoryEngine, version: Materialization, fields: string[]) {
  const asOf = await engine.newestDate(version.key, { asOf: version.id });
  const rows = asOf === null ? [] : await rowsOfVersion(engine, version, { fields, filters: [equal("as_of", asOf)] });
  return { asOf, rows };
}

function countedByTicker(rows: readonly Row[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const row of rows) {
    for (const ticker of [row.ticker_1 as string, row.ticker_2 as string]) {
      counts.set(ticker, (counts.get(ticker) ?? 0) + 1);
    }
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
