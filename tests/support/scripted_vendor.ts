import { nyse, xnys } from "../../resources/exchange_calendar/mod.ts";
import type {
  MarketVendor,
  VendorBar,
  VendorDividend,
  VendorNews,
  VendorSplit,
  VendorTicker,
  VendorTickerDetails,
} from "../../resources/market_data/mod.ts";
import type { VendorResources } from "../../assets/polled/vendor_resources.ts";

/** Data of a vendor; empty by default. */
export interface VendorScript {
  tickers?: readonly VendorTicker[];
  details?: Readonly<Record<string, Partial<VendorTickerDetails>>>;
  bars?: readonly VendorBar[];
  splits?: readonly VendorSplit[];
  dividends?: readonly VendorDividend[];
  news?: readonly VendorNews[];
}

/** A vendor in memory with given data, which records its calls. */
export function scriptedVendor(script: VendorScript): { vendor: MarketVendor; asked: string[] } {
  const asked: string[] = [];
  const ask = <T>(question: string, answer: T, options: { onRequest?: () => void } = {}): Promise<T> => {
    asked.push(question.trim());
    options.onRequest?.();
    return Promise.resolve(answer);
  };
  const { tickers = [], details = {}, bars = [], splits = [], dividends = [], news = [] } = script;
  const within = (date: string, { from, to }: { from: string; to?: string }) =>
    date >= from && (to === undefined || date <= to);
  const vendor: MarketVendor = {
    name: "scripted",
    callsPerMinute: 5,
    nextCallInMs: () => Promise.resolve(0),
    tickers: (query = {}) => {
      const { type, exchange, tickers: names } = query;
      const found = tickers.filter((one) =>
        (type === undefined || one.type === type) && (exchange === undefined || one.exchange === exchange) &&
        (names === undefined || names.includes(one.ticker))
      );
      return ask(`tickers ${JSON.stringify({ type, exchange, tickers: names })}`, found, query);
    },
    tickerDetails: (ticker, options = {}) => {
      const known = details[ticker];
      const answer = known ? { ...nothingKnown(ticker), ...known } : null;
      return ask(`details ${ticker} ${options.asOfDate ?? ""}`, answer, options);
    },
    news: (query) => {
      const { publishedFrom, publishedUntil, ticker } = query;
      const found = news.filter((one) =>
        one.publishedAt >= publishedFrom && (publishedUntil === undefined || one.publishedAt < publishedUntil) &&
        (ticker === undefined || one.tickers.includes(ticker))
      );
      return ask(`news ${publishedFrom} ${publishedUntil ?? ""} ${ticker ?? ""}`, found, query);
    },
    sessionBars: (session, options) =>
      ask(`session ${session}`, bars.filter((bar) => bar.session === session), options),
    tickerBars: (ticker, range) =>
      ask(
        `ticker ${ticker} ${range.from} ${range.to}`,
        bars.filter((bar) => bar.ticker === ticker && within(bar.session, range)),
        range,
      ),
    splits: (query) =>
      ask(
        `splits ${query.from} ${query.to ?? ""} ${query.ticker ?? ""}`,
        splits.filter((one) => within(one.executionDate, query)),
        query,
      ),
    dividends: (query) =>
      ask(
        `dividends ${query.from} ${query.to ?? ""} ${query.ticker ?? ""}`,
        dividends.filter((one) =>
          within(one.exDate, query) && (query.ticker === undefined || one.ticker === query.ticker)
        ),
        query,
      ),
    upcomingHolidays: (options) => ask("holidays", [], options),
  };
  return { vendor, asked };
}

/** Resources of vendor assets around a given vendor. */
export function vendorResources(vendor: MarketVendor, more: Partial<VendorResources> = {}): VendorResources {
  return {
    vendor,
    universe: { type: "ETF", exchange: "XNAS" },
    historyFrom: "2024-01-02",
    barsAfterCloseMinutes: 120,
    calendar: xnys,
    ...more,
  };
}

/** A clock two hours after the close of a session, when a vendor has its bars. */
export function afterClose(session: string): { now(): Temporal.Instant } {
  const now = nyse.closeOf(session).add({ hours: 2 });
  return { now: () => now };
}

export function vendorTicker(ticker: string, more: Partial<VendorTicker> = {}): VendorTicker {
  return {
    ticker,
    name: `${ticker} Trust`,
    type: "ETF",
    exchange: "XNAS",
    currency: "USD",
    active: true,
    delistedOn: null,
    cik: null,
    compositeFigi: null,
    shareClassFigi: null,
    ...more,
  };
}

/** A row of `raw_tickers`. */
export function listedRow(ticker: string, more: { delisted_on?: string | null; name?: string | null } = {}) {
  const { delisted_on = null, name = `${ticker} Trust` } = more;
  return {
    ticker,
    name,
    type: "ETF",
    exchange: "XNAS",
    sector: null,
    currency: "USD",
    active: delisted_on === null,
    delisted_on,
  };
}

export function vendorBar(ticker: string, session: string, price: number, more: Partial<VendorBar> = {}): VendorBar {
  const bar = { ticker, session, open: price, high: price, low: price, close: price, volume: 1_000_000 };
  return { ...bar, vwap: null, trades: null, ...more };
}

export function vendorNews(id: string, publishedAt: string, tickers: string[], more: Partial<VendorNews> = {}) {
  return {
    id,
    title: `News ${id}`,
    author: null,
    description: null,
    publisher: "The Wire",
    publisherUrl: null,
    publishedAt,
    articleUrl: `https://wire.example/${id}`,
    imageUrl: null,
    tickers,
    keywords: [],
    ...more,
  };
}

function nothingKnown(ticker: string): VendorTickerDetails {
  return {
    ...vendorTicker(ticker),
    description: null,
    homepageUrl: null,
    listDate: null,
    marketCap: null,
    sicCode: null,
    sicDescription: null,
    shareClassSharesOutstanding: null,
    weightedSharesOutstanding: null,
    totalEmployees: null,
  };
}
