/** A row of `daily_bars` with one price. */
export function dailyBarRow(
  ticker: string,
  session: string,
  close: number,
  more: { open?: number | null; volume?: number | null; vwap?: number | null } = {},
) {
  const prices = { open: close, high: close, low: close, close };
  return { ticker, session, ...prices, volume: 100, vwap: null, dividend: 0, split: 1, split_factor: 1, ...more };
}
