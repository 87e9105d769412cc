/** A ticker in the source's list. */
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
  /** First session on which it no longer traded, `YYYY-MM-DD`; `null` while it trades or if the source does not say. */
  delistedOn: string | null;
}

/**
 * Daily bars as received, one column per field, all of one length n, ordered by ticker, then session, then as in the source.
 * Duplicates and impossible values are kept: assets downstream check them.
 */
export interface DailyBars {
  ticker: string[];
  /** Trading session as the New York date, `YYYY-MM-DD`. */
  session: string[];
  /** Unadjusted prices in USD; NaN if the source has none. */
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  /** Shares, may be fractional; NaN if the source has none. */
  volume: Float64Array;
  /** Volume-weighted average price in USD, unadjusted; NaN for a bar without one, absent if no bar of the source has one. */
  vwap?: Float64Array;
  /** Cash dividend in USD per share whose ex-date is this session, 0 without one. */
  dividend: Float64Array;
  /** New shares per old share, effective at this session's open; 1 without a split. */
  split: Float64Array;
}

/** An unusable row of a source. Other rows are not affected. */
export interface UnusableRow {
  /** Its symbol; `null` if unreadable. */
  ticker: string | null;
  /** Its session; `null` if unreadable. If symbol and session are readable, the result has its bar without values. */
  session: string | null;
  /** Position in the source, e.g. `line 12` or `row 3`. */
  place: string;
  /** Its fault, e.g. `close: "N/A" is not a number`. */
  reason: string;
}

export interface ReadOptions {
  signal?: AbortSignal;
  /** Called with each unusable row. */
  onUnusable?: (row: UnusableRow) => void;
  /** Called from time to time with the progress; `total` has the unit of `done`. */
  onProgress?: (done: number, total: number) => void;
}

/** The newest bars of a source whose earlier ones are those of a known version. */
export interface LaterBars {
  /** The present version, of which they are. */
  version: string;
  /** All bars dated from here on. */
  bars: DailyBars;
  from: string;
  /** The first date of a bar that was added, changed or removed since that version, not before `from`; `null` if none was. */
  changedFrom: string | null;
  /** Number of earlier bars by session. */
  earlier: ReadonlyMap<string, number>;
}

/**
 * A source of daily bars and tickers.
 *
 * An unusable row is reported ({@link ReadOptions.onUnusable}) and does not affect others. An unreadable source, or one with
 * mostly unusable rows, fails as a whole ({@link MarketDataError}): earlier data stay in place.
 */
export interface MarketData {
  /** Label in logs and metadata, e.g. `simulated` or `csv`; contains no secret. */
  readonly name: string;
  /** Identifies the location it reads, independent of the content, without revealing it; absent if the name suffices. */
  readonly id?: string;
  /** Version of the current content. Equal versions mean equal content; it must be far cheaper than reading. */
  version(): Promise<string>;
  /**
   * Version of the listing of tickers alone, if the source can distinguish it from that of the bars: a corrected bar does not
   * change it. Absent if `version` covers both.
   */
  tickersVersion?(): Promise<string>;
  /** The newest date of a bar; absent for a source that never has bars with future dates. */
  newestDate?(): Promise<string>;
  /** Ordered by ticker, without duplicates. */
  tickers(options?: ReadOptions): Promise<TickerListing[]>;
  dailyBars(options?: ReadOptions): Promise<DailyBars>;
  /**
   * What was added since an earlier version; `null` if unknown, or if an earlier bar changed or a row is unusable: all bars are to be read
   * then. Absent for a source that cannot tell.
   */
  barsSince?(version: string): Promise<LaterBars | null>;
}

/** The source could not be read or understood. The message names file, line and remedy. */
export class MarketDataError extends Error {
  override readonly name: string = "MarketDataError";
  /** Whether the same call may succeed later without a change by the user. */
  readonly retryable: boolean;
  constructor(message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, { cause: options.cause });
    this.retryable = options.retryable ?? false;
  }
}
