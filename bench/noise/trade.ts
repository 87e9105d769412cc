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

/** Results of strategies in a market. */
export interface Earned {
  /** Sharpe ratio per year of each strategy. */
  sharpes: number[];
  /** Whether each strategy's Sharpe ratio, deflated for their number, is above 0.95. */
  claims: boolean[];
}

/**
 * Trades the pairs chosen for each window with each strategy: equal weights, 2 basis points of commission and slippage, 50 of
 * borrow per year, fills at the next open.
 */
export function trade(
  market: NoiseMarket,
  chosen: readonly { window: RolledWindow; pairs: readonly TickerPair[] }[],
  strategies: readonly Strategy[],
): Earned {
  const windowsOf = new Map<string, { pair: TickerPair; windows: RolledWindow[] }>();
  for (const { window, pairs } of chosen) {
    for (const pair of pairs) {
      const entry = windowsOf.get(pair.join()) ?? { pair, windows: [] };
      entry.windows.push(window);
      windowsOf.set(pair.join(), entry);
    }
  }
  const from = chosen[0]!.window.tradingStart;
  const legOf = (ticker: string) => ({ close: market.close.get(ticker)!, open: market.open.get(ticker)! });
  const returns = strategies.map((strategy) => {
    const pairs = [...windowsOf].map(([name, { pair, windows }]) => ({
      name,
      daily: walkForward({
        sessions: market.sessions,
        leg1: legOf(pair[0]),
        leg2: legOf(pair[1]),
        strategy,
        windows,
        costs: { commissionBps: 1, slippageBps: 1, borrowBpsPerYear: 50 },
      }).daily,
    }));
    if (pairs.length === 0) return new Float64Array(market.sessions.length - from);
    return pairPortfolio(pairs, { rebalanceCostBps: 2 }).dailyReturn.slice(from);
  });
  const varies = (values: Float64Array) => values.some((value) => value !== values[0]);
  const samples = returns.map((values) => varies(values) ? sharpeSample(values) : null);
  const trials = sharpeTrials(Float64Array.from(samples, (sample) => sample?.sharpe ?? 0));
  return {
    sharpes: returns.map((values) => sharpeRatio(values)),
    claims: samples.map((sample) => sample !== null && deflatedSharpeRatio(sample, trials).deflatedSharpeRatio > 0.95),
  };
}
