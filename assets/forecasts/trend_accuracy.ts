import { z } from "zod";
import { eager, earliest, type Input, keepAll, notEmpty, type RowOf } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { takingTurns } from "../../resources/turns.ts";
import { formationSpreads } from "./formation_spreads.ts";
import { longestHorizon } from "./longest_horizon.ts";
import { tradingSpreads } from "./trading_spreads.ts";
import { callsOfChange, callsOfWindowMean, linesOf, researchHorizon, type TrendCalls } from "./trend_calls.ts";
import { countAbove, trendRules } from "./trend_rules.ts";
import { trendTallies, TrendTally } from "./trend_tallies.ts";
import { nameOf } from "./pair_spread.ts";

const { trading_first_session: _, pairs, ...tallied } = TrendTally.shape;
const TrendAccuracy = z.object({
  ...tallied,
  accuracy: z.number().min(0).max(1).nullable().describe("right / signals; null where there is no signal"),
  pairs,
});

type Tally = z.output<typeof TrendTally>;

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
 * threshold of `forecast_models` are its calls in `forecast_scores`. Windows whose spreads are unchanged are not counted again
 * (`trend_tallies`).
 */
export const trendAccuracy = asset({
  key: "trend_accuracy",
  module: import.meta,
  group: "forecasts",
  layer: "gold",
  description:
    "How often the rolling trend had the direction right, by the share of the variance that its line explains.",
  deps: { formations: formationSpreads, spreads: tradingSpreads },
  outs: { tallies: trendTallies },
  automation: eager(),
  config: TrendAccuracyConfig,
  row: TrendAccuracy,
  primaryKey: ["measure", "horizon", "sample", "rule"],
  retention: keepAll,
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, previous, config, signal, progress }) {
    const first = await firstSessions(inputs.formations);
    const from = previous && await firstChanged(inputs.spreads, { first, changedFrom: previous.changedFrom });
    const read = from === null ? inputs : {
      formations: inputs.formations.where("trading_first_session", { from }),
      spreads: inputs.spreads.where("session", { from }),
    };
    const [columns, spreads] = await Promise.all([
      // Without the dates, which are as many as the values.
      read.formations.columns("window", "ticker_1", "ticker_2", "scaled_spread"),
      read.spreads.rows(),
    ]);
    const fits = columns.scaled_spread.map((scaled_spread, i) => ({
      window: columns.window[i]!,
      ticker_1: columns.ticker_1[i]!,
      ticker_2: columns.ticker_2[i]!,
      scaled_spread,
    })).filter(({ window }) => from === null || first.get(window)! >= from);
    // Lines are fitted to the last values at each close: further fits of a window add nothing.
    const formations = [...Map.groupBy(fits, nameOf).values()].map(([one]) => one!);
    const sessions = [...new Set(spreads.map(({ session }) => session))].sort();
    const places = new Map(sessions.map((session, t) => [session, t]));
    const seriesOf = Map.groupBy(spreads, nameOf);
    const tallies = new Map<string, Tally>();
    const turn = takingTurns();
    for (const [done, formation] of formations.entries()) {
      const trading = seriesOf.get(nameOf(formation)) ?? [];
      const trading_first_session = first.get(formation.window)!;
      for (const judged of judgedCalls(formation.scaled_spread, { trading, places }, config)) {
        count(tallies, { trading_first_session, ...judged }, config.thresholds);
      }
      await turn();
      signal.throwIfAborted();
      progress(done + 1, formations.length);
    }
    const made = [...tallies.values()];
    const before = from === null ? [] : await previous!.outs.tallies!.rows() as Tally[];
    const all = [...before.filter(({ trading_first_session }) => trading_first_session < from!), ...made];
    return {
      rows: sumsOf(all),
      outs: { tallies: { rows: made, ...from !== null && { from } } },
    };
  },
});

/** The first session of each trading window; further fits of a window are dated in it. */
async function firstSessions(formations: Input<RowOf<typeof formationSpreads>>): Promise<Map<number, string>> {
  const { window, trading_first_session } = await formations.columns("window", "trading_first_session");
  const first = new Map<number, string>();
  window.forEach((number, i) => first.set(number, earliest(first.get(number) ?? null, trading_first_session[i]!)!));
  return first;
}

/**
 * The first session of the earliest window with a change of its formation or of its spreads, which range to a month after it; `null`
 * if that is unknown.
 */
async function firstChanged(
  spreads: Input<RowOf<typeof tradingSpreads>>,
  { first, changedFrom }: {
    first: ReadonlyMap<number, string>;
    changedFrom: { formations: string | null; spreads: string | null };
  },
): Promise<string | null> {
  const changed = earliest(changedFrom.formations, changedFrom.spreads);
  if (changed === null || changed === "") return null;
  const { window } = await spreads.where("session", { from: changed }).columns("window");
  const later = [...first.values()].filter((date) => date >= changed);
  return earliest(...later, ...new Set(window).values().map((number) => first.get(number) ?? null));
}

/** The rows of all windows together. */
function sumsOf(tallies: readonly Tally[]): z.output<typeof TrendAccuracy>[] {
  const sums = Map.groupBy(tallies, ({ measure, horizon, sample, rule }) => [measure, horizon, sample, rule].join(" "));
  return [...sums.values()].map((own) => {
    const sum = (column: "lines" | "signals" | "right" | "pairs") => own.reduce((all, one) => all + one[column], 0);
    const { trading_first_session: _, ...row } = own[0]!;
    const [signals, right] = [sum("signals"), sum("right")];
    return {
      ...row,
      lines: sum("lines"),
      signals,
      right,
      pairs: sum("pairs"),
      accuracy: signals === 0 ? null : right / signals,
    };
  });
}

type Spread = RowOf<typeof tradingSpreads>;

/** Calls of one pair and window by one measure, in both samples. */
interface JudgedCalls extends Pick<Tally, "measure" | "horizon"> {
  formation: TrendCalls;
  trading: TrendCalls;
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
  tallies: Map<string, Tally>,
  { trading_first_session, measure, horizon, ...judged }: JudgedCalls & Pick<Tally, "trading_first_session">,
  thresholds: readonly number[],
): void {
  for (const sample of ["trading", "formation"] as const) {
    const calls = judged[sample];
    const earlier = sample === "trading" ? judged.formation : undefined;
    for (const { name: rule, least, threshold, inHindsight } of trendRules(thresholds, { calls, earlier })) {
      const key = [trading_first_session, measure, horizon, sample, rule].join(" ");
      const before = tallies.get(key);
      const { signals, right } = countAbove(calls, least);
      tallies.set(key, {
        trading_first_session,
        measure,
        horizon,
        sample,
        rule,
        min_r_squared: threshold,
        looks_ahead: inHindsight || sample === "formation",
        lines: (before?.lines ?? 0) + calls.lines,
        signals: (before?.signals ?? 0) + signals,
        right: (before?.right ?? 0) + right,
        pairs: (before?.pairs ?? 0) + (signals > 0 ? 1 : 0),
      });
    }
  }
}
