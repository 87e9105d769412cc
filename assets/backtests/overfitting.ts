import { backtestOverfitting, leastRecord } from "../../quant/mod.ts";

/** Blocks that the sessions are divided into. */
const blocks = 16;

/** A series of returns, with the fields that decide whether it was achievable. */
export interface PickedFrom {
  looksAhead: boolean;
  fillsAtSignal: boolean;
  /** Returns in excess of cash; the same sessions in every series. */
  excess: Float64Array;
}

/**
 * Probability of backtest overfitting among the achievable strategies.
 *
 * @returns `null` with fewer than two achievable series, or fewer sessions than a record needs.
 */
export function overfittingProbability(series: readonly PickedFrom[]): number | null {
  const earned = series.filter(({ looksAhead, fillsAtSignal }) => !looksAhead && !fillsAtSignal);
  if (earned.length < 2 || earned.some(({ excess }) => excess.length < leastRecord.sessions)) return null;
  return backtestOverfitting(earned.map(({ excess }) => excess), { blocks }).probability;
}
