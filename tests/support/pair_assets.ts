import { z } from "zod";
import { assetsWith } from "../../engine/mod.ts";
import type { TinyWorld } from "./tiny_engine.ts";

const { asset, assetOut } = assetsWith<TinyWorld>();

/** Becomes stale when the world's numbers change. */
export const rawPrices = asset({
  key: "raw_prices",
  group: "market",
  layer: "raw",
  description: "Closes as received.",
  row: z.object({ ticker: z.string(), close: z.number() }),
  primaryKey: ["ticker"],
  source: ({ resources }) => Promise.resolve(JSON.stringify(resources.numbers)),
  async materialize({ resources, signal, progress }) {
    await resources.before("raw_prices", signal);
    progress(1, 4);
    return { rows: [{ ticker: "KO", close: 60.1 }, { ticker: "PEP", close: 171.9 }, { ticker: "XOM", close: 114.2 }] };
  },
});

/** Two pairs, the better one first. */
export const chosenPairs = asset({
  key: "chosen_pairs",
  group: "pairs",
  layer: "gold",
  description: "The accepted pairs to trade.",
  deps: { prices: rawPrices },
  row: z.object({
    rank: z.int(),
    ticker_1: z.string(),
    ticker_2: z.string(),
    slope: z.number(),
    intercept: z.number(),
    engle_granger_p_value: z.number(),
    half_life: z.number(),
    liquidity: z.number(),
  }),
  primaryKey: ["ticker_1", "ticker_2"],
  async materialize({ resources, signal, progress }) {
    progress(1, 3);
    await resources.before("chosen_pairs", signal);
    return {
      rows: [
        {
          rank: 2,
          ticker_1: "CVX",
          ticker_2: "XOM",
          slope: 0.7314,
          intercept: 3,
          engle_granger_p_value: 0.0124,
          half_life: 11.26,
          liquidity: 0.12345678,
        },
        {
          rank: 1,
          ticker_1: "KO",
          ticker_2: "PEP",
          slope: 2.5,
          intercept: -1,
          engle_granger_p_value: 0.0004,
          half_life: 6.5,
          liquidity: 1234567,
        },
      ],
    };
  },
});

/** Made together with `pair_trades`. */
export const pairMetrics = assetOut({
  key: "pair_metrics",
  group: "backtests",
  layer: "gold",
  description: "How the backtest of each chosen pair came out.",
  row: z.object({
    ticker_1: z.string(),
    ticker_2: z.string(),
    total_return: z.number(),
    annualized_return: z.number().nullable(),
    max_drawdown: z.number(),
  }),
  primaryKey: ["ticker_1", "ticker_2"],
});

/** The end of the chain. */
export const pairTrades = asset({
  key: "pair_trades",
  group: "backtests",
  layer: "gold",
  description: "When each chosen pair was traded.",
  deps: { pairs: chosenPairs },
  outs: { metrics: pairMetrics },
  row: z.object({ ticker_1: z.string(), entry: z.iso.date() }),
  primaryKey: ["ticker_1", "entry"],
  async materialize({ resources, signal }) {
    await resources.before("pair_trades", signal);
    return {
      rows: [{ ticker_1: "KO", entry: "2026-03-02" }],
      outs: {
        metrics: {
          rows: [
            { ticker_1: "KO", ticker_2: "PEP", total_return: 0.2137, annualized_return: 0.0494, max_drawdown: -0.0812 },
            { ticker_1: "CVX", ticker_2: "XOM", total_return: -0.0301, annualized_return: null, max_drawdown: 0 },
          ],
        },
      },
    };
  },
});

/** From prices to the metrics of the chosen pairs, in four tables and three functions. */
export const pairAssets = [rawPrices, chosenPairs, pairTrades, pairMetrics];
