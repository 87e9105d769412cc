import type { TradedPair } from "./traded_pair.ts";
import type { PairOutcome } from "./trading_rule.ts";

/** Indices among the sessions of a pair: `from` to before `end`. */
export interface Stretch {
  from: number;
  end: number;
}

/**
 * The sessions of a pair that portfolios read: windows that follow each other are one stretch, with the session before, in which orders
 * may be given, and the one after, in which weight may leave the pair. In all others the pair is flat; over decades they are most.
 */
export function stretchesOf({ windows, sessions }: Pick<TradedPair, "windows" | "sessions">): Stretch[] {
  const stretches: Stretch[] = [];
  for (const { tradingStart, tradingEnd } of windows) {
    const from = Math.max(0, tradingStart - 1);
    const end = Math.min(sessions.length, tradingEnd + 1);
    const last = stretches.at(-1);
    if (last && from <= last.end) last.end = end;
    else stretches.push({ from, end });
  }
  return stretches;
}

/** The columns of an outcome that portfolios read, in each stretch: a small part of what a walk-forward returns. */
export function outcomesIn(pair: Pick<TradedPair, "windows" | "sessions">, outcome: PairOutcome): PairOutcome[] {
  return stretchesOf(pair).map(({ from, end }) =>
    outcomeOf(<Column extends Float64Array | Uint8Array>(column: (outcome: PairOutcome) => Column) =>
      column(outcome).slice(from, end) as Column
    )
  );
}

/** An outcome of the columns that `columnOf` makes of those of another. */
export function outcomeOf(
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
