import { z } from "zod";
import { linearRegression, type PriceMatrix, totalReturnPrices } from "../../quant/mod.ts";
import type { TickerTradability } from "../market/tradability.ts";

/** Settings of the prices that pairs are tested on. */
export const TestedPricesConfig = z.strictObject({
  totalReturn: z.boolean().default(true).describe("Whether dividends are reinvested in the prices that are tested"),
  logPrices: z.boolean().default(true).describe(
    "Whether logarithms of the prices are tested, so that a spread is a share of the price; the hedge ratio is of the closes either way",
  ),
});

/** Closes of a formation without gaps, with dividends and tradability. */
export interface Formation {
  /** In shares of the last session. */
  matrix: PriceMatrix;
  /** Dividends a share in the same sessions and shares, by ticker with any. */
  dividends: ReadonlyMap<string, Float64Array>;
  /** By ticker; absent if unknown. */
  tradability: ReadonlyMap<string, TickerTradability>;
}

/** Prices to compare, by ticker: closes, optionally with dividends reinvested. */
export function pricesOf(
  { matrix, dividends }: Pick<Formation, "matrix" | "dividends">,
  { totalReturn }: { totalReturn: boolean },
) {
  return new Map(matrix.tickers.map((ticker, i): [string, Float64Array] => {
    const closes = matrix.closes[i]!;
    const paid = totalReturn ? dividends.get(ticker) : undefined;
    return [ticker, paid ? totalReturnPrices(closes, paid) : closes];
  }));
}

/** The prices or their logarithms, as tested. */
export function testedSeries(
  prices: ReadonlyMap<string, Float64Array>,
  { logPrices }: { logPrices: boolean },
): ReadonlyMap<string, Float64Array> {
  return logPrices ? new Map([...prices].map(([ticker, series]) => [ticker, series.map(Math.log)])) : prices;
}

/** Regression line of one leg's closes on the other's, which gives the hedge ratio; `null` if the other one is constant. */
export function hedgeLine(x: Float64Array, y: Float64Array): { slope: number; intercept: number } | null {
  if (x.every((close) => close === x[0])) return null;
  const { slope, intercept } = linearRegression(x, y);
  return { slope, intercept };
}
