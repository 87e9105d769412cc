/** Data of a strategy's record by which it is compared with others. */
export interface StrategyRecord {
  /** Whether it is fitted on the sample that it trades. */
  looksAhead: boolean;
  /** Whether it fills at the price of its signal. */
  fillsAtSignal: boolean;
  /** Number of returns in the record. */
  sessions: number;
  /** Number of positions entered. */
  positions: number;
  /** Lower end of the 95 % band of the Sharpe ratio; `null` without a band. */
  sharpeLow: number | null;
  /** `null` if undefined. */
  sharpe: number | null;
}

/** Minimum sessions and positions of a record that can be the best. */
export const leastRecord = { sessions: 126, positions: 20 } as const;

/**
 * The strategy with the best out-of-sample record: that with the highest lower end of its Sharpe ratio's band.
 *
 * Only records achievable in live trading take part: without look-ahead, filled after the signal, over at least {@linkcode
 * leastRecord}. The lower end decides instead of the ratio itself, so that a high ratio over few or volatile sessions does not
 * win; among equal ones the higher ratio, then the earlier record, is the best.
 *
 * @returns Index of the best of `records`; `null` if none takes part.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { bestRecord } from "./best_record.ts";
 *
 * const record = { looksAhead: false, fillsAtSignal: false, sessions: 500, positions: 90 };
 * const steady = { ...record, sharpe: 1, sharpeLow: 0.4 };
 * const wild = { ...record, sharpe: 1.5, sharpeLow: -0.2 };
 * assert.equal(bestRecord([wild, steady]), 1);
 * ```
 */
export function bestRecord(records: readonly StrategyRecord[]): number | null {
  let best: number | null = null;
  records.forEach((record, i) => {
    if (!takesPart(record)) return;
    if (best === null || isBetter(record, records[best]!)) best = i;
  });
  return best;
}

function takesPart({ looksAhead, fillsAtSignal, sessions, positions, sharpeLow, sharpe }: StrategyRecord): boolean {
  return !looksAhead && !fillsAtSignal && sessions >= leastRecord.sessions && positions >= leastRecord.positions &&
    sharpeLow !== null && sharpe !== null;
}

function isBetter(one: StrategyRecord, other: StrategyRecord): boolean {
  return one.sharpeLow! > other.sharpeLow! || (one.sharpeLow === other.sharpeLow && one.sharpe! > other.sharpe!);
}
