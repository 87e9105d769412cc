import { cointegratedPairs } from "../assets/views.ts";
import { linearRegression } from "../quant/mod.ts";
import type { PairRecord } from "./pair_record.ts";

/** Closes of one leg on the other over a formation: by this a spread is stated in deviations. */
export interface PairFormation {
  /** Its first and last session. */
  first: string;
  last: string;
  /** USD of ticker 2 for one of ticker 1, in the shares that closes have now. */
  slope: number;
  /** USD. */
  intercept: number;
  /** USD, of the population: the mean of the residuals is 0. */
  deviation: number;
}

/** Sessions of a formation that a line through it needs. */
const fewest = 10;

/**
 * The formation that a pair is judged by now: that of its newest trading window, or where there is none that of its newest test.
 *
 * @returns `null` where the pair was neither traded nor tested, or its closes there allow no line.
 */
export function formationOf({ closes, walkForward, tested, sources }: PairRecord): PairFormation | null {
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
