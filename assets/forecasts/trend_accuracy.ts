import { z } from "zod";
import { eager, keepAll, notEmpty, type RowOf } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { takingTurns } from "../../resources/turns.ts";
import { formationSpreads } from "./formation_spreads.ts";
import { longestHorizon } from "./longest_horizon.ts";
import { tradingSpreads } from "./trading_spreads.ts";
import { callsOfChange, callsOfWindowMean, linesOf, researchHorizon, type TrendCalls } from "./trend_calls.ts";
import { countAbove, trendRules } from "./trend_rules.ts";

const TrendAccuracy = z.object({
  measure: z.enum(["change", "window_mean"]).describe(
    "change: direction of the spread from the close of the as-of session to that of the session ahead. window_mean, the research's: the mean of the next three values against the mean of the values that the line was fitted to, which is right by construction for a straight line",
  ),
  horizon: z.int().min(1).describe("Sessions ahead; of window_mean the values whose mean is compared"),
  sample: z.enum(["trading", "formation"]).describe(
    "trading: out of sample, in the trading windows. formation: in the sessions that chose the pair and gave hedge ratio and scale",
  ),
  rule: z.string().min(1).describe(
    "all: every line. above_T: lines that explain more than the share T of the variance. best_in_formation: for each pair and window the threshold with the highest accuracy in the formation. best_in_hindsight: the threshold with the highest accuracy in the judged sample itself, as the research chose it",
  ),
  min_r_squared: z.number().min(0).max(1).nullable().describe(
    "Share of the variance that a line must explain; 0 for all, null where it differs by pair",
  ),
  looks_ahead: z.boolean().describe(
    "Whether the sample or the rule uses later data: such an accuracy was not achievable",
  ),
  lines: z.int().min(0).describe("Lines with a realized value, over all pairs and sessions"),
  signals: z.int().min(0).describe("Those that the rule counts as a trend and that forecast a change"),
  right: z.int().min(0).describe("Signals whose direction came true"),
  accuracy: z.number().min(0).max(1).nullable().describe("right / signals; null where there is no signal"),
  pairs: z.int().min(0).describe("Pairs and windows with a signal"),
});
type TrendAccuracy = z.output<typeof TrendAccuracy>;

/** Settings of `trend_accuracy`. */
export const TrendAccuracyConfig = z.strictObject({
  lookback: z.int().min(3).max(250).default(10).describe("Values that each line is fitted to"),
  thresholds: z.array(z.number().gt(0).lt(1)).min(1).max(20).default([0.4, 0.5, 0.6]).describe(
    "Shares of the variance that a line must explain, compared with each other",
  ),
  horizons: z.array(z.int().min(1).max(longestHorizon)).min(1).max(longestHorizon).default([1, 5, 10]).describe(
    "Sessions ahead",
  ),
}).superRefine((config, context) => {
  for (const path of ["thresholds", "horizons"] as const) {
    const values: readonly number[] = config[path];
    if (new Set(values).size === values.length) continue;
    context.addIssue({ code: "custom", path: [path], message: "names a value twice" });
  }
});

/**
 * Directional accuracy of the rolling trend, by the threshold on the variance that its line explains.
 *
 * The research tried three thresholds and kept, for each pair, the one with the highest accuracy on the sample that it then
 * traded. Rows with measure `change` and sample `trading` are out of sample; the research's own procedure is included for
 * comparison, marked by `looks_ahead` and its own measure. Lines are those of the forecaster `rolling_trend`: signals above the
 * threshold of `forecast_models` are its calls in `forecast_scores`.
 */
export const trendAccuracy = asset({
  key: "trend_accuracy",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description:
    "How often the rolling trend had the direction right, by the share of the variance that its line explains.",
  deps: { formations: formationSpreads, spreads: tradingSpreads },
  automation: eager(),
  config: TrendAccuracyConfig,
  row: TrendAccuracy,
  primaryKey: ["measure", "horizon", "sample", "rule"],
  retention: keepAll,
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, config, signal, progress }) {
    const [read, spreads] = await Promise.all([
      // Without the dates, which are as many as the values.
      inputs.formations.columns("window", "ticker_1", "ticker_2", "scaled_spread"),
      inputs.spreads.rows(),
    ]);
    const fits = read.scaled_spread.map((scaled_spread, i) => ({
      window: read.window[i]!,
      ticker_1: read.ticker_1[i]!,
      ticker_2: read.ticker_2[i]!,
      scaled_spread,
    }));
    // Lines are fitted to the last values at each close: further fits of a window add nothing.
    const formations = [...Map.groupBy(fits, nameOf).values()].map(([first]) => first!);
    const sessions = [...new Set(spreads.map(({ session }) => session))].sort();
    const places = new Map(sessions.map((session, t) => [session, t]));
    const seriesOf = Map.groupBy(spreads, nameOf);
    const tallies = new Map<string, TrendAccuracy>();
    const turn = takingTurns();
    for (const [done, formation] of formations.entries()) {
      const trading = seriesOf.get(nameOf(formation)) ?? [];
      for (const judged of judgedCalls(formation.scaled_spread, { trading, places }, config)) {
        count(tallies, judged, config.thresholds);
      }
      await turn();
      signal.throwIfAborted();
      progress(done + 1, formations.length);
    }
    return {
      rows: [...tallies.values()].map((row) => ({
        ...row,
        accuracy: row.signals === 0 ? null : row.right / row.signals,
      })),
    };
  },
});

type Spread = RowOf<typeof tradingSpreads>;

/** Calls of one pair and window by one measure, in both samples. */
interface JudgedCalls extends Pick<TrendAccuracy, "measure" | "horizon"> {
  formation: TrendCalls;
  trading: TrendCalls;
}

function nameOf({ window, ticker_1, ticker_2 }: { window: number; ticker_1: string; ticker_2: string }): string {
  return `${window} ${ticker_1} ${ticker_2}`;
}

/**
 * Calls of one pair and window; `places` numbers the sessions of all. Those of the formation use realized values within it; those of the trading window, up to a month
 * after it.
 */
function judgedCalls(
  known: readonly number[],
  { trading, places }: { trading: readonly Spread[]; places: ReadonlyMap<string, number> },
  { lookback, horizons }: z.output<typeof TrendAccuracyConfig>,
): JudgedCalls[] {
  const formation = { series: Float64Array.from(known), lookback, from: 0, to: known.length };
  const all = {
    series: Float64Array.of(...known, ...trading.map(({ scaled_spread }) => scaled_spread)),
    lookback,
    from: known.length,
    to: known.length + trading.filter(({ in_window }) => in_window).length,
  };
  const lines = linesOf(all.series, lookback);
  const at = trading.map(({ session }) => places.get(session)!);
  const actual = new Float64Array(places.size).fill(NaN);
  trading.forEach(({ scaled_spread }, n) => actual[at[n]!] = scaled_spread);
  const ahead = (index: number, horizon: number) => {
    const value = actual[at[index - known.length]! + horizon];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  };
  return [
    ...horizons.map((horizon): JudgedCalls => ({
      measure: "change",
      horizon,
      formation: callsOfChange(lines, { ...formation, horizon, after: (at) => known[at + horizon] }),
      trading: callsOfChange(lines, { ...all, horizon, after: (at) => ahead(at, horizon) }),
    })),
    {
      measure: "window_mean",
      horizon: researchHorizon,
      formation: callsOfWindowMean(lines, formation),
      trading: callsOfWindowMean(lines, all),
    },
  ];
}

/** Adds the calls of a pair and window to the rows of all rules. */
function count(
  tallies: Map<string, TrendAccuracy>,
  { measure, horizon, ...judged }: JudgedCalls,
  thresholds: readonly number[],
): void {
  for (const sample of ["trading", "formation"] as const) {
    const calls = judged[sample];
    const earlier = sample === "trading" ? judged.formation : undefined;
    for (const { name: rule, least, threshold, inHindsight } of trendRules(thresholds, { calls, earlier })) {
      const key = [measure, horizon, sample, rule].join(" ");
      const before = tallies.get(key);
      const { signals, right } = countAbove(calls, least);
      tallies.set(key, {
        measure,
        horizon,
        sample,
        rule,
        min_r_squared: threshold,
        looks_ahead: inHindsight || sample === "formation",
        lines: (before?.lines ?? 0) + calls.lines,
        signals: (before?.signals ?? 0) + signals,
        right: (before?.right ?? 0) + right,
        accuracy: null,
        pairs: (before?.pairs ?? 0) + (signals > 0 ? 1 : 0),
      });
    }
  }
}
