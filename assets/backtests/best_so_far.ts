import { bestRecord, type RolledWindow, sharpeLowerEnd, sharpeSample } from "../../quant/mod.ts";
import { varies } from "./counted_trials.ts";
import type { TradedPair } from "./traded_pair.ts";
import { outcomeOf, stretchesOf } from "./stretches.ts";
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
  /** By cost level, pair and stretch. */
  outcomes: readonly (readonly (readonly PairOutcome[])[])[];
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
  // Before each session: the sums of all windows would be added up again for each window.
  const positionsBefore = strategies.map(({ entered }) => {
    const before = new Float64Array(entered.length + 1);
    for (let t = 0; t < entered.length; t++) before[t + 1] = before[t]! + entered[t]!;
    return before;
  });
  return windows.map(({ tradingStart }) => {
    const records = strategies.map(({ rule, excess }, i) => {
      const known = excess.subarray(0, tradingStart - first);
      const sample = varies(known) ? sharpeSample(known) : null;
      return {
        looksAhead: rule.looksAhead,
        fillsAtSignal: rule.fillsAt === "signal_close",
        sessions: known.length,
        positions: positionsBefore[i]![known.length]!,
        sharpe: sample?.sharpe ?? null,
        sharpeLow: sample && sharpeLowerEnd(sample),
      };
    });
    return bestRecord(records) ?? 0;
  });
}

/**
 * A pair's outcomes with each of its windows traded by the strategy picked for that window.
 *
 * @param outcomes By strategy and stretch, as {@linkcode outcomesIn} gives them.
 */
export function followedOutcomes(
  pair: Pick<TradedPair, "numbers" | "windows" | "sessions">,
  outcomes: readonly (readonly PairOutcome[])[],
  pickOf: (window: number) => number,
): PairOutcome[] {
  return stretchesOf(pair).map(({ from, end }, k) => {
    const within = pair.windows.map((window, i) => ({ ...window, pick: pickOf(pair.numbers[i]!) }))
      .filter(({ tradingStart }) => tradingStart >= from && tradingStart < end);
    // Outside windows, all strategies are flat.
    return outcomeOf(<Column extends Float64Array | Uint8Array>(of: (outcome: PairOutcome) => Column): Column => {
      const values = of(outcomes[0]![k]!).slice() as Column;
      for (const { tradingStart, tradingEnd, pick } of within) {
        const picked = of(outcomes[pick]![k]!);
        values.set(picked.subarray(tradingStart - from, tradingEnd - from), tradingStart - from);
      }
      return values;
    });
  });
}
