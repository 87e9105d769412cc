import { bestSoFar, picksOf } from "../../assets/backtests/best_so_far.ts";
import {
  deflatedSharpeRatio,
  pairPortfolio,
  type RolledWindow,
  sharpeRatio,
  sharpeSample,
  sharpeTrials,
  type Strategy,
  type TickerPair,
  walkForward,
} from "../../quant/mod.ts";
import type { NoiseMarket } from "./market.ts";
import { windowsByPair } from "../research/chosen_pairs.ts";

/** Results in a market by name: of each strategy, and of the headline that follows the best record so far. */
export type Earned = ReadonlyMap<string, {
  /** Sharpe ratio per year. */
  sharpe: number;
  /** Whether the Sharpe ratio, deflated for all that is compared, is above 0.95. */
  claim: boolean;
}>;

/**
 * Trades the pairs chosen for each window with each strategy: equal weights, 2 basis points of commission and slippage, 50 of
 * borrow per year, fills at the next open.
 */
export function trade(
  market: NoiseMarket,
  chosen: readonly { window: RolledWindow; pairs: readonly TickerPair[] }[],
  strategies: readonly Strategy[],
): Earned {
  const byPair = windowsByPair(chosen);
  const from = chosen[0]!.window.tradingStart;
  const placeOf = new Map(market.sessions.map((session, t) => [session, t]));
  const legOf = (ticker: string) => ({ close: market.close.get(ticker)!, open: market.open.get(ticker)! });
  const windows = chosen.map(({ window }) => window);
  const traded = strategies.map((strategy) => {
    const entered = new Uint32Array(market.sessions.length);
    const pairs = byPair.map(({ name, pair, windows }) => {
      const { daily, trades } = walkForward({
        sessions: market.sessions,
        leg1: legOf(pair[0]),
        leg2: legOf(pair[1]),
        strategy,
        windows,
        costs: { commissionBps: 1, slippageBps: 1, borrowBpsPerYear: 50 },
      });
      for (const { entrySession } of trades) entered[placeOf.get(entrySession)!]!++;
      return { name, daily };
    });
    const returns = pairs.length === 0
      ? new Float64Array(market.sessions.length)
      : pairPortfolio(pairs, { rebalanceCostBps: 2 }).dailyReturn;
    return { name: strategy.name, returns: returns.slice(from), entered: entered.slice(from) };
  });
  const picks = picksOf(
    traded.map(({ returns, entered }) => ({
      rule: { looksAhead: false, fillsAt: "next_open" as const },
      excess: returns,
      entered: Float64Array.from(entered),
    })),
    windows,
  );
  const headline = new Float64Array(market.sessions.length - from);
  windows.forEach(({ tradingStart, tradingEnd }, i) => {
    headline.set(traded[picks[i]!]!.returns.subarray(tradingStart - from, tradingEnd - from), tradingStart - from);
  });
  const series = [...traded, { name: bestSoFar, returns: headline }];
  const varies = (values: Float64Array) => values.some((value) => value !== values[0]);
  const samples = series.map(({ returns }) => varies(returns) ? sharpeSample(returns) : null);
  const trials = sharpeTrials(Float64Array.from(samples, (sample) => sample?.sharpe ?? 0));
  return new Map(series.map(({ name, returns }, i) => {
    const sample = samples[i]!;
    const claim = sample !== null && deflatedSharpeRatio(sample, trials).deflatedSharpeRatio > 0.95;
    return [name, { sharpe: sharpeRatio(returns), claim }];
  }));
}
