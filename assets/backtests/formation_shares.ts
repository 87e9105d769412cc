import { convergenceReturns, riskShares } from "../../quant/mod.ts";
import { closesWithin, type TradedBars } from "../market/traded_bars.ts";
import { type TradedPair, type WindowBounds, windowPlaces } from "./traded_pair.ts";

/** A pair of a window with the regression line whose residual is its spread in the formation. */
export interface FormationPair extends WindowBounds {
  ticker_1: string;
  ticker_2: string;
  slope: number;
  intercept: number;
}

/** Name of a pair within a portfolio. */
export function pairName({ ticker_1, ticker_2 }: Pick<TradedPair, "ticker_1" | "ticker_2">): string {
  return `${ticker_1} ${ticker_2}`;
}

/**
 * Shares at which the pairs of each window contribute equally to the risk in its formation, by window number and pair name. They
 * use closes of the formation only, so they are constant throughout the window.
 */
export function formationShares(
  bars: TradedBars,
  chosen: readonly FormationPair[],
): ReadonlyMap<number, ReadonlyMap<string, number>> {
  const place = windowPlaces(bars);
  return new Map([...Map.groupBy(chosen, ({ window }) => window)].map(([window, pairs]) => {
    const { formationStart, tradingStart } = place(pairs[0]!);
    const { tickers, closes } = closesWithin(bars, formationStart, tradingStart);
    const closesOf = new Map(tickers.map((ticker, i) => [ticker, closes[i]!]));
    const none = new Float64Array(tradingStart - formationStart).fill(NaN);
    const shares = riskShares(
      pairs.map((pair) =>
        convergenceReturns(closesOf.get(pair.ticker_1) ?? none, closesOf.get(pair.ticker_2) ?? none, pair)
      ),
    );
    return [window, new Map(pairs.map((pair, i) => [pairName(pair), shares[i]!]))];
  }));
}

/** The share of a pair in each session of its windows of which shares are known; 0 in others. */
export function shareOf(pair: TradedPair, shares: ReturnType<typeof formationShares>): Float64Array {
  const values = new Float64Array(pair.sessions.length);
  pair.windows.forEach(({ tradingStart, tradingEnd }, i) => {
    const share = shares.get(pair.numbers[i]!)?.get(pairName(pair));
    if (share !== undefined) values.fill(share, tradingStart, tradingEnd);
  });
  return values;
}
