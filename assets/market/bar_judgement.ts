import { possible } from "../../resources/market_data/possible.ts";
import type { DailyBars } from "../../resources/market_data/market_data.ts";

/** Daily bars as columns, in order of ticker, session and occurrence; NaN if a value is missing. */
export interface BarColumns {
  ticker: readonly string[];
  session: readonly string[];
  /** 1 for the first bar of its ticker and session. */
  occurrence: Float64Array;
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  dividend: Float64Array;
  split: Float64Array;
}

/** Bars with columns that do not affect validation. */
export interface PricedBarColumns extends BarColumns {
  /** Volume-weighted average price; omitted if no bar has one. */
  vwap?: Float64Array;
}

/** The columns of {@link BarColumns}, for reading a table. */
export const barColumnNames = [
  "ticker",
  "session",
  "occurrence",
  "open",
  "high",
  "low",
  "close",
  "volume",
  "dividend",
  "split",
] as const satisfies readonly (keyof BarColumns)[];

/** Usable bars, adjusted for splits. */
export interface AdjustedBars extends Required<DailyBars> {
  split_factor: Float64Array;
}

/** Splits, in order of ticker and session. */
export interface SplitColumns {
  ticker: readonly string[];
  session: readonly string[];
  /** New shares for one old. */
  ratio: Float64Array;
}

/** An unusable bar, with the reason. */
export interface RejectedBarRow {
  ticker: string;
  session: string;
  occurrence: number;
  reason: string;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  volume: number | null;
}

/**
 * Separates usable bars from unusable ones, and adjusts prices, volumes and dividends for splits.
 *
 * The first usable bar of a ticker and session is accepted, others are rejected. A bar needs a close. Its open, high and low,
 * where present, must be positive, with no price outside low to high; its volume must not be negative; all values must lie within
 * {@link possible}. A volume-weighted price does not affect validation; one that is not positive is omitted. Prices are divided
 * by the product of the splits effective in later sessions, so that splits cause no jumps in a series.
 *
 * Cost: O(n), one pass for validation and one backward pass for adjustment.
 *
 * @param splits At least those of the bars' tickers in later sessions; others have no effect.
 */
export function judgeBars(
  bars: PricedBarColumns,
  splits: SplitColumns,
): { accepted: AdjustedBars; rejected: RejectedBarRow[] } {
  const n = bars.ticker.length;
  const factors = splitFactors(bars, splits);
  const usable = new Uint32Array(n);
  let count = 0;
  const rejected: RejectedBarRow[] = [];
  for (let i = 0; i < n; i++) {
    const reason = barFault(bars, i);
    if (reason === undefined) usable[count++] = i;
    else rejected.push(rejection(bars, i, reason));
  }
  // Loops: `from` with a function makes a list of all values first, and takes ten times as long.
  const column = () => new Float64Array(count);
  const accepted: AdjustedBars = {
    ticker: new Array(count),
    session: new Array(count),
    open: column(),
    high: column(),
    low: column(),
    close: column(),
    volume: column(),
    vwap: column(),
    dividend: column(),
    split: column(),
    split_factor: column(),
  };
  const prices = ["open", "high", "low", "close"] as const;
  for (const name of prices) {
    const [values, received] = [accepted[name], bars[name]];
    for (let at = 0; at < count; at++) values[at] = received[usable[at]!]! / factors[usable[at]!]!;
  }
  const events = sessionEvents(bars);
  let next = 0;
  for (let at = 0; at < count; at++) {
    const i = usable[at]!;
    const factor = factors[i]!;
    const first = i - (bars.occurrence[i]! - 1);
    while (next < events.length && events[next]!.bar < first) next++;
    const event = events[next]?.bar === first ? events[next] : undefined;
    accepted.ticker[at] = bars.ticker[i]!;
    accepted.session[at] = bars.session[i]!;
    accepted.volume[at] = bars.volume[i]! * factor;
    accepted.vwap[at] = possiblePrice(bars.vwap?.[i]) / factor;
    accepted.dividend[at] = (event?.dividend ?? 0) / factor;
    accepted.split[at] = event?.split ?? 1;
    accepted.split_factor[at] = factor;
  }
  return { accepted, rejected };
}

/** Reason for a bar with possible values whose prices or events differ from the accepted bar's. */
export const differs = "differs from the first usable bar of the session";

/**
 * Why bar `i` is unusable, or `undefined`.
 *
 * Its own values are checked first: an unusable bar never blocks a later usable one of its session.
 */
export function barFault(bars: BarColumns, i: number): string | undefined {
  const fault = valueFault(bars, i);
  if (fault !== undefined || bars.occurrence[i] === 1) return fault;
  const used = usedBar(bars, i)!;
  if (used === i) return undefined;
  return agrees(bars, i, used) ? "repeats the first usable bar of the session" : differs;
}

/** The first bar with possible values of the ticker and session of bar `i`, up to `i`. */
function usedBar(bars: BarColumns, i: number): number | undefined {
  for (let at = i - (bars.occurrence[i]! - 1); at <= i; at++) if (valueFault(bars, at) === undefined) return at;
}

/** Why the values of bar `i` are impossible, independent of other bars. */
function valueFault({ open, high, low, close, volume, dividend, split }: BarColumns, i: number): string | undefined {
  if (Number.isNaN(close[i]!)) return "has no close";
  if (open[i]! <= 0) return "open is not positive";
  if (high[i]! <= 0) return "high is not positive";
  if (low[i]! <= 0) return "low is not positive";
  if (close[i]! <= 0) return "close is not positive";
  // Missing values are NaN: every comparison with them is false.
  if (low[i]! > high[i]!) return "low is above high";
  if (open[i]! > high[i]!) return "open is above high";
  if (open[i]! < low[i]!) return "open is below low";
  if (close[i]! > high[i]!) return "close is above high";
  if (close[i]! < low[i]!) return "close is below low";
  if (volume[i]! < 0) return "volume is negative";
  if (dividend[i]! < 0) return "dividend is negative";
  if (split[i]! <= 0) return "split ratio is not positive";
  if (isOutOfRange(open[i]!)) return "open is out of range";
  if (isOutOfRange(high[i]!)) return "high is out of range";
  if (isOutOfRange(low[i]!)) return "low is out of range";
  if (isOutOfRange(close[i]!)) return "close is out of range";
  if (volume[i]! > possible.volume.most) return "volume is out of range";
  if (dividend[i]! > possible.price.most) return "dividend is out of range";
  if (split[i]! < possible.split.least || split[i]! > possible.split.most) return "split ratio is out of range";
}

/** Whether a price is out of range; false if it is missing. */
function isOutOfRange(price: number): boolean {
  return price < possible.price.least || price > possible.price.most;
}

/**
 * Whether two bars have equal prices and events. Volume is excluded: a vendor may send a bar again with another volume, and no
 * price depends on it.
 */
function agrees({ open, high, low, close, dividend, split }: BarColumns, i: number, other: number): boolean {
  return [open, high, low, close, dividend, split].every((values) => Object.is(values[i], values[other]));
}

/**
 * The unusable bars.
 *
 * Cost: O(n).
 *
 * @param unreadable Reasons for bars without any value, by {@link barKey}, in order of occurrence; or one reason for all of them,
 * if the source does not distinguish them.
 */
export function unusableBars(
  bars: BarColumns,
  unreadable: ReadonlyMap<string, readonly string[]> | string = new Map(),
): RejectedBarRow[] {
  const rejected: RejectedBarRow[] = [];
  const rejectedBefore = new Map<string, number>();
  const { ticker, session, open, high, low, close, volume } = bars;
  for (let i = 0; i < ticker.length; i++) {
    let reason = barFault(bars, i);
    if (reason === undefined) continue;
    if ([open, high, low, close, volume].every((values) => Number.isNaN(values[i]))) {
      if (typeof unreadable === "string") reason = unreadable;
      else {
        const key = barKey(ticker[i]!, session[i]!);
        const place = rejectedBefore.get(key) ?? 0;
        const why = unreadable.get(key)?.[place];
        rejectedBefore.set(key, place + 1);
        if (why !== undefined) reason = `cannot be read (${why})`;
      }
    }
    rejected.push(rejection(bars, i, reason));
  }
  return rejected;
}

export function barKey(ticker: string, session: string): string {
  return `${session} ${ticker}`;
}

/** A reason without the details of the single bar, for counting by kind. */
export function kindOfReason(reason: string): string {
  return reason.replace(/ \(.*\)$/s, "");
}

/** Bar `i` as received, with the reason for its rejection. */
export function rejection(bars: BarColumns, i: number, reason: string): RejectedBarRow {
  const value = (values: Float64Array) => Number.isNaN(values[i]!) ? null : values[i]!;
  return {
    ticker: bars.ticker[i]!,
    session: bars.session[i]!,
    occurrence: bars.occurrence[i]!,
    reason,
    open: value(bars.open),
    high: value(bars.high),
    low: value(bars.low),
    close: value(bars.close),
    volume: value(bars.volume),
  };
}

/** Corporate events of a ticker in one session, from its bars. */
export interface SessionEvent {
  /** The first bar of the session. */
  bar: number;
  /** New shares for one old; 1 without a split. */
  split: number;
  /** USD a share; 0 without a dividend. */
  dividend: number;
}

/**
 * The splits and dividends in bars, one entry for each ticker and session with either.
 *
 * The accepted bar's events are used; if it has none, those of the first unusable bar that has one, because a split in a row
 * without a price still happened. Bars that repeat or contradict the accepted one are ignored.
 */
export function sessionEvents(bars: BarColumns): SessionEvent[] {
  const events: SessionEvent[] = [];
  const n = bars.ticker.length;
  for (let first = 0, end: number; first < n; first = end) {
    const isAlone = first + 1 === n || bars.occurrence[first + 1] === 1;
    if (isAlone && splitAt(bars, first) === 1 && dividendAt(bars, first) === 0) {
      end = first + 1;
      continue;
    }
    let used: number | undefined;
    let split = 1;
    let dividend = 0;
    for (end = first; end < n && (end === first || bars.occurrence[end]! > 1); end++) {
      if (valueFault(bars, end) === undefined) used ??= end;
      else {
        if (split === 1) split = splitAt(bars, end);
        if (dividend === 0) dividend = dividendAt(bars, end);
      }
    }
    if (used !== undefined) {
      if (splitAt(bars, used) !== 1) split = splitAt(bars, used);
      if (dividendAt(bars, used) !== 0) dividend = dividendAt(bars, used);
    }
    if (split !== 1 || dividend !== 0) events.push({ bar: first, split, dividend });
  }
  return events;
}

/** The split of bar `i`; 1 for none or an impossible ratio. */
export function splitAt({ split }: BarColumns, i: number): number {
  return split[i]! >= possible.split.least && split[i]! <= possible.split.most ? split[i]! : 1;
}

/** The dividend of bar `i`; 0 for none or an impossible amount. */
export function dividendAt({ dividend }: BarColumns, i: number): number {
  return dividend[i]! > 0 && dividend[i]! <= possible.price.most ? dividend[i]! : 0;
}

/** Each split of the bars, by {@link sessionEvents}. */
export function splitsOf(bars: BarColumns): SplitColumns {
  const events = sessionEvents(bars).filter(({ split }) => split !== 1);
  return {
    ticker: events.map(({ bar }) => bars.ticker[bar]!),
    session: events.map(({ bar }) => bars.session[bar]!),
    ratio: Float64Array.from(events, ({ split }) => split),
  };
}

/** Each dividend of the bars, by {@link sessionEvents}. */
export function dividendsPaid(bars: BarColumns): { ticker: string[]; session: string[]; cash: Float64Array } {
  const events = sessionEvents(bars).filter(({ dividend }) => dividend !== 0);
  return {
    ticker: events.map(({ bar }) => bars.ticker[bar]!),
    session: events.map(({ bar }) => bars.session[bar]!),
    cash: Float64Array.from(events, ({ dividend }) => dividend),
  };
}

/** The price, or NaN if it is impossible. */
function possiblePrice(value = NaN): number {
  return isOutOfRange(value) ? NaN : value;
}

/** For each bar, the product of its ticker's splits in later sessions. */
function splitFactors(bars: BarColumns, splits: SplitColumns): Float64Array {
  const factors = new Float64Array(bars.ticker.length);
  let factor = 1;
  // Bars and splits are in order of ticker and session; `s` is the last split not yet applied.
  let s = splits.ticker.length - 1;
  for (let i = factors.length - 1; i >= 0; i--) {
    const ticker = bars.ticker[i]!;
    if (ticker !== bars.ticker[i + 1]) factor = 1;
    while (s >= 0 && splits.ticker[s]! > ticker) s--;
    while (s >= 0 && splits.ticker[s] === ticker && splits.session[s]! > bars.session[i]!) factor *= splits.ratio[s--]!;
    factors[i] = factor;
  }
  return factors;
}
