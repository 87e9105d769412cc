import type { PairCosts, TradingCosts } from "../../quant/mod.ts";
import type { TradedPair } from "./traded_pair.ts";
import type { CostKind, TradingConfig } from "./trading_config.ts";

/** A cost level at which strategies are compared. */
export interface CostLevel {
  costs: CostKind;
  /** Commission plus slippage, of traded notional: the full rate with fixed costs, a lower bound with spread costs. */
  costBps: number;
  /** Costs of each leg in each window of a pair. */
  of(pair: TradedPair): PairCosts[];
  /** Costs of a ticker with the given bid–ask spread, in basis points; `null` if unknown. */
  ofTicker(ticker: string, spreadBps: number | null): TradingCosts;
}

/** The cost levels of the settings. The configured one, first, applies to the daily rows and the trades. */
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

/** Commission plus slippage for equal amounts of both legs, of total traded notional. */
export function tradingBps({ leg1, leg2 }: PairCosts): number {
  return (leg1.commissionBps + leg1.slippageBps + (leg2.commissionBps + leg2.slippageBps)) / 2;
}

/** The rate of {@linkcode tradingBps} in each session of a pair's windows; 0 outside them. */
export function tradingBpsOf({ sessions, windows }: TradedPair, costs: readonly PairCosts[]): Float64Array {
  const bps = new Float64Array(sessions.length);
  windows.forEach(({ tradingStart, tradingEnd }, i) => bps.fill(tradingBps(costs[i]!), tradingStart, tradingEnd));
  return bps;
}

interface Rates {
  commissionBps: number;
  slippageBps: number;
  /** Whether the borrow fee is charged. */
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

/** Slippage of `spreadFactor` × the spread of each leg, but at least the fixed rate, which also applies if no spread is known. */
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
