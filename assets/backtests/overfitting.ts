import { backtestOverfitting, leastRecord } from "../../quant/mod.ts";

/** Blocks into which the sessions are cut. */
const blocks = 16;

/** What is asked of a series to be among those that a reader could pick. */
export interface PickedFrom {
  looksAhead: boolean;
  fillsAtSignal: boolean;
  /** Returns in excess of cash, of the same sessions in every series. */
  excess: Float64Array;
}

/**
 * Probability of backtest overfitting of some strategies, among those that could have been earned.
 *
 * @returns `null` where these are fewer than two, or have fewer sessions than a record must have.
 */
export function overfittingProbability(series: readonly PickedFrom[]): number | null {
  const earned = series.filter(({ looksAhead, fillsAtSignal }) => !looksAhead && !fillsAtSignal);
  if (earned.length < 2 || earned.some(({ excess }) => excess.length < leastRecord.sessions)) return null;
  return backtestOverfitting(earned.map(({ excess }) => excess), { blocks }).probability;
}
