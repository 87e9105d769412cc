import { alignCloses, cleanPrices, type LongCloses, referenceStrategy } from "../../quant/mod.ts";
import { OldError } from "./old_errors.ts";

/** A session of the original's backtest, by its names. What JSON has no number for is `null`. */
export interface ModelTrade {
  date: string;
  /** The spread with its minimum over all dates at 0 and its maximum at 1. */
  spread: number | null;
  predicted_trend: number | null;
  signal: string;
  position: number;
  budget: number | null;
  /** Close of the first ticker, not its name. */
  ticker_1: number;
  /** Close of the second ticker, not its name. */
  ticker_2: number;
  daily_return: number | null;
  cumulative_return: number | null;
}

/** The original's backtest of one pair. */
export interface ModelTrades {
  results: ModelTrade[];
  max_drawdown: number | null;
  total_return: number | null;
  annualized_return: number | null;
}

/**
 * The original service's backtest of two tickers, fitted on the sample that it trades: see `referenceStrategy`.
 *
 * @param tickers In the caller's order: the first is the regressor. With `strict` the alphabet decides, as in the original.
 * @param closes Above 0, or with `strict` any; after one of 0 there is no return, and so no budget from there on.
 * @throws {OldError} 400 unless there are two tickers with a close on the first date, and a first ticker that moves.
 */
export function modelTrades(
  closes: LongCloses,
  { tickers, strict }: { tickers: readonly string[]; strict: boolean },
): ModelTrades {
  if (tickers.length !== 2) {
    throw new OldError(400, `Invalid input data: two tickers are wanted, there are ${tickers.length}.`);
  }
  const { matrix, dropped } = cleanPrices(alignCloses(closes), { rule: "service" });
  if (dropped.length > 0) {
    const said = dropped.map(({ ticker, reason }) => `${ticker}: ${reason}`).join(" ");
    throw new OldError(400, `Invalid input data: both tickers need a close on the first date. ${said}`);
  }
  const [first, second] = (strict ? tickers.toSorted() : tickers) as [string, string];
  const price1 = matrix.closes[matrix.tickers.indexOf(first)]!;
  const price2 = matrix.closes[matrix.tickers.indexOf(second)]!;
  try {
    const strategy = referenceStrategy({ price1, price2, sessions: matrix.sessions });
    const { totals } = strategy;
    return {
      results: matrix.sessions.map((date, t) => ({
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

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
