import { bestRecord, type RolledWindow, sharpeLowerEnd, sharpeSample } from "../../quant/mod.ts";
import { varies } from "./counted_trials.ts";
import type { TradedPair } from "./traded_pair.ts";
import type { PairOutcome, TradingRule } from "./trading_rule.ts";

/** Name of the portfolio that trades, in each window, the strategy with the best record before it. */
export const bestSoFar = "best_record";

/** Results of a strategy on all pairs. */
export interface Followed {
  rule: Pick<TradingRule, "looksAhead" | "fillsAt">;
  /** Daily returns in excess of cash of the equal-weighted portfolio at the configured costs. */
  excess: Float64Array;
  /** Positions entered in each of these sessions. */
  entered: Float64Array;
  /** By cost level and pair. */
  outcomes: readonly (readonly PairOutcome[])[];
}

/**
 * Chooses the strategy for each window: the one with the best record, by {@linkcode bestRecord}, over the windows before it.
 * Until a record is long enough, the first strategy.
 *
 * The lower end of each ratio uses its sampling error instead of a bootstrap, because records are computed for each window.
 *
 * @param windows Index ranges among the sessions of the bars, ascending; the series of each strategy begin with the first
 * trading session.
 * @returns Index of a strategy for each window.
 */
export function picksOf(
  strategies: readonly Pick<Followed, "rule" | "excess" | "entered">[],
  windows: readonly RolledWindow[],
): number[] {
  const first = windows[0]?.tradingStart ?? 0;
  return windows.map(({ tradingStart }) => {
    const records = strategies.map(({ rule, excess, entered }) => {
      const known = excess.subarray(0, tradingStart - first);
      const sample = varies(known) ? sharpeSample(known) : null;
      return {
        looksAhead: rule.looksAhead,
        fillsAtSignal: rule.fillsAt === "signal_close",
        sessions: known.length,
        positions: entered.subarray(0, known.length).reduce((sum, count) => sum + count, 0),
        sharpe: sample?.sharpe ?? null,
        sharpeLow: sample && sharpeLowerEnd(sample),
      };
    });
    return bestRecord(records) ?? 0;
  });
}

/**
 * A pair's outcome with each of its windows traded by the strategy picked for that window.
 *
 * @param outcomes By strategy, each a {@linkcode portfolioPart}.
 */
export function followedOutcome(
  pair: Pick<TradedPair, "numbers" | "windows">,
  outcomes: readonly PairOutcome[],
  pickOf: (window: number) => number,
): PairOutcome {
  const from = portfolioStart(pair);
  // Outside windows, all strategies are flat.
  const [start] = outcomes as [PairOutcome];
  const merged = <Column extends Float64Array | Uint8Array>(of: (outcome: PairOutcome) => Column): Column => {
    const values = of(start).slice() as Column;
    pair.windows.forEach(({ tradingStart, tradingEnd }, i) => {
      const picked = of(outcomes[pickOf(pair.numbers[i]!)]!);
      values.set(picked.subarray(tradingStart - from, tradingEnd - from), tradingStart - from);
    });
    return values;
  };
  return outcomeOf(merged);
}

/** Index of the first of a pair's sessions that portfolios read: the one before its first trading session. */
export function portfolioStart({ windows }: Pick<TradedPair, "windows">): number {
  return Math.max(0, windows[0]!.tradingStart - 1);
}

/**
 * The columns of an outcome that portfolios read, from {@linkcode portfolioStart} on: all columns take three times as much memory, and
 * the first formation, in which nothing happens, several times as much as a trading window.
 */
export function portfolioPart(pair: Pick<TradedPair, "windows">, outcome: PairOutcome): PairOutcome {
  const from = portfolioStart(pair);
  return outcomeOf(<Column extends Float64Array | Uint8Array>(column: (outcome: PairOutcome) => Column) =>
    column(outcome).slice(from) as Column
  );
}

function outcomeOf(
  columnOf: <Column extends Float64Array | Uint8Array>(of: (outcome: PairOutcome) => Column) => Column,
): PairOutcome {
  return {
    daily: {
      allocated: columnOf(({ daily }) => daily.allocated),
      dailyReturn: columnOf(({ daily }) => daily.dailyReturn),
      plannedGross: columnOf(({ daily }) => daily.plannedGross),
      plannedExposure1: columnOf(({ daily }) => daily.plannedExposure1),
      plannedExposure2: columnOf(({ daily }) => daily.plannedExposure2),
      grossExposure: columnOf(({ daily }) => daily.grossExposure),
      longExposure: columnOf(({ daily }) => daily.longExposure),
      turnover: columnOf(({ daily }) => daily.turnover),
    },
    entered: columnOf(({ entered }) => entered),
  };
}
