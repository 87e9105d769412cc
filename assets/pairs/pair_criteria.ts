import { z } from "zod";
import { falseDiscoveryRate } from "../../quant/mod.ts";
import type { PairTests, TestedPair } from "./tested_pair.ts";
import { countedPValue, residualPValue } from "./residual_p_value.ts";
import { fewestSessions } from "../market/clean_prices.ts";
import {
  type PairTradability,
  pairTradability,
  TradabilityConfig,
  tradabilityFailures,
} from "./tradability_criteria.ts";

const level = z.number().gt(0).max(1);

/** Criteria for accepting pairs. Bounds of statistics are strict; bounds of tradability are inclusive. */
export const PairCriteriaConfig = z.strictObject({
  maxPValue: level.default(0.05).describe("Dickey–Fuller p-value of the spread: below"),
  maxHurst: level.default(0.5).describe("Hurst exponent of the spread: below"),
  maxHalfLife: z.number().gt(0).default(260).describe("Half-life in sessions: above 0 and below"),
  minCrossings: z.int().min(0).default(12).describe("Crossings of the spread's mean: above"),
  testOrders: z.enum(["both", "one"]).default("both").describe(
    "both: the Engle–Granger test with either leg as the dependent one, decided by the larger p-value. one: only ticker 2 on ticker 1, as the originals",
  ),
  maxEngleGrangerPValue: level.nullable().default(0.05).describe("Engle–Granger p-value: below; null disables it"),
  maxAdjustedPValue: level.nullable().default(0.5).describe(
    "False-discovery-adjusted p-value: below; null disables it. At most about this share of the accepted pairs is expected to be chance",
  ),
  confirmationSessions: z.int().min(1).max(1000).nullable().default(null).describe(
    "A pair must also have met maxEngleGrangerPValue (maxPValue if that is null) this many sessions earlier, in the formation without its last ones; null disables it",
  ),
  ...TradabilityConfig.shape,
});

/** A pair with the results of the criteria. */
export interface JudgedPair extends Omit<TestedPair, "failed">, PairTradability {
  adjusted_p_value: number | null;
  earlier_p_value: number | null;
  accepted: boolean;
  failed_criteria: { criterion: string; reason: string }[];
}

/**
 * Applies the criteria to all pairs of a formation.
 *
 * Adjusted p-values are Benjamini and Hochberg's, over all tested pairs; a pair without a p-value counts as 1.
 */
export function judgePairs(
  { pairs, series, tradability }: PairTests,
  config: z.output<typeof PairCriteriaConfig>,
): JudgedPair[] {
  const pValues = pairs.map((pair) => countedPValue(pair, config.testOrders));
  const adjusted = falseDiscoveryRate(pValues.map((pValue) => pValue ?? 1));
  return pairs.map(({ failed, ...pair }, i) => {
    const pValue = pValues[i]!;
    const legs = [pair.ticker_1, pair.ticker_2].map((ticker) => [ticker, tradability.get(ticker)] as const);
    const judged = {
      ...pair,
      ...pairTradability(legs[0]![1], legs[1]![1], pair.slope),
      adjusted_p_value: pValue === null ? null : adjusted[i]!,
      earlier_p_value: null as number | null,
    };
    const failures = failed.map(({ criterion, reason }) => ({ criterion: criterion as string, reason }));
    // Legs without a spread have no residual either.
    if (failures.every(({ criterion }) => criterion !== "legs")) {
      failures.push(...residualFailures(judged, { pValue, config, tested: pairs.length }));
    }
    failures.push(...tradabilityFailures(legs, config));
    if (failures.length === 0 && config.confirmationSessions !== null) {
      const { pValue, reason } = confirmation([pair.ticker_1, pair.ticker_2], series, config);
      judged.earlier_p_value = pValue;
      if (reason !== null) failures.push({ criterion: "confirmation", reason });
    }
    return { ...judged, accepted: failures.length === 0, failed_criteria: failures };
  });
}

/** Failures of the residual tests. */
function residualFailures(
  pair: Omit<TestedPair, "failed"> & { adjusted_p_value: number | null },
  { pValue, config: { maxEngleGrangerPValue, maxAdjustedPValue }, tested }: {
    pValue: number | null;
    config: z.output<typeof PairCriteriaConfig>;
    tested: number;
  },
): { criterion: string; reason: string }[] {
  const failures: { criterion: string; reason: string }[] = [];
  if (pValue === null) {
    if (maxEngleGrangerPValue === null && maxAdjustedPValue === null) return [];
    const reason = "The Engle–Granger test has nothing to say: the legs explain each other up to rounding.";
    return [{ criterion: "engleGranger", reason }];
  }
  if (maxEngleGrangerPValue !== null && !(pValue < maxEngleGrangerPValue)) {
    const [y, x] = pValue === pair.engle_granger_p_value
      ? [pair.ticker_2, pair.ticker_1]
      : [pair.ticker_1, pair.ticker_2];
    failures.push({
      criterion: "engleGranger",
      reason: `Engle–Granger p-value ${pValue} of ${y} on ${x} is not below ${maxEngleGrangerPValue}.`,
    });
  }
  if (maxAdjustedPValue !== null && !(pair.adjusted_p_value! < maxAdjustedPValue)) {
    failures.push({
      criterion: "adjustedPValue",
      reason:
        `Adjusted for the ${tested} pairs tested the p-value ${pValue} is ${pair.adjusted_p_value}, not below ${maxAdjustedPValue}.`,
    });
  }
  return failures;
}

/** The larger p-value of the formation without its last sessions, and the reason if that refuses the pair. */
function confirmation(
  [ticker1, ticker2]: readonly [string, string],
  series: PairTests["series"],
  config: z.output<typeof PairCriteriaConfig>,
): { pValue: number | null; reason: string | null } {
  const sessions = config.confirmationSessions!;
  const [x, y] = [series.get(ticker1)!, series.get(ticker2)!];
  const length = x.length - sessions;
  if (length < fewestSessions) {
    const reason = `${sessions} sessions before the formation's end it had ${
      Math.max(0, length)
    }, of which at least ${fewestSessions} are needed.`;
    return { pValue: null, reason };
  }
  const earlier = (values: Float64Array) => values.subarray(0, length);
  const pValue = countedPValue({
    engle_granger_p_value: residualPValue(earlier(y), earlier(x)),
    engle_granger_p_value_reversed: config.testOrders === "both" ? residualPValue(earlier(x), earlier(y)) : null,
  }, config.testOrders);
  const bound = config.maxEngleGrangerPValue ?? config.maxPValue;
  if (pValue !== null && pValue < bound) return { pValue, reason: null };
  return {
    pValue,
    reason: `Engle–Granger p-value ${pValue ?? "none"} ${sessions} sessions earlier is not below ${bound}.`,
  };
}
