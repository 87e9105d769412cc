import type { Input } from "../../engine/mod.ts";
import type { DailyBars } from "../../resources/market_data/mod.ts";
import type { PricedBarColumns } from "./bar_judgement.ts";

/** Bars of a source with numbers for those of one ticker and session, and a column of volume-weighted prices. */
export function received(bars: DailyBars): PricedBarColumns & { vwap: Float64Array } {
  return {
    ...bars,
    vwap: bars.vwap ?? new Float64Array(bars.ticker.length).fill(NaN),
    occurrence: occurrences(bars.ticker, bars.session),
  };
}

/** Numbers the adjacent bars of one ticker and session. */
function occurrences(ticker: readonly string[], session: readonly string[]): Float64Array {
  const numbers = new Float64Array(ticker.length);
  for (let i = 0; i < numbers.length; i++) {
    const repeated = i > 0 && session[i] === session[i - 1] && ticker[i] === ticker[i - 1];
    numbers[i] = repeated ? numbers[i - 1]! + 1 : 1;
  }
  return numbers;
}

/** Number of tickers of dividends before a date and of further ones. */
export async function tickersPaid(
  dividends: Input<Record<string, unknown>>,
  { from, more }: { from: string; more: readonly string[] },
): Promise<number> {
  const tickers = new Set(more);
  if (dividends.rowCount > 0) {
    const { ticker, session } = await dividends.columns("ticker", "session") as unknown as Record<string, string[]>;
    ticker!.forEach((one, i) => {
      if (session![i]! < from) tickers.add(one);
    });
  }
  return tickers.size;
}
