import * as assets from "../assets/views.ts";
import { equalTo, type Materialization, type RowOf } from "../engine/mod.ts";
import { clusterPresetOf } from "./ticker_directory.ts";
import { latestVersions, type VersionEngine, VersionReader, type Versions } from "./version_rows.ts";

const barColumns = ["session", "open", "high", "low", "close", "volume", "split_factor"] as const;
const pairColumns = [
  "ticker_1",
  "ticker_2",
  "accepted",
  "engle_granger_p_value",
  "half_life",
  "failed_criteria",
] as const;

/** A session of a ticker: prices in USD and shares, adjusted for splits. */
export type TickerBar = Pick<RowOf<typeof assets.dailyBars>, typeof barColumns[number]>;
/** Indicators of a session, each `null` if undefined. */
export type TickerIndicators = RowOf<typeof assets.indicators>;
/** An article about a ticker. */
export type TickerArticle = RowOf<typeof assets.news>;

/** Data about the instrument itself, as far as some source has them. */
export type TickerDetails = NonNullable<Awaited<ReturnType<typeof readDetails>>>;

/** A pair with the ticker, as of the newest session. */
export interface TickerPair extends Pick<RowOf<typeof assets.cointegratedPairs>, typeof pairColumns[number]> {
  /** Rank among the chosen pairs; `null` if it is not chosen. */
  rank: number | null;
}

/** The cluster of a ticker as of a session. */
export interface TickerCluster {
  asOf: string;
  /** `null` if the ticker is in none. */
  cluster: number | null;
  /** All of its tickers. */
  members: string[];
}

/** All data about a ticker. */
export interface TickerRecord {
  ticker: string;
  /** `null` if no source lists it. */
  details: TickerDetails | null;
  bars: TickerBar[];
  /** The newest session of any ticker; `null` while there are no bars. */
  marketSession: string | null;
  /** Of sessions that have any; computed from other bars than these if `indicatorsAged`. */
  indicators: TickerIndicators[];
  /** Whether the indicators were computed from other bars than those of the page. */
  indicatorsAged: boolean;
  splits: { session: string; ratio: number }[];
  /** As paid, announced ones included. */
  dividends: { session: string; cash: number }[];
  /** Newest first. */
  news: TickerArticle[];
  /** Whether there is more news. */
  newsCut: boolean;
  /** As-of session of the newest search for pairs; `null` before the first one. */
  pairsAsOf: string | null;
  /** Chosen pairs first, then accepted ones. */
  pairs: TickerPair[];
  /** `null` if there are no clusters. */
  cluster: TickerCluster | null;
  /** Newest first. */
  rejected: RowOf<typeof assets.rejectedBars>[];
  rejectedCut: boolean;
  /** The latest materialization of each asset that was read. */
  sources: Versions;
}

const readAssets = [
  assets.tickers,
  assets.rawTickers,
  assets.tickerDetails,
  assets.dailyBars,
  assets.indicators,
  assets.rawSplits,
  assets.rawDividends,
  assets.news,
  assets.rejectedBars,
  assets.pairClusters,
  assets.cointegratedPairs,
  assets.chosenPairs,
];
const mostNews = 100;
const mostRejected = 100;

/**
 * Reads all data about a ticker, each asset in one materialization.
 *
 * @returns `"unmaterialized"` while there are neither tickers nor bars, `"unknown"` if there are no data about this ticker.
 *
 * Cost: index lookups of the ticker's rows, a few milliseconds per asset, independent of the number of tickers.
 */
export async function readTicker(
  engine: VersionEngine,
  ticker: string,
): Promise<TickerRecord | "unmaterialized" | "unknown"> {
  const sources = new Map(await latestVersions(engine, readAssets));
  if (sources.has(assets.tickers.key)) sources.delete(assets.rawTickers.key);
  const read = new VersionReader(engine, sources);
  if (![assets.tickers, assets.rawTickers, assets.dailyBars].some((view) => read.has(view))) return "unmaterialized";
  const filters = equalTo({ ticker });
  const [details, bars, rejected] = await Promise.all([
    readDetails(read, ticker),
    read.rows(assets.dailyBars, { filters, fields: barColumns }),
    read.some(assets.rejectedBars, { filters, order: ["-session"], limit: mostRejected }),
  ]);
  if (details === null && bars.length === 0 && rejected.rows.length === 0) return "unknown";
  const [marketSession, indicators, splits, dividends, news, pairs, cluster] = await Promise.all([
    read.newestDate(assets.dailyBars),
    read.rows(assets.indicators, { filters }),
    read.rows(assets.rawSplits, { filters, fields: ["session", "ratio"] }),
    read.rows(assets.rawDividends, { filters, fields: ["session", "cash"] }),
    read.some(assets.news, { filters, order: ["-published_at"], limit: mostNews }),
    readPairs(read, ticker),
    readCluster(read, ticker),
  ]);
  const [indicated, made] = [sources.get(assets.indicators.key), sources.get(assets.dailyBars.key)];
  return {
    ticker,
    details,
    bars,
    marketSession,
    indicators,
    indicatorsAged: indicators.length > 0 && madeOfOthers(indicated!, made),
    splits,
    dividends,
    news: news.rows,
    newsCut: news.cut,
    ...pairs,
    cluster,
    rejected: rejected.rows,
    rejectedCut: rejected.cut,
    sources,
  };
}

/** Whether indicators were computed from other bars than these. False for indicators made outside Tandem, whose bars are unknown. */
function madeOfOthers({ upstream }: Materialization, bars: Materialization | undefined): boolean {
  const read = upstream[assets.dailyBars.key];
  return read !== undefined && read.version !== bars?.dataVersion;
}

async function readDetails(read: VersionReader, ticker: string) {
  type Told = RowOf<typeof assets.tickers> & RowOf<typeof assets.tickerDetails>;
  const query = { filters: equalTo({ ticker }) };
  const [[listed], [more]]: readonly [Partial<Told>[], Partial<Told>[]] = await Promise.all([
    read.has(assets.tickers) ? read.rows(assets.tickers, query) : read.rows(assets.rawTickers, query),
    read.rows(assets.tickerDetails, query),
  ]);
  if (!listed && !more) return null;
  const one = <Column extends keyof Told>(name: Column): Told[Column] | null => listed?.[name] ?? more?.[name] ?? null;
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

async function readPairs(
  read: VersionReader,
  ticker: string,
): Promise<Pick<TickerRecord, "pairs" | "pairsAsOf">> {
  const [pairsAsOf, chosenAsOf] = await Promise.all([
    read.newestDate(assets.cointegratedPairs),
    read.newestDate(assets.chosenPairs),
  ]);
  if (pairsAsOf === null) return { pairs: [], pairsAsOf };
  const eitherLeg = (asOf: string) => [
    equalTo({ as_of: asOf, ticker_1: ticker }),
    equalTo({ as_of: asOf, ticker_2: ticker }),
  ];
  const [tested, chosen] = await Promise.all([
    Promise.all(
      eitherLeg(pairsAsOf).map((filters) => read.rows(assets.cointegratedPairs, { filters, fields: pairColumns })),
    ),
    Promise.all(
      (chosenAsOf === null ? [] : eitherLeg(chosenAsOf)).map((filters) =>
        read.rows(assets.chosenPairs, { filters, fields: ["ticker_1", "ticker_2", "rank"] })
      ),
    ),
  ]);
  const nameOf = ({ ticker_1, ticker_2 }: { ticker_1: string; ticker_2: string }) => `${ticker_1} ${ticker_2}`;
  const rankOf = new Map(chosen.flat().map((row) => [nameOf(row), row.rank]));
  const pairs = tested.flat().map((row) => ({ ...row, rank: rankOf.get(nameOf(row)) ?? null }));
  const last = Number.POSITIVE_INFINITY;
  pairs.sort((a, b) =>
    (a.rank ?? last) - (b.rank ?? last) || Number(b.accepted) - Number(a.accepted) ||
    (a.engle_granger_p_value ?? last) - (b.engle_granger_p_value ?? last) || 0
  );
  return { pairs, pairsAsOf };
}

async function readCluster(read: VersionReader, ticker: string): Promise<TickerCluster | null> {
  const asOf = await read.newestDate(assets.pairClusters);
  if (asOf === null) return null;
  const within = { as_of: asOf, preset: clusterPresetOf(read.versions) };
  const [own] = await read.rows(assets.pairClusters, { filters: equalTo({ ...within, ticker }), fields: ["cluster"] });
  // Tickers without a cluster have the number −1.
  if (!own || own.cluster < 0) return { asOf, cluster: null, members: [] };
  const filters = equalTo({ ...within, cluster: String(own.cluster) });
  const members = await read.rows(assets.pairClusters, { filters, fields: ["ticker"] });
  return { asOf, cluster: own.cluster, members: members.map((row) => row.ticker) };
}
