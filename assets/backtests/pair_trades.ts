import { z } from "zod";
import { eager, keepVersions } from "../../engine/mod.ts";
import { alignCloses, referenceTotals, referenceTrades } from "../../quant/mod.ts";
import { cleanPrices } from "../market/clean_prices.ts";
import { asset } from "../resources.ts";
import { commonCloses } from "./common_closes.ts";
import { PairMetric, pairMetrics } from "./pair_metrics.ts";
import { pairSignals } from "./pair_signals.ts";

const PairTrade = z.object({
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  session: z.iso.date(),
  signal: z.string(),
  position: z.int().min(-1).max(1).describe("Spreads held after the session"),
  budget: z.number().describe("USD, from 100,000"),
  daily_return: z.number().nullable().describe("null in the first session"),
  cumulative_return: z.number(),
  ticker_1_price: z.number().describe("USD, adjusted for splits"),
  ticker_2_price: z.number().describe("USD, adjusted for splits"),
});

/** The reference backtest of the chosen pairs, by day: without costs, one dollar of each leg, with look-ahead. */
export const pairTrades = asset({
  key: "pair_trades",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Reference, which nobody could have earned: the original's backtest of the chosen pairs, day by day, without costs, fitted on the sample it trades.",
  deps: { prices: cleanPrices, signals: pairSignals },
  automation: eager(),
  outs: { metrics: pairMetrics },
  row: PairTrade,
  primaryKey: ["ticker_1", "ticker_2", "session"],
  retention: keepVersions(1),
  codeVersion: "2",

  async materialize({ inputs, progress }) {
    const byPair = Map.groupBy(await inputs.signals.rows(), (row) => `${row.ticker_1} ${row.ticker_2}`);
    const legs = [...new Set([...byPair.values()].flatMap(([row]) => [row!.ticker_1, row!.ticker_2]))];
    const matrix = alignCloses(await inputs.prices.where("ticker", legs).columns("ticker", "session", "close"));
    const rows: z.output<typeof PairTrade>[] = [];
    const metrics: z.output<typeof PairMetric>[] = [];
    for (const signals of byPair.values()) {
      const { ticker_1, ticker_2 } = signals[0]!;
      const closes = commonCloses(matrix, ticker_1, ticker_2);
      if (!closes) {
        const gone = [ticker_1, ticker_2].filter((ticker) => !matrix.tickers.includes(ticker));
        throw new RangeError(
          `clean_prices no longer has ${
            gone.join(" and ") || `a session of both ${ticker_1} and ${ticker_2}`
          }, of which there are signals. Materialize pair_signals and what is upstream of it first.`,
        );
      }
      const { sessions, price1, price2 } = closes;
      // Both derive from clean_prices. Signals made before its last change must not be traded at prices of other sessions.
      if (signals.length !== sessions.length || signals.some(({ session }, t) => session !== sessions[t])) {
        throw new RangeError(
          `The signals of ${ticker_1} and ${ticker_2} are of other sessions than clean_prices has now. Materialize pair_signals first.`,
        );
      }
      const trades = referenceTrades(signals.map((row) => row.signal), { price1, price2 });
      signals.forEach(({ session, signal }, t) =>
        rows.push({
          ticker_1,
          ticker_2,
          session,
          signal,
          position: trades.position[t]!,
          budget: trades.budget[t]!,
          daily_return: t === 0 ? null : trades.dailyReturn[t]!,
          cumulative_return: trades.cumulativeReturn[t]!,
          ticker_1_price: price1[t]!,
          ticker_2_price: price2[t]!,
        })
      );
      const totals = referenceTotals(sessions, trades.budget);
      metrics.push({
        ticker_1,
        ticker_2,
        first_session: sessions[0]!,
        last_session: sessions.at(-1)!,
        total_return: totals.totalReturn,
        annualized_return: Number.isNaN(totals.annualizedReturn) ? null : totals.annualizedReturn,
        max_drawdown: totals.maxDrawdown,
      });
      progress(metrics.length, byPair.size);
    }
    return { rows, outs: { metrics: { rows: metrics } } };
  },
});
