/** Criteria of an accepted pair. Every bound is strict. */
export interface PairCriteria {
  /** p-value of the spread's augmented Dickey–Fuller test: accepted below. */
  maxPValue: number;
  /** Hurst exponent of the spread: accepted below. */
  maxHurst: number;
  /** Half-life in sessions: accepted above 0 and below. */
  maxHalfLife: number;
  /** Crossings of the spread's mean: accepted above. */
  minCrossings: number;
}

/** A criterion that a pair can fail, or `legs` if the legs have no spread. */
export type PairCriterion = "adfPValue" | "hurst" | "halfLife" | "meanCrossings" | "legs";

/** One reason why a pair is rejected. */
export interface FailedCriterion {
  /** The criterion. */
  readonly criterion: PairCriterion;
  /** A sentence with the value and the bound. */
  readonly reason: string;
}

/** The bit of each criterion in the column `failed`. */
export const FAILED: Readonly<Record<PairCriterion, number>> = {
  adfPValue: 1,
  hurst: 2,
  halfLife: 4,
  meanCrossings: 8,
  legs: 16,
};

/**
 * The criteria without further properties, validated.
 *
 * @throws {RangeError} If a bound is missing or NaN.
 */
export function checkCriteria(criteria: PairCriteria): PairCriteria {
  for (const name of ["maxPValue", "maxHurst", "maxHalfLife", "minCrossings"] as const) {
    const bound: unknown = criteria[name];
    if (typeof bound !== "number" || Number.isNaN(bound)) {
      throw new RangeError(`Criterion ${name} must be a number, got ${bound}: pass ±Infinity to switch it off.`);
    }
  }
  return {
    maxPValue: criteria.maxPValue,
    maxHurst: criteria.maxHurst,
    maxHalfLife: criteria.maxHalfLife,
    minCrossings: criteria.minCrossings,
  };
}
