/** What a strategy's record must say to be compared with others. */
export interface StrategyRecord {
  /** Whether it is fitted on the sample that it trades. */
  looksAhead: boolean;
  /** Whether it fills at the very price that gave its signal. */
  fillsAtSignal: boolean;
  /** Returns that the record has. */
  sessions: number;
  /** Positions entered. */
  positions: number;
  /** Lower end of the 95 % band of the Sharpe ratio; `null` where there is no band. */
  sharpeLow: number | null;
  /** `null` where it cannot be said. */
  sharpe: number | null;
}

/** Below these a record is too short to be called the best. */
export const leastRecord = { sessions: 126, positions: 20 } as const;

/**
 * Which of some strategies has the best out-of-sample record: the one with the highest lower end of its Sharpe ratio's band.
 *
 * Only records that could have been earned take part: without look-ahead, filled after the signal, over at least
 * {@linkcode leastRecord}. The lower end and not the ratio itself decides, so that a high ratio of few or wild sessions does not win;
 * of equal ones the higher ratio, then the earlier, is the best.
 *
 * @returns The place of the best among `records`; `null` if none takes part.
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
