/** A row of `raw_daily_bars` in a test. */
export interface RawBar {
  ticker: string;
  session: string;
  occurrence: number;
  open: number | null;
  high: number | null;
  low: number | null;
  close: number | null;
  volume: number | null;
  vwap: number | null;
  dividend: number | null;
  split: number | null;
}

/** A bar with one price as open, high, low and close, and a volume of a million shares, unless given. */
export function rawBar(ticker: string, session: string, close: number | null, more: Partial<RawBar> = {}): RawBar {
  const bar = { ticker, session, occurrence: 1, open: close, high: close, low: close, close };
  return { ...bar, volume: 1_000_000, vwap: null, dividend: 0, split: 1, ...more };
}

/** Weekdays from Monday 2024-01-01 on, as ISO dates, to be used as sessions. */
export function weekdays(count: number): string[] {
  const days: string[] = [];
  for (let day = Temporal.PlainDate.from("2024-01-01"); days.length < count; day = day.add({ days: 1 })) {
    if (day.dayOfWeek < 6) days.push(day.toString());
  }
  return days;
}

/** Rows of `sessions`: the sessions with a bar, each complete unless it is in `thin`. */
export function sessionRows(bars: readonly { session: string }[], thin: readonly string[] = []) {
  return [...new Set(bars.map(({ session }) => session))].sort().map((session) => ({
    session,
    tickers: 1,
    usual: null,
    complete: !thin.includes(session),
    received: 1,
    rejected: 0,
    vanished: 0,
    vanished_tickers: [],
  }));
}
