import {
  chosenPairs,
  cointegratedPairs,
  dailyBars,
  indicators,
  news,
  pairClusters,
  rawDividends,
  rawSplits,
  rejectedBars,
  tickerDetails,
  tickers,
} from "../../assets/mod.ts";
import type { AnyAsset, RowOf } from "../../engine/mod.ts";
import { averageMoves, ema, macd, rsi, sma } from "../../quant/mod.ts";
import { knownTable } from "./known_tables.ts";
import { tradablePair } from "./tradable_pair.ts";

/** 300 weekdays from 2023-01-02 on, the last of them 2024-02-23. */
export const tickerSessions: readonly string[] = Array.from({ length: 300 }, (_, t) => {
  const day = new Date(Date.UTC(2023, 0, 2 + 7 * Math.floor(t / 5) + t % 5));
  return day.toISOString().slice(0, 10);
});
export const lastTickerSession = tickerSessions[299]!;

/** Adjusted close of KO: 30.00 in the first session, 0.10 USD more in each, 59.90 in the last. */
export function closeOfKo(t: number): number {
  return (300 + t) / 10;
}

/** KO is split two for one in this session: before it, prices as traded are twice the adjusted ones. */
export const splitAt = 200;

type Bar = RowOf<typeof dailyBars>;

function bar(ticker: string, t: number, close: number, more: Partial<Bar> = {}): Bar {
  return {
    ticker,
    session: tickerSessions[t]!,
    open: close - 0.05,
    high: close + 0.5,
    low: close - 0.5,
    close,
    volume: 1000 + t,
    vwap: null,
    dividend: 0,
    split: 1,
    split_factor: 1,
    ...more,
  };
}

const all = tickerSessions.map((_, t) => t);
const series = (ticker: string, from: number, until: number, more: Partial<Bar> = {}) =>
  all.slice(from, until).map((t) => bar(ticker, t, 50 + t / 100, more));

/** Read when the table is made: a test may add rows. */
export const tickerBars: Bar[] = [
  ...all.map((t) => bar("KO", t, closeOfKo(t), { split_factor: t < splitAt ? 2 : 1, split: t === splitAt ? 2 : 1 })),
  ...series("PEP", 0, 300),
  // A source with closes only.
  ...series("BRK.B", 0, 300, { open: null, high: null, low: null, volume: null }),
  ...series("OLD", 0, 120),
  ...series("LATE", 0, 290),
  ...series("ONE", 299, 300),
  ...series("STRANGER", 200, 300),
  ...series("A&B", 250, 300),
];

function indicatorsOf(bars: readonly Bar[]): RowOf<typeof indicators>[] {
  const closes = Float64Array.from(bars, ({ close }) => close);
  const { value, signal, histogram } = macd(closes);
  const [average, exponential, strength] = [sma(closes, 30), ema(closes, 30), rsi(closes, 30)];
  const [fast, slow, moves] = [ema(closes, 12), ema(closes, 26), averageMoves(closes, 30)];
  const defined = (values: Float64Array, t: number) => Number.isNaN(values[t]!) ? null : values[t]!;
  return bars.map(({ ticker, session }, t) => ({
    ticker,
    session,
    sma_30: defined(average, t),
    ema_30: defined(exponential, t),
    rsi_30: defined(strength, t),
    macd: defined(value, t),
    macd_signal: defined(signal, t),
    macd_histogram: defined(histogram, t),
    ema_12: defined(fast, t),
    ema_26: defined(slow, t),
    average_gain_30: defined(moves.gain, t),
    average_loss_30: defined(moves.loss, t),
  }));
}

type Listed = RowOf<typeof tickers>;

const listed = (ticker: string, name: string | null, more: Partial<Listed> = {}): Listed => ({
  ticker,
  name,
  active: true,
  type: "CS",
  exchange: "XNYS",
  currency: "usd",
  delisted_on: null,
  list_date: null,
  sector: null,
  market_cap: null,
  description: null,
  homepage_url: null,
  ...more,
});

/** Nine different instruments, and 60 funds with only a listing. */
const listing: Listed[] = [
  listed("KO", "Coca-Cola Co", {
    sector: "Beverages",
    list_date: "1962-01-02",
    market_cap: 260e9,
    description: "Sells drinks.",
    homepage_url: "https://drinks.example/",
  }),
  listed("PEP", "PepsiCo Inc", { homepage_url: "http://drinks.example/pep" }),
  listed("BRK.B", "Berkshire Hathaway Inc Class B"),
  listed("OLD", "Old Mills Co", { active: false, delisted_on: tickerSessions[120]! }),
  listed("LATE", "Late Systems Inc"),
  listed("ONE", "First Day Inc"),
  listed("NONE", "Never Traded Inc"),
  listed("A&B", "<script>alert(1)</script> & Sons"),
  listed("AMpB", "Small Letter Preferred", { type: "PFD" }),
  ...Array.from({ length: 60 }, (_, i) => {
    const number = String(i).padStart(2, "0");
    return listed(`T${number}`, `Fund ${number} of Everything`, { type: "ETF", exchange: "XNAS" });
  }),
];

const asOf = tickerSessions[295]!;
const before = tickerSessions[290]!;

type Clustered = RowOf<typeof pairClusters>;
const clustered = (
  as_of: string,
  ticker: string,
  cluster: number,
  preset: Clustered["preset"] = "research",
): Clustered => ({
  as_of,
  preset,
  ticker,
  cluster,
  position: 0,
  reachability: null,
  core_distance: null,
  component_1: null,
  component_2: null,
  component_3: null,
  component_4: null,
  component_5: null,
});

type Tested = RowOf<typeof cointegratedPairs>;
const tested: Tested = {
  as_of: asOf,
  ticker_1: "KO",
  ticker_2: "PEP",
  cluster: 4,
  sources: ["cluster"],
  slope: 1,
  intercept: 0,
  adf_statistic: -4,
  adf_p_value: 0.001,
  used_lag: 0,
  engle_granger_p_value: 0.004,
  engle_granger_p_value_reversed: 0.005,
  adjusted_p_value: 0.02,
  earlier_p_value: null,
  hurst_exponent: 0.3,
  half_life: 6.5,
  half_life_low: null,
  half_life_high: null,
  mean_crossings: 30,
  ...tradablePair,
  accepted: true,
  failed_criteria: [],
};
const failed = {
  accepted: false,
  engle_granger_p_value: 0.4,
  failed_criteria: [{ criterion: "adfPValue", reason: "p-value 0.4 is not below 0.05." }],
};

type Article = RowOf<typeof news>;
const article = (id: string, published_at: string, more: Partial<Article> = {}): Article => ({
  id,
  ticker: "KO",
  title: `Headline ${id}`,
  publisher: "The Wire",
  publisher_url: null,
  author: null,
  description: null,
  published_at,
  article_url: `https://wire.example/${id}`,
  image_url: null,
  ...more,
});

/** A Saturday, so that articles published on it belong to Monday, {@link newsMonday}. */
const newsSaturday = "2024-01-27";
export const newsMonday = "2024-01-29";

const articles: Article[] = [
  article("weekend-1", `${newsSaturday}T15:00:00Z`, { author: "A. Writer", description: "What it says, in short." }),
  article("weekend-2", `${newsSaturday}T16:00:00Z`),
  // In New York it is still the day before.
  article("late", "2024-02-07T03:00:00Z"),
  article("script", "2024-02-08T15:00:00Z", { title: "<b>Loud</b>", article_url: "https://news.example/loud" }),
  article("after", "2024-02-26T15:00:00Z"),
];

const barsTable = knownTable(dailyBars, tickerBars);
const indicatorRows = [...Map.groupBy(tickerBars, ({ ticker }) => ticker).values()].flatMap(indicatorsOf);
const indicatorsTable = knownTable(indicators, indicatorRows);

/** Tables read by the pages of tickers: the service's own, with rows that can be counted by hand. */
export const tickerPageAssets: AnyAsset[] = [
  knownTable(tickers, listing),
  knownTable(tickerDetails, [{
    ticker: "KO",
    name: null,
    description: null,
    homepage_url: null,
    list_date: null,
    market_cap: null,
    sic_code: "2080",
    sic_description: "BEVERAGES",
    share_class_shares_outstanding: null,
    weighted_shares_outstanding: null,
    total_employees: 79_000,
    cik: "0000021344",
    composite_figi: "BBG000BMX289",
    share_class_figi: "BBG001S5XXX1",
  }]),
  barsTable,
  // Depends on the bars, so that pages can tell whether it was made from these.
  { ...indicatorsTable, recipe: { ...indicatorsTable.recipe!, deps: { bars: barsTable } } },
  knownTable(rejectedBars, [
    {
      ticker: "NONE",
      session: tickerSessions[10]!,
      occurrence: 1,
      reason: "low is above high",
      open: 10,
      high: 9,
      low: 11,
      close: 10,
      volume: 5,
    },
    {
      ticker: "KO",
      session: tickerSessions[20]!,
      occurrence: 2,
      reason: "differs from the first usable bar of the session",
      open: 32,
      high: 33,
      low: 31,
      close: 32,
      volume: null,
    },
  ]),
  knownTable(rawSplits, [{ ticker: "KO", session: tickerSessions[splitAt]!, ratio: 2 }]),
  knownTable(rawDividends, [
    { ticker: "KO", session: tickerSessions[100]!, cash: 0.46 },
    { ticker: "KO", session: tickerSessions[250]!, cash: 0.2325 },
    // Announced.
    { ticker: "KO", session: "2024-03-14", cash: 0.24 },
  ]),
  knownTable(news, articles),
  knownTable(pairClusters, [
    clustered(before, "KO", 1),
    clustered(asOf, "KO", 4),
    clustered(asOf, "PEP", 4),
    clustered(asOf, "LATE", 4),
    clustered(asOf, "BRK.B", -1),
    clustered(asOf, "KO", 9, "service"),
  ]),
  knownTable(cointegratedPairs, [
    { ...tested, as_of: before, ticker_2: "OLD" },
    tested,
    { ...tested, ...failed, ticker_1: "KO", ticker_2: "LATE" },
    { ...tested, ...failed, ticker_1: "LATE", ticker_2: "PEP", half_life: -3 },
  ]),
  knownTable(chosenPairs, [{
    as_of: asOf,
    rank: 1,
    ticker_1: "KO",
    ticker_2: "PEP",
    slope: 1,
    intercept: 0,
    adf_p_value: 0.001,
    engle_granger_p_value: 0.004,
    engle_granger_p_value_reversed: 0.005,
    adjusted_p_value: 0.02,
    half_life: 6.5,
    notional: 10_000,
    shares_1: -81,
    shares_2: 41,
    max_notional: tradablePair.max_notional,
    pinned: false,
    reason: null,
  }]),
];
