import type { DailyBars } from "../../resources/market_data/mod.ts";

/** The same bars before a session; from it on every price differs, some closes are missing and some shares are split. */
export function otherFuture(
  bars: DailyBars,
  { from, random }: { from: string; random: () => number },
): DailyBars {
  const scale = Float64Array.from(bars.ticker, () => Math.exp(0.1 * (random() - 0.5)));
  const change = (column: Float64Array, changed: (value: number, i: number) => number) =>
    column.map((value, i) => bars.session[i]! < from ? value : changed(value, i));
  const price = (value: number, i: number) => value * scale[i]!;
  return {
    ...bars,
    open: change(bars.open, price),
    high: change(bars.high, price),
    low: change(bars.low, price),
    close: change(bars.close, (value, i) => random() < 0.01 ? NaN : price(value, i)),
    split: change(bars.split, (value) => random() < 0.002 ? 2 : value),
  };
}
