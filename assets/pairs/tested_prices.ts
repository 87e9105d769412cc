import { z } from "zod";
import { linearRegression, type PriceMatrix, totalReturnPrices } from "../../quant/mod.ts";
import type { TickerTradability } from "../market/tradability.ts";

/** Which prices the tests of a pair look at. */
export const TestedPricesConfig = z.strictObject({
  totalReturn: z.boolean().default(true).describe("Whether dividends are reinvested in the prices that are tested"),
  logPrices: z.boolean().default(true).describe(
    "Whether logarithms of the prices are tested, so that a spread is a share of the price; the hedge ratio is of the closes either way",
  ),
});

/** Closes of a formation without holes, what was paid on them, and how easily the tickers were traded. */
export interface Formation {
  /** In the shares of the last session. */
  matrix: PriceMatrix;
  /** Dividends a share of the same sessions in the same shares, by ticker that paid any. */
  dividends: ReadonlyMap<string, Float64Array>;
  /** By ticker; of one that is not there nothing is known. */
  tradability: ReadonlyMap<string, TickerTradability>;
}

/** Prices by ticker as they are compared: closes, or what they come to with dividends reinvested. */
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

/** The prices as the tests see them. */
export function testedSeries(
  prices: ReadonlyMap<string, Float64Array>,
  { logPrices }: { logPrices: boolean },
): ReadonlyMap<string, Float64Array> {
  return logPrices ? new Map([...prices].map(([ticker, series]) => [ticker, series.map(Math.log)])) : prices;
}

/** The line of one leg's closes on the other's, by which shares are weighed; `null` where the other one never moved. */
export function hedgeLine(x: Float64Array, y: Float64Array): { slope: number; intercept: number } | null {
  if (x.every((close) => close === x[0])) return null;
  const { slope, intercept } = linearRegression(x, y);
  return { slope, intercept };
}
