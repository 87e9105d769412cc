import { cointegratedPairs } from "../assets/views.ts";
import { linearRegression } from "../quant/mod.ts";
import type { PairRecord } from "./pair_record.ts";
import type { WalkForward } from "./pair_walk_forward.ts";

/** Line of one leg on the other over a formation, which states the spread in deviations. */
export interface PairFormation {
  /** Its first and last session. */
  first: string;
  last: string;
  /** USD of ticker 2 per USD of ticker 1, in current shares. */
  slope: number;
  /** USD. */
  intercept: number;
  /** Standard deviation of the residuals in USD, of the population; their mean is 0. */
  deviation: number;
}

/** Minimum number of sessions for a line. */
const fewest = 10;

/**
 * The formation of a pair's newest trading window, or without one of its newest test.
 *
 * @returns `null` if the pair was neither traded nor tested, or its closes in the formation allow no line.
 */
export function formationOf(
  { closes, walkForward, tested, sources }: Pick<PairRecord, "closes" | "tested" | "sources"> & {
    walkForward: Pick<WalkForward, "windows"> | null;
  },
): PairFormation | null {
  if (closes === null) return null;
  const { sessions, first, second } = closes;
  const window = walkForward?.windows.at(-1);
  const until = window?.formationLast ?? tested?.as_of;
  if (until === undefined) return null;
  const end = sessions.findLastIndex((session) => session <= until) + 1;
  const recorded = sources.get(cointegratedPairs.key)?.config as { formationSessions?: unknown } | undefined;
  const length = typeof recorded?.formationSessions === "number" ? recorded.formationSessions : Infinity;
  const start = window ? sessions.findIndex((session) => session >= window.formationFirst) : Math.max(0, end - length);
  if (start < 0 || end - start < fewest) return null;
  const line = lineOf(Float64Array.from(first.slice(start, end)), Float64Array.from(second.slice(start, end)));
  return line && { first: sessions[start]!, last: sessions[end - 1]!, ...line };
}

function lineOf(x: Float64Array, y: Float64Array): Pick<PairFormation, "slope" | "intercept" | "deviation"> | null {
  if (x.every((value) => value === x[0])) return null;
  const { slope, intercept } = linearRegression(x, y);
  const squares = y.reduce((sum, value, t) => sum + (value - slope * x[t]! - intercept) ** 2, 0);
  const deviation = Math.sqrt(squares / y.length);
  return deviation > 1e-9 * Math.abs(y.at(-1)!) ? { slope, intercept, deviation } : null;
}

/** The spread of two closes in deviations of the formation. */
export function deviationsOf({ slope, intercept, deviation }: PairFormation, close1: number, close2: number): number {
  return (close2 - slope * close1 - intercept) / deviation;
}
