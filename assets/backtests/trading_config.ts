import { z } from "zod";
import { defaultStrategyNames, strategyByName, strategyNames, weightings } from "../../quant/mod.ts";
import { ExitsConfig } from "./exits.ts";
import { FactorResidualsConfig } from "./factor_residuals.ts";

/** Models of slippage: equal for every leg, or by the bid–ask spread of each. */
export const costKinds = ["fixed", "spread"] as const;
export type CostKind = typeof costKinds[number];

const StrategyName = z.enum(strategyNames);
const bps = z.number().min(0).max(1000);

/** Trading settings of `walk_forward_daily` and its further outputs. */
export const TradingConfig = z.strictObject({
  strategies: z.array(StrategyName).min(1).default([...defaultStrategyNames]).describe(
    "Which strategies are tried; those that the default leaves out are listed in decision 0041",
  ),
  defaultStrategy: StrategyName.nullable().default(null).describe(
    "The one that stands for the service: the headline. null: in each window the one with the best record in the windows before it, and the first of them before there is a record",
  ),
  parameters: z.partialRecord(StrategyName, z.record(z.string(), z.number())).default({}).describe(
    "Settings of strategies other than their defaults, by strategy and name",
  ),
  factorResiduals: FactorResidualsConfig.nullable().default(null).describe(
    "Residuals on principal components (Avellaneda and Lee) as a strategy of their own, which trades every ticker against the factors of its universe; {} for the paper's settings, null leaves it out. Limits by ticker and sector do not apply to it",
  ),
  exits: ExitsConfig.prefault({}),
  fillAt: z.enum(["next_open", "next_close"]).default("next_open").describe(
    "Price of the session after the signal at which orders fill; the close in sessions where a leg has no open",
  ),
  sizing: z.enum(["hedge_ratio", "dollar_neutral"]).default("hedge_ratio").describe("How the legs are weighed"),
  pairGrossExposure: z.number().positive().max(20).default(2).describe(
    "Both legs of a pair at entry, in multiples of the equity that the pair has",
  ),
  maxGrossExposure: z.number().positive().max(20).default(2).describe(
    "All pairs together, in multiples of the portfolio's equity",
  ),
  weightings: z.array(z.enum(weightings)).min(1).default([...weightings]).describe(
    "How equity is shared among the pairs of a window; strategies are compared under each, and the overview shows equal",
  ),
  maxTickerShare: z.number().gt(0).max(1).nullable().default(null).describe(
    "Most of maxGrossExposure that is held of one ticker, long and short added, over all pairs; what exceeds it stays in cash. null is no limit",
  ),
  maxSectorShare: z.number().gt(0).max(1).nullable().default(null).describe(
    "The same of one sector; tickers without a known one count in none",
  ),
  sectors: z.record(z.string().min(1), z.string().min(1)).default({}).describe(
    "Sector of a ticker, for maxSectorShare; where it is not given, its group in ticker_groups counts",
  ),
  commissionBps: bps.default(1).describe("Of the traded notional of each leg"),
  slippageBps: bps.default(1).describe(
    "Of the traded notional of each leg: difference between the fill and the bar's price, to our disadvantage",
  ),
  costs: z.enum(costKinds).default("fixed").describe(
    "fixed: slippageBps for every leg. spread: for each leg spreadFactor times its bid–ask spread, estimated from the formation's bars, and slippageBps at least; legs without highs and lows pay slippageBps",
  ),
  spreadFactor: z.number().min(0).max(10).default(0.5).describe(
    "Share of the spread that a fill is worse than its bar's price; half of it lies between the middle and either side",
  ),
  comparesSpreadCosts: z.boolean().default(true).describe(
    "Whether strategies are compared at costs by spread as well, where these are not the configured ones",
  ),
  borrowBpsPerYear: z.number().min(0).max(10_000).default(50).describe("Lending fee on what is sold short"),
  borrowBpsPerYearOf: z.record(z.string().min(1), z.number().min(0).max(100_000)).default({}).describe(
    "Lending fee of single tickers, where it is another one",
  ),
  comparedCostsBps: z.array(bps).max(10).default([0, 2, 5]).describe(
    "Commission and slippage together at which strategies are compared, beside the configured ones; at 0 the lending fee is left out as well",
  ),
  benchmarkTicker: z.string().min(1).nullable().default(null).describe(
    "Benchmark of the results; an index of all tickers in equal parts unless given",
  ),
  cashRatePerYear: z.number().gt(-0.5).max(1).default(0).describe(
    "What cash earned a year: Sharpe ratios are of returns in excess of it, and equity of a portfolio that no long position was bought with earns it",
  ),
}).superRefine(({ strategies, defaultStrategy, parameters, weightings }, context) => {
  if (defaultStrategy !== null && !strategies.includes(defaultStrategy)) {
    context.addIssue({ code: "custom", path: ["defaultStrategy"], message: "must be one of the strategies" });
  }
  if (!weightings.includes("equal")) {
    context.addIssue({ code: "custom", path: ["weightings"], message: "must include equal, which the overview shows" });
  }
  for (const [name, values] of Object.entries(parameters)) {
    try {
      strategyByName(name, values);
    } catch (error) {
      context.addIssue({ code: "custom", path: ["parameters", name], message: (error as Error).message });
    }
  }
});

/** The settings, with defaults applied. */
export type TradingConfig = z.output<typeof TradingConfig>;
