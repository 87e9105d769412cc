import type { TrendCalls } from "./trend_calls.ts";

/** Which lines count as a trend. */
export interface TrendRule {
  name: string;
  /** Share of the variance that a line must explain more than: of all of them where it is below 0. */
  least: number;
  /** The same for the row; `null` where each pair and window has its own. */
  told: number | null;
  /** Whether the rule was chosen by the calls that it is judged on. */
  inHindsight: boolean;
}

/**
 * The rules that calls of a pair and window are counted by.
 *
 * @param calls The calls that are counted.
 * @param earlier Calls of the formation before them, if there is one.
 */
export function trendRules(
  thresholds: readonly number[],
  { calls, earlier }: { calls: TrendCalls; earlier?: TrendCalls },
): TrendRule[] {
  const best = (by: TrendCalls, name: string, inHindsight: boolean): TrendRule => ({
    name,
    least: bestThreshold(by, thresholds),
    told: null,
    inHindsight,
  });
  return [
    { name: "all", least: -1, told: 0, inHindsight: false },
    ...thresholds.map((least) => ({ name: `above_${least}`, least, told: least, inHindsight: false })),
    ...earlier ? [best(earlier, "best_in_formation", false)] : [],
    best(calls, "best_in_hindsight", true),
  ];
}

/** How many calls of lines that explain more than `least` there are, and how many of them were right. */
export function countAbove({ calls }: TrendCalls, least: number): { signals: number; right: number } {
  const signals = calls.filter(({ rSquared }) => rSquared > least);
  return { signals: signals.length, right: signals.filter(({ right }) => right).length };
}

/** The threshold above which calls were right most often, the first of equal ones; the first where none has a signal. */
function bestThreshold(calls: TrendCalls, thresholds: readonly number[]): number {
  const accuracy = (least: number) => {
    const { signals, right } = countAbove(calls, least);
    return signals === 0 ? -1 : right / signals;
  };
  return thresholds.reduce((best, least) => accuracy(least) > accuracy(best) ? least : best);
}
