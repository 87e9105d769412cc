/** A ticker as the source lists it. */
export interface TickerListing {
  /** Symbol, case kept: `AMpB` and `AMPB` are different instruments. */
  ticker: string;
  name: string | null;
  /** Kind of instrument in the source's words, e.g. `CS` (common stock) or `ETF`. */
  type: string | null;
  exchange: string | null;
  sector: string | null;
  currency: string | null;
  /** False once the instrument no longer trades. */
  active: boolean;
  /** First session on which it no longer traded, `YYYY-MM-DD`; `null` while it trades or where the source does not say. */
  delistedOn: string | null;
}

/**
 * Daily bars as received, one column a field, all of one length n, ordered by ticker, then session, then as the source had
 * them. Duplicates and impossible values are kept: judging them is the work of the assets downstream.
 */
export interface DailyBars {
  ticker: string[];
  /** Trading session as the New York date, `YYYY-MM-DD`. */
  session: string[];
  /** Unadjusted prices in USD; NaN where the source has none. */
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  /** Shares, may be fractional; NaN where the source has none. */
  volume: Float64Array;
  /** Volume-weighted average price in USD, unadjusted; NaN where a bar has none, absent where no bar of the source has one. */
  vwap?: Float64Array;
  /** Cash dividend in USD a share whose ex-date is this session, 0 without one. */
  dividend: Float64Array;
  /** New shares for one old share, effective at this session's open; 1 without a split. */
  split: Float64Array;
}

/** A row of a source that cannot be used. It costs itself and no other row. */
export interface UnusableRow {
  /** Its symbol, or `null` where that cannot be read. */
  ticker: string | null;
  /** Its session, or `null` where that cannot be read. Where both can, its bar is answered without values. */
  session: string | null;
  /** Where it stands, e.g. `line 12` or `row 3`. */
  place: string;
  /** The fault of it, e.g. `close: "N/A" is not a number`. */
  reason: string;
}

export interface ReadOptions {
  signal?: AbortSignal;
  /** Called with each row that cannot be used. */
  onUnusable?: (row: UnusableRow) => void;
  /** Called now and then with how far the work is, `total` in the same unit as `done`. */
  onProgress?: (done: number, total: number) => void;
}

/**
 * Where daily bars and tickers come from.
 *
 * A row that cannot be used is told ({@link ReadOptions.onUnusable}) and costs nothing else. A source that cannot be understood, or
 * most of whose rows cannot, fails as a whole ({@link MarketDataError}): what was read before stays in place.
 */
export interface MarketData {
  /** Label in logs and metadata, e.g. `simulated` or `csv`; holds no secret. */
  readonly name: string;
  /** Names where it reads, whatever is there, and tells nothing of it; absent where the name says all. */
  readonly id?: string;
  /**
   * Names what the source would answer now. Two equal versions mean equal answers; it must be far cheaper than reading.
   */
  version(): Promise<string>;
  /**
   * Names the listing of tickers alone, where the source can tell it from the bars: a corrected bar leaves it as it is. Absent
   * where `version` has to do for both.
   */
  tickersVersion?(): Promise<string>;
  /** The newest date of a bar; absent for a source that never has a bar of a day to come. */
  newestDate?(): Promise<string>;
  /** Ordered by ticker, each once. */
  tickers(options?: ReadOptions): Promise<TickerListing[]>;
  dailyBars(options?: ReadOptions): Promise<DailyBars>;
}

/** The source could not be read, or answered something that cannot be understood. The message names file, line and remedy. */
export class MarketDataError extends Error {
  override readonly name: string = "MarketDataError";
  /** Whether the same call may succeed later without anyone changing anything. */
  readonly retryable: boolean;
  constructor(message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable ?? false;
  }
}
