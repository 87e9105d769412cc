import { createHash } from "node:crypto";
import { resolve } from "node:path";
import { takingTurns } from "../turns.ts";
import { rowsWhere } from "./bar_columns.ts";
import type { DailyBars, LaterBars, MarketData, ReadOptions, TickerListing, UnusableRow } from "./market_data.ts";
import { equalStamps, type FileSource, type FileStamp, readStored, release, stampOf } from "./stored_file.ts";

/** Content of a file. */
export interface FileContents {
  bars: DailyBars;
  /** Every ticker in the file, also those without bars, sorted and without duplicates. */
  symbols: string[];
  /** For the next state of the file. */
  settled?: SettledFile | null;
}

/** What is kept of a file to read its next state only where it differs. */
export interface SettledFile {
  /** The bars before this date are settled. */
  readonly from: string;
  /** Number of settled bars by session. */
  readonly earlier: ReadonlyMap<string, number>;
  /** All other bars. */
  readonly recent: DailyBars;
  /** As of the whole file. */
  readonly symbols: string[];
  readonly newestDate: string;
  /** The same of another state, which is read for that; `null` if it has other settled bars or an unusable row. */
  grown(stored: Uint8Array<ArrayBuffer>): Promise<GrownFile | null>;
}

/** Another state of a file with the same settled bars. */
export interface GrownFile {
  file: SettledFile;
  /** The first date of a bar that differs; `null` for none. */
  changedFrom: string | null;
}

/** Number of earlier versions of a file of which the changes since are known. */
const knownVersions = 20;

/** Bytes. */
const hashedAtOnce = 4 * 2 ** 20;

/** What was read for its symbols and newest date is kept so long for the reading of its bars, which follows at once. */
const keptMs = 15_000;

/** Options of {@link fileMarket}. */
export interface FileMarketOptions {
  /**
   * Whether bars will be read, as they are by default: what was read for symbols and newest date is then kept for that. A thread that
   * makes only plans needs no memory for millions of bars.
   */
  readsBars?: boolean;
}

/**
 * Market data of one file, given a reader of its bytes.
 *
 * The version is a hash of the file as stored. It is computed again only when size or modification time have changed. A changed file is read
 * once for its symbols, its newest date and its bars, if these are asked for within some seconds; only where it differs, if its reader
 * keeps what is settled ({@link SettledFile}).
 *
 * Listings have only a symbol: all count as active, since a file does not say why its bars end.
 *
 * @param name As in {@link MarketData.name}; the version begins with it.
 */
export function fileMarket(
  name: string,
  source: FileSource,
  parse: (stored: Uint8Array<ArrayBuffer>, options: ReadOptions) => Promise<FileContents>,
  { readsBars = true }: FileMarketOptions = {},
): MarketData {
  let known: KnownState | null = null;
  let presenting: Promise<KnownState> | null = null;
  let summarizing: Promise<Summary> | null = null;
  let kept: KeptContents | null = null;

  /** Cached data of the file's current state, at least its version; concurrent callers share the read. */
  async function present(): Promise<KnownState> {
    if (known && equalStamps(known.stamp, await stampOf(source))) return known;
    return await (presenting ??= presentAnew().finally(() => presenting = null));
  }

  async function presentAnew(): Promise<KnownState> {
    const before = known;
    const { stored, stamp } = await readStored(source);
    const version = await versionOf(name, stored);
    const grown = await before?.settled?.grown(stored) ?? null;
    release(stored);
    if (!before || !grown) return known = { stamp, version, summary: null, settled: null, changes: [] };
    const { file: settled, changedFrom } = grown;
    const changes = [...before.changes, { since: before.version, from: null }].slice(-knownVersions).map(
      ({ since, from }) => ({ since, from: earlierOf(from, changedFrom) }),
    );
    return known = {
      stamp,
      version,
      summary: { symbols: settled.symbols, newestDate: settled.newestDate },
      settled,
      changes,
    };
  }

  async function read(options: ReadOptions): Promise<{ contents: FileContents; stamp: FileStamp; summary: Summary }> {
    const { stored, stamp } = await readStored(source);
    options.signal?.throwIfAborted();
    const before = known && equalStamps(known.stamp, stamp) ? known : null;
    const version = before?.version ?? await versionOf(name, stored);
    const contents = await parse(stored, options);
    const summary = summaryOf(contents);
    known = before?.settled ? before : { stamp, version, summary, settled: contents.settled ?? null, changes: [] };
    release(stored);
    return { contents, stamp, summary };
  }

  /** Read once per state of the file; concurrent callers share the read. */
  async function summaryNow(options: ReadOptions = {}): Promise<Summary> {
    const { summary } = await present();
    if (summary) return summary;
    return await (summarizing ??= summarized(options).finally(() => summarizing = null));
  }

  async function summarized(options: ReadOptions): Promise<Summary> {
    const unusable: UnusableRow[] = [];
    const { contents, stamp, summary } = await read({
      ...options,
      onUnusable(row) {
        unusable.push(row);
        options.onUnusable?.(row);
      },
    });
    forget();
    if (!readsBars) {
      for (const column of Object.values(contents.bars)) if (column instanceof Float64Array) release(column);
      return summary;
    }
    kept = { stamp, contents, unusable, timer: setTimeout(forget, keptMs) };
    Deno.unrefTimer(kept.timer);
    return summary;
  }

  function forget(): void {
    clearTimeout(kept?.timer);
    kept = null;
  }

  /** Contents that were read a moment ago, if the file is still the same; they are given once. */
  async function keptContents({ signal, onUnusable }: ReadOptions): Promise<FileContents | null> {
    const found = kept;
    forget();
    if (!found || !equalStamps(found.stamp, await stampOf(source))) return null;
    signal?.throwIfAborted();
    for (const row of found.unusable) onUnusable?.(row);
    return found.contents;
  }

  return {
    name,
    id: `${name} ${createHash("sha256").update(resolve(source.path)).digest("hex").slice(0, 16)}`,

    async version() {
      return (await present()).version;
    },

    async tickersVersion() {
      const symbols = new TextEncoder().encode(JSON.stringify((await summaryNow()).symbols));
      return await versionOf(`${name} tickers`, symbols);
    },

    async newestDate() {
      return (await summaryNow()).newestDate;
    },

    async tickers(options = {}) {
      return (await summaryNow(options)).symbols.map(listingOf);
    },

    async dailyBars(options = {}) {
      return (await keptContents(options) ?? (await read(options)).contents).bars;
    },

    async barsSince(since): Promise<LaterBars | null> {
      await summaryNow();
      const { version, settled, changes } = await present();
      const change = changes.findLast((one) => one.since === since);
      if (!settled || !change) return null;
      const { from, earlier, recent } = settled;
      if (change.from !== null && change.from < from) return null;
      return { version, bars: rowsWhere(recent, () => true), from, changedFrom: change.from, earlier };
    },
  };
}

/** What is known of a state of the file. */
interface KnownState {
  stamp: FileStamp;
  version: string;
  summary: Summary | null;
  settled: SettledFile | null;
  /** Of earlier versions, the first date of a bar that changed since; `null` if none did. */
  changes: readonly { since: string; from: string | null }[];
}

function earlierOf(a: string | null, b: string | null): string | null {
  return a === null || (b !== null && b < a) ? b : a;
}

/** Contents of a file that were read without their bars being asked for. */
interface KeptContents {
  stamp: FileStamp;
  contents: FileContents;
  unusable: readonly UnusableRow[];
  timer: ReturnType<typeof setTimeout>;
}

/** Cached parts of a file. */
interface Summary {
  symbols: string[];
  /** Empty for a file without bars. */
  newestDate: string;
}

function summaryOf({ symbols, bars }: FileContents): Summary {
  return { symbols, newestDate: bars.session.reduce((newest, session) => session > newest ? session : newest, "") };
}

/** In pieces of some milliseconds: `crypto.subtle` copies the file first, and takes several times as long. */
async function versionOf(name: string, stored: Uint8Array): Promise<string> {
  const hash = createHash("sha256");
  const turn = takingTurns();
  for (let at = 0; at < stored.length; at += hashedAtOnce) {
    hash.update(stored.subarray(at, at + hashedAtOnce));
    await turn();
  }
  return `${name} ${hash.digest("hex").slice(0, 32)}, ${stored.length} bytes`;
}

function listingOf(ticker: string): TickerListing {
  return {
    ticker,
    name: null,
    type: null,
    exchange: null,
    sector: null,
    currency: null,
    active: true,
    delistedOn: null,
  };
}
