import type { z } from "zod";
import { cleanPrices, type FactorResidualPortfolio, factorResiduals, type RolledWindow } from "../../quant/mod.ts";
import { tradabilityWithin } from "../market/tradability.ts";
import { closesWithin, type TradedBars } from "../market/traded_bars.ts";
import { SearchConfig } from "../pairs/formation_search.ts";
import { tradabilityFailures } from "../pairs/tradability_criteria.ts";
import type { FactorResidualsConfig } from "./factor_residuals.ts";
import type { CostLevel } from "./trading_costs.ts";
import type { TradingRule } from "./trading_rule.ts";

/** Name of the strategy that trades tickers against factors instead of pairs. */
export const factorResidualsName = "factor_residuals";

/** A window with the search settings of its formation; their price and liquidity rules select the tickers. */
export interface SearchedWindow extends RolledWindow {
  /** Search settings, as JSON. */
  settings: string;
}

/** The strategy as a rule, for comparison with others. */
export function factorResidualRule(
  settings: z.output<typeof FactorResidualsConfig>,
  { maxGrossExposure }: { maxGrossExposure: number },
): Pick<TradingRule, "strategy" | "looksAhead" | "fillsAt" | "settings"> {
  return {
    strategy: factorResidualsName,
    looksAhead: false,
    fillsAt: "next_open",
    settings: { ...settings, maxGrossExposure },
  };
}

/**
 * The portfolio at each cost level. Each window trades the tickers that pass the price cleaning and liquidity criteria of a
 * search for pairs in its formation.
 *
 * @param bars Of all tickers.
 */
export function tradeFactorResiduals(
  bars: TradedBars,
  { windows, levels, settings, maxGrossExposure }: {
    windows: readonly SearchedWindow[];
    levels: readonly CostLevel[];
    settings: z.output<typeof FactorResidualsConfig>;
    maxGrossExposure: number;
  },
): FactorResidualPortfolio[] {
  const universes = windows.map(({ settings, ...window }) => {
    const search = searchOf(settings);
    const { matrix } = cleanPrices(closesWithin(bars, window.formationStart, window.tradingStart), search);
    const tradability = tradabilityWithin(bars, window.formationStart, window.tradingStart);
    const banned = new Set(search.bannedTickers);
    const tickers = matrix.tickers.filter((ticker) =>
      !banned.has(ticker) && tradabilityFailures([[ticker, tradability.get(ticker)]], search).length === 0
    );
    return { ...window, tickers, tradability };
  });
  const market = { sessions: bars.sessions, legs: bars.legs, windows: universes };
  const costs = levels.map((level) => (ticker: string, window: number) => {
    const spread = universes[window]!.tradability.get(ticker)?.spread ?? null;
    return level.ofTicker(ticker, spread === null ? null : spread * 10_000);
  });
  return factorResiduals(market, costs, { ...settings, maxGrossExposure });
}

function searchOf(settings: string): z.output<typeof SearchConfig> {
  const { formationSessions: _, tradingSessions: _2, ...search } = JSON.parse(settings);
  return SearchConfig.parse(search);
}
