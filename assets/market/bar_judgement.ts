/** Daily bars in columns, in order of ticker, session and occurrence; NaN where a value is missing. */
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

/** The columns of {@link BarColumns}, for whoever reads them from a table. */
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

/** Bars that can be used, adjusted for splits. */
export interface AdjustedBars {
  ticker: string[];
  session: string[];
  open: Float64Array;
  high: Float64Array;
  low: Float64Array;
  close: Float64Array;
  volume: Float64Array;
  dividend: Float64Array;
  split: Float64Array;
  split_factor: Float64Array;
}

/** Splits that happened, in order of ticker and session. */
export interface SplitColumns {
  ticker: readonly string[];
  session: readonly string[];
  /** New shares for one old. */
  ratio: Float64Array;
}

/** A bar that cannot be used. */
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
 * Parts the bars that can be used from those that cannot, and adjusts prices, volumes and dividends for splits.
 *
 * @param splits At least those of the bars' tickers in sessions after theirs; others make no difference.
 *
 * Of several bars of one ticker and session the first is judged and the others are rejected. A bar needs a close; what it has
 * of open, high and low must be positive, with no price outside low to high, and a volume must not be negative. The price of a
 * session is divided by the product of the splits that became effective after it, so that a series has no jump where shares were
 * split.
 *
 * Cost: O(n), one pass to judge and one pass backwards to adjust.
 */
export function judgeBars(
  bars: BarColumns,
  splits: SplitColumns,
): { accepted: AdjustedBars; rejected: RejectedBarRow[] } {
  const n = bars.ticker.length;
  const factors = splitFactors(bars, splits);
  const usable: number[] = [];
  const rejected: RejectedBarRow[] = [];
  for (let i = 0; i < n; i++) {
    const reason = barFault(bars, i);
    if (reason === undefined) usable.push(i);
    else rejected.push(rejection(bars, i, reason));
  }
  const pick = (values: Float64Array, adjust: (value: number, factor: number) => number) =>
    Float64Array.from(usable, (i) => adjust(values[i]!, factors[i]!));
  const price = (value: number, factor: number) => value / factor;
  const orElse = (fallback: number) => (value: number) => Number.isNaN(value) ? fallback : value;
  return {
    accepted: {
      ticker: usable.map((i) => bars.ticker[i]!),
      session: usable.map((i) => bars.session[i]!),
      open: pick(bars.open, price),
      high: pick(bars.high, price),
      low: pick(bars.low, price),
      close: pick(bars.close, price),
      volume: pick(bars.volume, (value, factor) => value * factor),
      dividend: pick(bars.dividend, (value, factor) => orElse(0)(value) / factor),
      split: pick(bars.split, orElse(1)),
      split_factor: pick(bars.split, (_, factor) => factor),
    },
    rejected,
  };
}

/** Why bar `i` cannot be used, or `undefined`. */
export function barFault(bars: BarColumns, i: number): string | undefined {
  if (bars.occurrence[i]! > 1) {
    return sameAsFirst(bars, i) ? "repeats the first bar of the session" : "differs from the first bar of the session";
  }
  const { open, high, low, close, volume, dividend, split } = bars;
  if (Number.isNaN(close[i]!)) return "has no close";
  for (const [name, values] of Object.entries({ open, high, low, close })) {
    if (values[i]! <= 0) return `${name} is not positive`;
  }
  // What is missing is NaN, and no comparison with it holds.
  if (low[i]! > high[i]!) return "low is above high";
  for (const [name, values] of Object.entries({ open, close })) {
    if (values[i]! > high[i]!) return `${name} is above high`;
    if (values[i]! < low[i]!) return `${name} is below low`;
  }
  if (volume[i]! < 0) return "volume is negative";
  if (dividend[i]! < 0) return "dividend is negative";
  if (split[i]! <= 0) return "split ratio is not positive";
}

function sameAsFirst(bars: BarColumns, i: number): boolean {
  const first = i - (bars.occurrence[i]! - 1);
  const { open, high, low, close, volume, dividend, split } = bars;
  return [open, high, low, close, volume, dividend, split].every((values) => Object.is(values[i], values[first]));
}

function rejection(bars: BarColumns, i: number, reason: string): RejectedBarRow {
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

/** Whether shares were split in the session of bar `i`, be the bar usable or not. */
export function isSplit(bars: BarColumns, i: number): boolean {
  const ratio = bars.split[i]!;
  return bars.occurrence[i] === 1 && ratio > 0 && ratio !== 1;
}

/** Each split that the bars tell of. It counts even where its own bar cannot be used: it happened. */
export function splitsOf(bars: BarColumns): SplitColumns {
  const rows: number[] = [];
  for (let i = 0; i < bars.ticker.length; i++) if (isSplit(bars, i)) rows.push(i);
  return {
    ticker: rows.map((i) => bars.ticker[i]!),
    session: rows.map((i) => bars.session[i]!),
    ratio: Float64Array.from(rows, (i) => bars.split[i]!),
  };
}

/** For each bar the product of its ticker's splits in later sessions. */
function splitFactors(bars: BarColumns, splits: SplitColumns): Float64Array {
  const factors = new Float64Array(bars.ticker.length);
  let factor = 1;
  // Both are in order of ticker and session: the last split that is not yet behind.
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
