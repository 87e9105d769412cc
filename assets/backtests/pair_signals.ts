import { z } from "zod";
import { eager, keepVersions, newest, reads, table } from "../../engine/mod.ts";
import { alignCloses, referenceSignals } from "../../quant/mod.ts";
import { commonCloses } from "./common_closes.ts";
import { cleanPrices } from "../market/clean_prices.ts";
import { chosenPairs } from "../pairs/chosen_pairs.ts";
import { asset } from "../resources.ts";

const PairSignal = z.object({
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  session: z.iso.date(),
  spread: z.number().describe("Close of ticker 2 less its least-squares fit on ticker 1 over the whole sample"),
  scaled_spread: z.number().describe("The spread with its minimum over the whole sample at 0 and its maximum at 1"),
  mean: z.number().describe("Of the scaled spread from the first session to this one"),
  standard_deviation: z.number().describe("Population standard deviation of the same values"),
  r_squared: z.number().nullable().describe("Of the line through the ten sessions before; null where there are none"),
  predicted_trend: z.int().nullable().describe("−1, 0 or 1; null in the first ten sessions and the last two"),
  signal: z.enum(["Short", "Long", "Exit Short", "Exit Long", "None"]),
});

/**
 * The rolling linear regression trend of the chosen pairs, as in the original service.
 *
 * Hedge ratio and scale are fitted on the whole sample, including the future: use it for comparison with old results, not for
 * evaluation of the strategy. A pair has the sessions of `clean_prices` common to both legs, so a ticker that is not yet or no
 * longer traded has no signals.
 */
export const pairSignals = asset({
  key: "pair_signals",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Reference, not to be traded on: rolling-regression signals of the newest chosen pairs as the original made them, fitted on the sample they are read from.",
  deps: { prices: cleanPrices, pairs: reads(chosenPairs, newest) },
  automation: eager(),
  codeVersion: "3",
  row: PairSignal,
  primaryKey: ["ticker_1", "ticker_2", "session"],
  retention: keepVersions(1),

  async materialize({ inputs, progress }) {
    const chosen = await inputs.pairs.rows();
    const legs = [...new Set(chosen.flatMap(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]))];
    const matrix = alignCloses(await inputs.prices.where("ticker", legs).columns("ticker", "session", "close"));
    const pairs = chosen.map(({ ticker_1, ticker_2 }) => ({
      ticker_1,
      ticker_2,
      // Pairs may have been chosen some days ago; a ticker may have stopped trading since.
      absent: [ticker_1, ticker_2].filter((ticker) => !matrix.tickers.includes(ticker)),
      closes: commonCloses(matrix, ticker_1, ticker_2),
    }));
    const orNull = (value: number) => Number.isNaN(value) ? null : value;
    const rows = pairs.flatMap(({ ticker_1, ticker_2, closes }, done) => {
      progress(done + 1, pairs.length);
      if (!closes) return [];
      const signals = referenceSignals(closes);
      return closes.sessions.map((session, t) => ({
        ticker_1,
        ticker_2,
        session,
        spread: signals.spread[t]!,
        scaled_spread: signals.scaledSpread[t]!,
        mean: signals.expandingMean[t]!,
        standard_deviation: signals.expandingStd[t]!,
        r_squared: orNull(signals.rSquared[t]!),
        predicted_trend: orNull(signals.trend[t]!),
        signal: signals.signal[t]!,
      }));
    });
    // Metadata cover all tickers; only the legs were read.
    const { last_session: last } = await inputs.prices.metadata();
    const newest = last?.type === "text" ? last.value : matrix.sessions.at(-1);
    const behind = pairs.filter(({ closes }) => closes && closes.sessions.at(-1) !== newest);
    return {
      rows,
      metadata: {
        as_of: chosen[0]?.as_of ?? "none",
        pairs: pairs.filter(({ closes }) => closes).length,
        left_out: table(
          ["pair", "not in clean_prices"],
          pairs.filter(({ closes }) => !closes).map(({ ticker_1, ticker_2, absent }) => [
            `${ticker_1} ${ticker_2}`,
            absent.join(", ") || "a session that both have",
          ]),
        ),
        behind: table(
          ["pair", "last session of both"],
          behind.map(({ ticker_1, ticker_2, closes }) => [`${ticker_1} ${ticker_2}`, closes!.sessions.at(-1)!]),
        ),
        fitted_on: "the whole sample (look-ahead)",
      },
    };
  },
});
