import type { PairCosts, TradingCosts } from "../../quant/mod.ts";
import type { TradedPair } from "./traded_pair.ts";
import type { CostKind, TradingConfig } from "./trading_config.ts";

/** Costs at which strategies are compared. */
export interface CostLevel {
  costs: CostKind;
  /** Commission and slippage together, of the traded notional: all of it where costs are fixed, the least of it by spread. */
  costBps: number;
  /** What each leg costs in each window of a pair. */
  of(pair: TradedPair): PairCosts[];
  /** What a ticker costs where its bid–ask spread is as given, in basis points; `null` where it is not known. */
  ofTicker(ticker: string, spreadBps: number | null): TradingCosts;
}

/** The levels of the settings: first the configured one, which the daily rows and the trades are of. */
export function costLevels(config: TradingConfig): [configured: CostLevel, ...others: CostLevel[]] {
  const { commissionBps, slippageBps } = config;
  const configuredBps = commissionBps + slippageBps;
  const rates: Rates = { commissionBps, slippageBps, borrowed: true };
  const fixed = [configuredBps, ...config.comparedCostsBps.filter((bps) => bps !== configuredBps)];
  const levels = [...new Set(fixed)].map((bps) =>
    fixedLevel(bps, bps === configuredBps ? rates : { commissionBps: bps, slippageBps: 0, borrowed: bps > 0 }, config)
  );
  const bySpread = spreadLevel(configuredBps, rates, config);
  if (config.costs === "spread") return [bySpread, ...levels];
  return [levels[0]!, ...levels.slice(1), ...config.comparesSpreadCosts ? [bySpread] : []];
}

/** Commission and slippage of as much of one leg as of the other, of all that is traded. */
export function tradingBps({ leg1, leg2 }: PairCosts): number {
  return (leg1.commissionBps + leg1.slippageBps + (leg2.commissionBps + leg2.slippageBps)) / 2;
}

/** The same in each session of a pair's windows, and 0 outside of them. */
export function tradingBpsOf({ sessions, windows }: TradedPair, costs: readonly PairCosts[]): Float64Array {
  const bps = new Float64Array(sessions.length);
  windows.forEach(({ tradingStart, tradingEnd }, i) => bps.fill(tradingBps(costs[i]!), tradingStart, tradingEnd));
  return bps;
}

interface Rates {
  commissionBps: number;
  slippageBps: number;
  /** Whether the lending fee is counted. */
  borrowed: boolean;
}

function fixedLevel(costBps: number, rates: Rates, config: TradingConfig): CostLevel {
  return {
    costs: "fixed",
    costBps,
    of: ({ ticker_1, ticker_2, windows }) => {
      const costs = { leg1: legCosts(ticker_1, rates, config), leg2: legCosts(ticker_2, rates, config) };
      return windows.map(() => costs);
    },
    ofTicker: (ticker) => legCosts(ticker, rates, config),
  };
}

/** Slippage of `spreadFactor` × the spread of each leg, and of the fixed rate at least, which also counts where no spread is known. */
function spreadLevel(costBps: number, rates: Rates, config: TradingConfig): CostLevel {
  const ofTicker = (ticker: string, spreadBps: number | null) => {
    const slippageBps = Math.max(rates.slippageBps, config.spreadFactor * (spreadBps ?? 0));
    return legCosts(ticker, { ...rates, slippageBps }, config);
  };
  return {
    costs: "spread",
    costBps,
    of: ({ ticker_1, ticker_2, spreads }) =>
      spreads.map(([first, second]) => ({ leg1: ofTicker(ticker_1, first), leg2: ofTicker(ticker_2, second) })),
    ofTicker,
  };
}

function legCosts(
  ticker: string,
  { commissionBps, slippageBps, borrowed }: Rates,
  { borrowBpsPerYear, borrowBpsPerYearOf }: TradingConfig,
): TradingCosts {
  const fee = Object.hasOwn(borrowBpsPerYearOf, ticker) ? borrowBpsPerYearOf[ticker]! : borrowBpsPerYear;
  return { commissionBps, slippageBps, borrowBpsPerYear: borrowed ? fee : 0 };
}
