import { z } from "zod";
import type { ExitRules } from "../../quant/mod.ts";

/** Exits and entry filters added to every strategy of the walk-forward; null disables one. */
export const ExitsConfig = z.strictObject({
  maxHalfLifeOfWindow: z.number().gt(0).max(10).nullable().default(0.5).describe(
    "A pair whose half-life in the formation is longer than this share of the trading window is not traded in it",
  ),
  timeStopHalfLives: z.number().gt(0).max(1000).nullable().default(5).describe(
    "A position is given up after this many half-lives of the formation",
  ),
  spreadStopZ: z.number().gt(0).max(1000).nullable().default(4).describe(
    "A position is given up where the spread stands this many deviations of the formation on its losing side",
  ),
  breakPValue: z.number().gt(0).lt(1).nullable().default(null).describe(
    "A position is given up where the Engle–Granger test over the running window has a p-value above this: the legs have come apart. Some milliseconds for each session with a position",
  ),
});

/**
 * The exit rules in the form that strategies take.
 *
 * @param options.tradingSessions Sessions of a complete trading window.
 */
export function exitRulesOf(
  { maxHalfLifeOfWindow, timeStopHalfLives, spreadStopZ, breakPValue }: z.output<typeof ExitsConfig>,
  { tradingSessions }: { tradingSessions: number },
): ExitRules {
  const rules: ExitRules = {};
  if (maxHalfLifeOfWindow !== null) rules.halfLifeBoundSessions = maxHalfLifeOfWindow * tradingSessions;
  if (timeStopHalfLives !== null) rules.timeStopHalfLives = timeStopHalfLives;
  if (spreadStopZ !== null) rules.spreadStopZ = spreadStopZ;
  if (breakPValue !== null) rules.breakPValue = breakPValue;
  return rules;
}
