import type { UnusableRow } from "./market_data.ts";

/**
 * A vendor that is asked for one session, one ticker or one listing at a time, each call counting against a rate.
 *
 * Every method answers in full or throws {@link VendorError}; it never answers in part. A row that cannot be used is told
 * ({@link VendorOptions.onUnusable}) and costs nothing else: a bar whose ticker and session can be read is answered without values, any
 * other row is left out. An answer most of whose rows cannot be used is an error. What passes by itself (429, 5xx, lost
 * connections) has been tried again before an error is seen. A method throws the reason of its `signal` as soon as that aborts,
 * waits included.
 */
export interface MarketVendor {
  /** Label in logs and metadata, e.g. `polygon`; holds no secret. */
  readonly name: string;
  /** The rate that all processes together keep to, for estimates. */
  readonly callsPerMinute: number;
  /** How long a call made now would wait for its turn, for estimates; takes no turn. */
  nextCallInMs(): Promise<number>;

  /**
   * Instruments as listed, each ticker once, by ticker in code-unit order (`AMPB` before `AMpB`). Where a symbol was used twice
   * the active instrument wins, then the one that was delisted last.
   */
  tickers(query?: TickersQuery): Promise<VendorTicker[]>;
  /** Known data of one instrument, or `null` where the vendor does not know it (on `asOfDate`, today by default). */
  tickerDetails(ticker: string, options?: VendorOptions & { asOfDate?: string }): Promise<VendorTickerDetails | null>;
  /** News by time of publication, oldest first, then by id; each id once. */
  news(query: NewsQuery): Promise<VendorNews[]>;
  /**
   * The bars of all instruments in one session, in the order received, duplicates kept: judging them is the work of the assets
   * downstream. A day without trading has none. One call.
   *
   * A session that is not over, or that the plan does not reach, is an error of scope `call`.
   */
  sessionBars(session: string, options?: VendorOptions): Promise<VendorBar[]>;
  /** The bars of one instrument in the sessions of `range`, in the order received. A call for each 50,000 sessions. */
  tickerBars(ticker: string, range: DateRange & VendorOptions): Promise<VendorBar[]>;
  /** Splits by execution date, then ticker, then id; each id once. Announced ones may lie in the future. */
  splits(query: CorporateActionsQuery): Promise<VendorSplit[]>;
  /** Cash dividends by ex-date, then ticker, then id; each id once. Announced ones may lie in the future. */
  dividends(query: CorporateActionsQuery): Promise<VendorDividend[]>;
  /** The closures and early closes that the exchanges have announced, by date, then exchange. */
  upcomingHolidays(options?: VendorOptions): Promise<VendorHoliday[]>;
}

/** What every call takes. */
export interface VendorOptions {
  signal?: AbortSignal;
  /** Called after each page with the rows or tickers had so far; `total` is `null` where the vendor does not say it. */
  onProgress?: (done: number, total: number | null) => void;
  /** Called with each row that cannot be used, of instruments that are not followed too. */
  onUnusable?: (row: UnusableRow) => void;
  /** Called before each request that counts against the rate, further tries included. */
  onRequest?: () => void;
}

/** New York dates `YYYY-MM-DD`, both included. */
export interface DateRange {
  from: string;
  to: string;
}

/** All given conditions hold. */
export interface TickersQuery extends VendorOptions {
  /** Kind of instrument in the vendor's words, e.g. `CS` (common stock) or `ETF`. */
  type?: string;
  /** Primary exchange as a MIC, e.g. `XNAS`. */
  exchange?: string;
  /** Absent: active and delisted ones. */
  active?: boolean;
  /** These symbols only; one that the vendor does not list is left out of the answer. */
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

/** An instrument as the vendor lists it. */
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
  /** First New York date on which it no longer traded; `null` while it trades or where the vendor does not say. */
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

/** One instrument in one session, not adjusted for anything. A value that the vendor left out is NaN. */
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
  /** First session whose prices are after the split. */
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
  /** Cash a share, in `currency`, as it was paid: not adjusted for later splits. */
  cash: number;
  /** ISO 4217, upper case. */
  currency: string | null;
  recordDate: string | null;
  payDate: string | null;
  /** Payments a year; 0 for one that does not recur. */
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
