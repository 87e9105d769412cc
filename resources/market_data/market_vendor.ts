import type { UnusableRow } from "./market_data.ts";

/**
 * A vendor of market data. A call requests one session, one ticker or one listing, and counts against a rate limit.
 *
 * Every method returns a complete result or throws {@link VendorError}. An unusable row is reported ({@link
 * VendorOptions.onUnusable}) and does not affect others: a bar with readable ticker and session is returned without values, any
 * other row is left out. A response with mostly unusable rows is an error. Transient failures (429, 5xx, lost connections) are
 * retried before an error is thrown. A method throws the reason of its `signal` as soon as it aborts, also while waiting.
 */
export interface MarketVendor {
  /** Label in logs and metadata, e.g. `polygon`; contains no secret. */
  readonly name: string;
  /** The rate limit shared by all processes, for estimates. */
  readonly callsPerMinute: number;
  /** Time that a call made now would wait for its turn, for estimates; takes no turn. */
  nextCallInMs(): Promise<number>;

  /**
   * Listed instruments, each ticker once, by ticker in code-unit order (`AMPB` before `AMpB`). If a symbol was used twice, the
   * active instrument wins, then the one delisted last.
   */
  tickers(query?: TickersQuery): Promise<VendorTicker[]>;
  /** Details of one instrument, or `null` if the vendor does not have it (on `asOfDate`, today by default). */
  tickerDetails(ticker: string, options?: VendorOptions & { asOfDate?: string }): Promise<VendorTickerDetails | null>;
  /** News by time of publication, oldest first, then by id; without duplicate ids. */
  news(query: NewsQuery): Promise<VendorNews[]>;
  /**
   * The bars of all instruments in one session, in the order received, duplicates kept: assets downstream check them. None for a
   * day without trading. One call.
   *
   * A session that has not ended, or that the plan does not include, is an error of scope `call`.
   */
  sessionBars(session: string, options?: VendorOptions): Promise<VendorBar[]>;
  /** The bars of one instrument in the sessions of `range`, in the order received. One call per 50,000 sessions. */
  tickerBars(ticker: string, range: DateRange & VendorOptions): Promise<VendorBar[]>;
  /** Splits by execution date, then ticker, then id, without duplicate ids. Announced ones may be in the future. */
  splits(query: CorporateActionsQuery): Promise<VendorSplit[]>;
  /** Cash dividends by ex-date, then ticker, then id, without duplicate ids. Announced ones may be in the future. */
  dividends(query: CorporateActionsQuery): Promise<VendorDividend[]>;
  /** The announced closures and early closes of the exchanges, by date, then exchange. */
  upcomingHolidays(options?: VendorOptions): Promise<VendorHoliday[]>;
}

/** Options of every call. */
export interface VendorOptions {
  signal?: AbortSignal;
  /** Called after each page with the number of rows or tickers so far; `total` is `null` if the vendor does not say it. */
  onProgress?: (done: number, total: number | null) => void;
  /** Called with each unusable row, also those of instruments outside the universe. */
  onUnusable?: (row: UnusableRow) => void;
  /** Called before each request that counts against the rate limit, retries included. */
  onRequest?: () => void;
}

/** New York dates `YYYY-MM-DD`, both included. */
export interface DateRange {
  from: string;
  to: string;
}

/** All given conditions apply. */
export interface TickersQuery extends VendorOptions {
  /** Kind of instrument in the vendor's words, e.g. `CS` (common stock) or `ETF`. */
  type?: string;
  /** Primary exchange as a MIC, e.g. `XNAS`. */
  exchange?: string;
  /** Absent: active and delisted ones. */
  active?: boolean;
  /** Only these symbols; those that the vendor does not list are left out. */
  tickers?: readonly string[];
}

export interface NewsQuery extends VendorOptions {
  /** ISO 8601 instant or date, included. */
  publishedFrom: string;
  /** ISO 8601 instant or date, not included. Absent: up to now. */
  publishedUntil?: string;
  ticker?: string;
}

/** By execution date of splits and ex-date of dividends. */
export interface CorporateActionsQuery extends VendorOptions {
  from: string;
  /** Included. Absent: everything announced. */
  to?: string;
  ticker?: string;
}

/** An instrument in the vendor's list. */
export interface VendorTicker {
  /** Symbol, case kept: `AMpB` and `AMPB` are different instruments. */
  ticker: string;
  name: string | null;
  type: string | null;
  /** Primary exchange as a MIC. */
  exchange: string | null;
  /** ISO 4217, upper case. */
  currency: string | null;
  active: boolean;
  /** First New York date on which it no longer traded; `null` while it trades or if the vendor does not say. */
  delistedOn: string | null;
  cik: string | null;
  compositeFigi: string | null;
  shareClassFigi: string | null;
}

export interface VendorTickerDetails extends VendorTicker {
  description: string | null;
  homepageUrl: string | null;
  /** Date of the first listing. */
  listDate: string | null;
  /** Price × shares outstanding, in `currency`. */
  marketCap: number | null;
  sicCode: string | null;
  sicDescription: string | null;
  shareClassSharesOutstanding: number | null;
  weightedSharesOutstanding: number | null;
  totalEmployees: number | null;
}

export interface VendorNews {
  id: string;
  title: string;
  author: string | null;
  description: string | null;
  publisher: string;
  publisherUrl: string | null;
  /** ISO 8601 in UTC. */
  publishedAt: string;
  articleUrl: string;
  imageUrl: string | null;
  /** The instruments it is about, in the vendor's order. */
  tickers: string[];
  keywords: string[];
}

/** One instrument in one session, unadjusted. A missing value is NaN. */
export interface VendorBar {
  ticker: string;
  /** Trading session as the New York date. */
  session: string;
  open: number;
  high: number;
  low: number;
  close: number;
  /** Shares, may be fractional. */
  volume: number;
  /** Volume-weighted average price. */
  vwap: number | null;
  /** Number of trades. */
  trades: number | null;
}

export interface VendorSplit {
  id: string;
  ticker: string;
  /** First session with prices after the split. */
  executionDate: string;
  splitFrom: number;
  splitTo: number;
  /** New shares for one old share: `splitTo / splitFrom`. */
  ratio: number;
}

export interface VendorDividend {
  id: string;
  ticker: string;
  /** First session on which a buyer does not receive it. */
  exDate: string;
  /** Cash per share, in `currency`, as paid: not adjusted for later splits. */
  cash: number;
  /** ISO 4217, upper case. */
  currency: string | null;
  recordDate: string | null;
  payDate: string | null;
  /** Payments per year; 0 for a non-recurring one. */
  frequency: number | null;
  /** In the vendor's words, e.g. `recurring` or `special`. */
  distributionType: string | null;
}

export interface VendorHoliday {
  exchange: string;
  name: string;
  date: string;
  kind: "closed" | "early-close";
  /** ISO 8601 instants; `null` on a day without trading. */
  opensAt: string | null;
  closesAt: string | null;
}
