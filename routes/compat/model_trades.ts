import { z } from "zod";
import { named } from "../../engine/mod.ts";
import {
  alignCloses,
  cleanPrices,
  type LongCloses,
  type ReferencePrices,
  referenceStrategy,
  referenceTotals,
  referenceTrades,
} from "../../quant/mod.ts";
import { OldError } from "./old_errors.ts";

const finiteOrNull = z.number().nullable();

/** The original's backtest of one pair, by session. Numbers that JSON does not have are `null`. */
export const ModelTrades = named(
  "OldModelTrades",
  z.strictObject({
    results: z.array(z.strictObject({
      date: z.string(),
      /** The spread with its minimum over all dates at 0 and its maximum at 1. */
      spread: finiteOrNull,
      predicted_trend: finiteOrNull,
      signal: z.string(),
      position: z.int(),
      budget: finiteOrNull,
      /** Close of the first ticker, not its name. */
      ticker_1: z.number(),
      /** Close of the second ticker, not its name. */
      ticker_2: z.number(),
      daily_return: finiteOrNull,
      cumulative_return: finiteOrNull,
    })),
    max_drawdown: finiteOrNull,
    total_return: finiteOrNull,
    annualized_return: finiteOrNull,
  }),
);
export type ModelTrades = z.infer<typeof ModelTrades>;

/** Choice of the regressor: the first ticker in alphabetical order, or in the order of the body. */
export type TradeOrder = "alphabet" | "caller";

/**
 * The original service's backtest of two tickers, fitted on the sample that it trades: see `referenceStrategy`.
 *
 * Of more than two tickers the first two are traded. Tickers without a close on the first date are ignored.
 *
 * @param tickers In the caller's order.
 * @param order Whether the regressor is the first ticker in alphabetical order, as in the original, or in the caller's order.
 * @param closes Above 0; with the original's rules any number: after a close of 0 returns are undefined, and so is the budget from there on.
 * @throws {OldError} 400 unless there are two tickers with a close on the first date, and the first ticker varies.
 */
export function modelTrades(
  closes: LongCloses,
  { tickers, order }: { tickers: readonly string[]; order: TradeOrder },
): ModelTrades {
  const { matrix, dropped } = cleanPrices(alignCloses(closes), { rule: "service" });
  const usable = order === "caller" ? tickers.filter((ticker) => matrix.tickers.includes(ticker)) : matrix.tickers;
  const [first, second] = usable;
  if (first === undefined || second === undefined) {
    const said = dropped.map(({ ticker, reason }) => ` ${ticker}: ${reason}`).join("");
    throw new OldError(
      400,
      `Invalid input data: two tickers with a close on the first date are required, there are ${usable.length}.${said}`,
    );
  }
  const price1 = matrix.closes[matrix.tickers.indexOf(first)]!;
  const price2 = matrix.closes[matrix.tickers.indexOf(second)]!;
  const { sessions } = matrix;
  try {
    const strategy = sessions.length > 1
      ? referenceStrategy({ price1, price2, sessions })
      : untraded({ price1, price2, sessions });
    const { totals } = strategy;
    return {
      results: sessions.map((date, t) => ({
        date,
        spread: finite(strategy.scaledSpread[t]!),
        predicted_trend: finite(strategy.trend[t]!),
        signal: strategy.signal[t]!,
        position: strategy.position[t]!,
        budget: finite(strategy.budget[t]!),
        ticker_1: price1[t]!,
        ticker_2: price2[t]!,
        daily_return: finite(strategy.dailyReturn[t]!),
        cumulative_return: finite(strategy.cumulativeReturn[t]!),
      })),
      max_drawdown: finite(totals.maxDrawdown),
      total_return: finite(totals.totalReturn),
      annualized_return: finite(totals.annualizedReturn),
    };
  } catch (error) {
    if (error instanceof RangeError) throw new OldError(400, `Invalid input data: ${error.message}`);
    throw error;
  }
}

/** A single date: without a line there is no spread, no signal and no trade. */
function untraded({ sessions, ...prices }: ReferencePrices & { sessions: readonly string[] }) {
  const signal = sessions.map(() => "None" as const);
  const trades = referenceTrades(signal, prices);
  const nothing = sessions.map(() => NaN);
  return { scaledSpread: nothing, trend: nothing, signal, ...trades, totals: referenceTotals(sessions, trades.budget) };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
