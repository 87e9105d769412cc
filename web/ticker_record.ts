import type { Engine, Filter, Materialization } from "../engine/mod.ts";
import { clusterPresetOf } from "./ticker_directory.ts";
import { equal, latestVersions, rowsOfVersion, type VersionEngine } from "./version_rows.ts";

/** What the record of a ticker is read from. */
export type TickerRecordEngine = VersionEngine & Pick<Engine, "newestDate">;

/** A session of a ticker: prices in USD and shares, adjusted for splits. */
export interface TickerBar {
  session: string;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number;
  volume: number | null;
  /** What the prices as traded were divided by. */
  split_factor: number;
}

/** Indicators of a session, each `null` where it is not defined. */
export interface TickerIndicators {
  session: string;
  sma_30: number | null;
  ema_30: number | null;
  rsi_30: number | null;
  macd: number | null;
  macd_signal: number | null;
  macd_histogram: number | null;
}

/** What is known of the instrument itself; a name for each thing that some source tells. */
export interface TickerDetails {
  name: string | null;
  active: boolean | null;
  type: string | null;
  exchange: string | null;
  currency: string | null;
  sector: string | null;
  list_date: string | null;
  delisted_on: string | null;
  market_cap: number | null;
  description: string | null;
  homepage_url: string | null;
  composite_figi: string | null;
  share_class_figi: string | null;
  cik: string | null;
  sic_code: string | null;
  total_employees: number | null;
}

/** An article about a ticker. */
export interface TickerArticle {
  id: string;
  title: string;
  publisher: string;
  author: string | null;
  description: string | null;
  published_at: string;
  article_url: string;
}

/** A pair with the ticker, as of the newest session. */
export interface TickerPair {
  ticker_1: string;
  ticker_2: string;
  accepted: boolean;
  engle_granger_p_value: number | null;
  half_life: number | null;
  failed_criteria: { criterion: string; reason: string }[];
  /** Among the pairs to trade now; `null` where it is none of them. */
  rank: number | null;
}

/** A bar that was received and cannot be used. */
export interface RejectedTickerBar {
  session: string;
  occurrence: number;
  reason: string;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  volume: number | null;
}

/** The cluster of a ticker as of a session. */
export interface TickerCluster {
  asOf: string;
  /** `null` where the ticker is in none. */
  cluster: number | null;
  /** All of its tickers. */
  members: string[];
}

/** Everything that is known of a ticker. */
export interface TickerRecord {
  ticker: string;
  /** `null` where no source lists it. */
  details: TickerDetails | null;
  bars: TickerBar[];
  /** The newest session of any ticker; `null` while there are no bars. */
  marketSession: string | null;
  /** Of sessions that have any; of other bars than these where `indicatorsAged`. */
  indicators: TickerIndicators[];
  /** Whether the indicators were computed from other bars than those of the page. */
  indicatorsAged: boolean;
  splits: { session: string; ratio: number }[];
  /** As they were paid, announced ones included. */
  dividends: { session: string; cash: number }[];
  /** Newest first. */
  news: TickerArticle[];
  /** There is more news than that. */
  newsCut: boolean;
  /** Session as of which pairs were last searched for; `null` while none was. */
  pairsAsOf: string | null;
  /** The chosen first, then the accepted. */
  pairs: TickerPair[];
  /** `null` while no clusters are made. */
  cluster: TickerCluster | null;
  /** Newest first. */
  rejected: RejectedTickerBar[];
  rejectedCut: boolean;
  /** The materialization of each asset that was read and has one. */
  sources: ReadonlyMap<string, Materialization>;
}

const readAssets = [
  "tickers",
  "raw_tickers",
  "ticker_details",
  "daily_bars",
  "indicators",
  "raw_splits",
  "raw_dividends",
  "news",
  "rejected_bars",
  "pair_clusters",
  "cointegrated_pairs",
  "chosen_pairs",
];
const mostNews = 100;
const mostRejected = 100;

type Row = Record<string, unknown>;
type Read = (key: string, filters: readonly Filter[], fields?: readonly string[]) => Promise<Row[]>;

/**
 * Reads everything that is known of a ticker, each asset in one materialization.
 *
 * @returns `"unmaterialized"` while there are neither tickers nor bars, `"unknown"` where nothing is known of this one.
 *
 * Cost: the rows of the ticker, found by the keys of their tables: a few milliseconds for each asset, however many tickers there are.
 */
export async function readTicker(
  engine: TickerRecordEngine,
  ticker: string,
): Promise<TickerRecord | "unmaterialized" | "unknown"> {
  const sources = await latestVersions(engine, readAssets);
  if (sources.has("tickers")) sources.delete("raw_tickers");
  if (!["tickers", "raw_tickers", "daily_bars"].some((key) => sources.has(key))) return "unmaterialized";
  const read: Read = (key, filters, fields) => rowsOfVersion(engine, sources.get(key), { filters, fields });
  const ofTicker = [equal("ticker", ticker)];
  const [details, bars, rejected] = await Promise.all([
    readDetails(read, sources, ticker),
    read("daily_bars", ofTicker, ["session", "open", "high", "low", "close", "volume", "split_factor"]),
    readSome(engine, sources.get("rejected_bars"), { filters: ofTicker, order: ["-session"], limit: mostRejected }),
  ]);
  if (details === null && bars.length === 0 && rejected.rows.length === 0) return "unknown";
  const [marketSession, indicators, splits, dividends, news, pairs, cluster] = await Promise.all([
    newestIn(engine, sources.get("daily_bars")),
    read("indicators", ofTicker),
    read("raw_splits", ofTicker, ["session", "ratio"]),
    read("raw_dividends", ofTicker, ["session", "cash"]),
    readSome(engine, sources.get("news"), { filters: ofTicker, order: ["-published_at"], limit: mostNews }),
    readPairs(engine, read, sources, ticker),
    readCluster(engine, read, sources, ticker),
  ]);
  return {
    ticker,
    details,
    bars: bars as unknown as TickerBar[],
    marketSession,
    indicators: indicators as unknown as TickerIndicators[],
    indicatorsAged: indicators.length > 0 && madeOfOthers(sources.get("indicators")!, sources.get("daily_bars")),
    splits: splits as TickerRecord["splits"],
    dividends: dividends as TickerRecord["dividends"],
    news: news.rows as unknown as TickerArticle[],
    newsCut: news.cut,
    ...pairs,
    cluster,
    rejected: rejected.rows as unknown as RejectedTickerBar[],
    rejectedCut: rejected.cut,
    sources,
  };
}

/** Whether indicators were computed from other bars than these. Nothing that came later can be told of those made outside. */
function madeOfOthers({ upstream }: Materialization, bars: Materialization | undefined): boolean {
  return upstream.daily_bars !== undefined && upstream.daily_bars.version !== bars?.dataVersion;
}

async function readDetails(
  read: Read,
  sources: ReadonlyMap<string, Materialization>,
  ticker: string,
): Promise<TickerDetails | null> {
  const filters = [equal("ticker", ticker)];
  const [[listed], [more]] = await Promise.all([
    read(sources.has("tickers") ? "tickers" : "raw_tickers", filters),
    read("ticker_details", filters),
  ]);
  if (!listed && !more) return null;
  const one = <T>(name: string) => (listed?.[name] ?? more?.[name] ?? null) as T | null;
  return {
    name: one("name"),
    active: one("active"),
    type: one("type"),
    exchange: one("exchange"),
    currency: one("currency"),
    sector: one("sector") ?? one("sic_description"),
    list_date: one("list_date"),
    delisted_on: one("delisted_on"),
    market_cap: one("market_cap"),
    description: one("description"),
    homepage_url: one("homepage_url"),
    composite_figi: one("composite_figi"),
    share_class_figi: one("share_class_figi"),
    cik: one("cik"),
    sic_code: one("sic_code"),
    total_employees: one("total_employees"),
  };
}

/** The first rows of a version, and whether there are more. */
async function readSome(
  engine: TickerRecordEngine,
  version: Materialization | undefined,
  { filters, order, limit }: { filters: readonly Filter[]; order: readonly string[]; limit: number },
): Promise<{ rows: Row[]; cut: boolean }> {
  if (!version || version.rowCount === 0) return { rows: [], cut: false };
  const page = await engine.rows(version.key, { filters, order, limit, asOf: version.id });
  return { rows: page.rows, cut: page.nextCursor !== null };
}

async function readPairs(
  engine: TickerRecordEngine,
  read: Read,
  sources: ReadonlyMap<string, Materialization>,
  ticker: string,
): Promise<Pick<TickerRecord, "pairs" | "pairsAsOf">> {
  const [pairsAsOf, chosenAsOf] = await Promise.all(
    ["cointegrated_pairs", "chosen_pairs"].map((key) => newestIn(engine, sources.get(key))),
  );
  if (pairsAsOf == null) return { pairs: [], pairsAsOf: null };
  const either = (key: string, asOf: string, fields: string[]) =>
    Promise.all(["ticker_1", "ticker_2"].map((leg) => read(key, [equal("as_of", asOf), equal(leg, ticker)], fields)))
      .then((sides) => sides.flat());
  const [tested, chosen] = await Promise.all([
    either("cointegrated_pairs", pairsAsOf, [
      "ticker_1",
      "ticker_2",
      "accepted",
      "engle_granger_p_value",
      "half_life",
      "failed_criteria",
    ]),
    chosenAsOf == null ? [] : either("chosen_pairs", chosenAsOf, ["ticker_1", "ticker_2", "rank"]),
  ]);
  const rankOf = new Map(chosen.map((row) => [`${row.ticker_1} ${row.ticker_2}`, row.rank as number]));
  const pairs = tested.map((row) => ({
    ...row as unknown as Omit<TickerPair, "rank">,
    rank: rankOf.get(`${row.ticker_1} ${row.ticker_2}`) ?? null,
  }));
  const last = Number.POSITIVE_INFINITY;
  pairs.sort((a, b) =>
    (a.rank ?? last) - (b.rank ?? last) || Number(b.accepted) - Number(a.accepted) ||
    (a.engle_granger_p_value ?? last) - (b.engle_granger_p_value ?? last) || 0
  );
  return { pairs, pairsAsOf };
}

async function readCluster(
  engine: TickerRecordEngine,
  read: Read,
  sources: ReadonlyMap<string, Materialization>,
  ticker: string,
): Promise<TickerCluster | null> {
  const asOf = await newestIn(engine, sources.get("pair_clusters"));
  if (asOf === null) return null;
  const within = [equal("as_of", asOf), equal("preset", clusterPresetOf(sources.get("cointegrated_pairs")))];
  const [own] = await read("pair_clusters", [...within, equal("ticker", ticker)], ["cluster"]);
  // What belongs to no cluster has the number −1.
  if (!own || (own.cluster as number) < 0) return { asOf, cluster: null, members: [] };
  const rows = await read("pair_clusters", [...within, equal("cluster", String(own.cluster))], ["ticker"]);
  return { asOf, cluster: own.cluster as number, members: rows.map((row) => row.ticker as string) };
}

async function newestIn(engine: TickerRecordEngine, version: Materialization | undefined): Promise<string | null> {
  return version ? await engine.newestDate(version.key, { asOf: version.id }) : null;
}
