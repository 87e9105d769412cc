import type { TrendCalls } from "./trend_calls.ts";

/** Threshold for lines to count as a trend. */
export interface TrendRule {
  name: string;
  /** A line counts if its share of explained variance exceeds this; all lines count if it is negative. */
  least: number;
  /** The threshold shown in the row; `null` if it differs by pair and window. */
  threshold: number | null;
  /** Whether the rule was chosen on the calls that it is evaluated on. */
  inHindsight: boolean;
}

/**
 * The rules that calls of a pair and window are counted by.
 *
 * @param calls The calls to count.
 * @param earlier Calls of the preceding formation, if any.
 */
export function trendRules(
  thresholds: readonly number[],
  { calls, earlier }: { calls: TrendCalls; earlier?: TrendCalls },
): TrendRule[] {
  const best = (by: TrendCalls, name: string, inHindsight: boolean): TrendRule => ({
    name,
    least: bestThreshold(by, thresholds),
    threshold: null,
    inHindsight,
  });
  return [
    { name: "all", least: -1, threshold: 0, inHindsight: false },
    ...thresholds.map((least) => ({ name: `above_${least}`, least, threshold: least, inHindsight: false })),
    ...earlier ? [best(earlier, "best_in_formation", false)] : [],
    best(calls, "best_in_hindsight", true),
  ];
}

/** Number of calls whose lines explain more than `least`, and how many were right. */
export function countAbove({ calls }: TrendCalls, least: number): { signals: number; right: number } {
  let signals = 0;
  let right = 0;
  for (const call of calls) {
    if (!(call.rSquared > least)) continue;
    signals++;
    if (call.right) right++;
  }
  return { signals, right };
}

/** The threshold with the highest accuracy, the first among equals; the first threshold if none has a signal. */
function bestThreshold(calls: TrendCalls, thresholds: readonly number[]): number {
  const accuracy = (least: number) => {
    const { signals, right } = countAbove(calls, least);
    return signals === 0 ? -1 : right / signals;
  };
  const [first, ...others] = thresholds as [number, ...number[]];
  let best = { least: first, accuracy: accuracy(first) };
  for (const least of others) {
    const found = accuracy(least);
    if (found > best.accuracy) best = { least, accuracy: found };
  }
  return best.least;
}
