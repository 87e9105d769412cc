import assert from "node:assert/strict";
import { forecastScores } from "../../../assets/forecasts/forecast_scores.ts";
import { formationSpreads } from "../../../assets/forecasts/formation_spreads.ts";
import { spreadForecasts } from "../../../assets/forecasts/spread_forecasts.ts";
import { tradingSpreads } from "../../../assets/forecasts/trading_spreads.ts";
import { trendAccuracy, TrendAccuracyConfig } from "../../../assets/forecasts/trend_accuracy.ts";
import type { RowOf } from "../../../engine/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { chainOf } from "../../support/asset_chain.ts";
import { weekdays } from "../../support/bars.ts";
import { forecastMarket, forecastWindows } from "../../support/forecast_chain.ts";

type Accuracy = RowOf<typeof trendAccuracy>;

const sessions = weekdays(60);

/** A pair's formation, and its trading window and what comes after it, on the sessions from the twentieth on. */
function pair(
  ticker_1: string,
  { formation, trading, after = [] }: { formation: number[]; trading: (number | null)[]; after?: number[] },
) {
  const named = { window: 1, ticker_1, ticker_2: "Z" };
  const formations: RowOf<typeof formationSpreads>[] = [{
    ...named,
    trading_first_session: sessions[20]!,
    formation_first_session: sessions[0]!,
    formation_last_session: sessions[19]!,
    slope: 1,
    intercept: 0,
    spread_mean: 0,
    spread_deviation: 1,
    scaled_spread: formation,
    dates: formation.map((_, t) => sessions[t]!),
  }];
  const spreads = [...trading, ...after].flatMap((value, t): RowOf<typeof tradingSpreads>[] =>
    value === null ? [] : [{
      ...named,
      session: sessions[20 + t]!,
      spread: value,
      scaled_spread: value,
      in_window: t < trading.length,
    }]
  );
  return { formations, spreads };
}

const accuracyOf = (pairs: ReturnType<typeof pair>[], config: Record<string, unknown> = {}) =>
  runAsset(trendAccuracy, {
    inputs: {
      formations: pairs.flatMap(({ formations }) => formations),
      spreads: pairs.flatMap(({ spreads }) => spreads),
    },
    config: { lookback: 3, thresholds: [0.5, 0.9], horizons: [1], ...config },
  });

/** Lines, signals and those that were right, by rule. */
function counts(rows: readonly Accuracy[], measure: string, sample: string): Record<string, number[]> {
  const own = rows.filter((row) => row.measure === measure && row.sample === sample);
  return Object.fromEntries(own.map((row) => [row.rule, [row.lines, row.signals, row.right]]));
}

Deno.test("trend_accuracy counts by rule which lines led where the spread went, after the formation and in it", async () => {
  // Lines of three values: (2, 4, 6) rises and explains all, (4, 6, 5) explains a quarter, (6, 5, 7) as much, (5, 7, 9) all.
  const { rows } = await accuracyOf([pair("A", { formation: [0, 2, 4], trading: [6, 5, 7, 9], after: [11] })]);
  // 6 → 5 wrong; 5 → 7 by a line that leads to 6 right; the next leads to 7, where the spread is: none; 9 → 11 right.
  assert.deepEqual(counts(rows, "change", "trading"), {
    all: [4, 3, 2],
    "above_0.5": [4, 2, 1],
    "above_0.9": [4, 2, 1],
    best_in_formation: [4, 2, 1],
    best_in_hindsight: [4, 2, 1],
  });
  // The formation ends with its only line: nothing came after it that was known then.
  assert.deepEqual(counts(rows, "change", "formation").all, [0, 0, 0]);
  for (const { signals, right, accuracy } of rows) assert.equal(accuracy, signals === 0 ? null : right / signals);
  assert.ok(rows.some(({ accuracy }) => accuracy === null));
  const all = rows.find(({ measure, sample, rule }) => `${measure} ${sample} ${rule}` === "change trading all")!;
  assert.deepEqual([all.accuracy, all.min_r_squared, all.pairs, all.looks_ahead], [2 / 3, 0, 1, false]);
});

Deno.test("trend_accuracy has the research's measure, which compares means", async () => {
  const formation = [0, 1, 2, 3, 4, 5, 6];
  const { rows } = await accuracyOf([pair("A", { formation, trading: [7, 0, 0, 0] })]);
  // Of the lines that end at 2 … 4 the next three values are in the formation.
  assert.deepEqual(counts(rows, "window_mean", "formation")["above_0.9"], [2, 2, 2]);
  // Of the trading window's only the first has three values after it: 7 is followed by zeros.
  assert.deepEqual(counts(rows, "window_mean", "trading").all, [1, 1, 0]);
  assert.deepEqual(
    new Set(rows.filter((row) => row.measure === "window_mean").map((row) => row.horizon)),
    new Set([3]),
  );
});

Deno.test("trend_accuracy chooses each pair's threshold by its formation, and says where it is chosen by what came", async () => {
  // A's weak line was right in the formation and wrong afterwards; B's only line is straight.
  const a = pair("A", { formation: [0, 2, 1, 3, 2, 4, 3, 5], trading: [4, 9, 9] });
  const b = pair("B", { formation: [0, 0, 0], trading: [1, 2, 3], after: [4] });
  const { rows } = await accuracyOf([a, b], { thresholds: [0.1, 0.9] });
  const trading = rows.filter(({ measure, sample }) => measure === "change" && sample === "trading");
  const at = (rule: string) => trading.find((row) => row.rule === rule)!;
  assert.ok(at("best_in_hindsight").accuracy! >= at("best_in_formation").accuracy!);
  assert.deepEqual(trading.filter((row) => row.looks_ahead).map(({ rule }) => rule), ["best_in_hindsight"]);
  assert.ok(rows.filter(({ sample }) => sample === "formation").every((row) => row.looks_ahead));
  assert.deepEqual([at("best_in_formation").min_r_squared, at("above_0.9").min_r_squared], [null, 0.9]);
});

Deno.test("trend_accuracy counts no line where the session ahead has no close", async () => {
  const { rows } = await accuracyOf([
    pair("A", { formation: [0, 1, 2], trading: [3, null, 5, 6] }),
    pair("B", { formation: [0, 1, 2], trading: [3, 4, 5, 6] }),
  ]);
  // A: 3 has no session after it, 5 has; B: three of four.
  assert.deepEqual(counts(rows, "change", "trading").all, [4, 4, 4]);
});

Deno.test("trend_accuracy of a chain has the calls that forecast_scores has of the same forecaster", async () => {
  const chain = chainOf({
    bars: forecastMarket,
    config: { ...forecastWindows, forecast_models: { models: ["rolling_trend"] } },
  });
  await chain.make(forecastScores);
  await chain.make(trendAccuracy);
  const rows = chain.rows(trendAccuracy);
  const scores = chain.rows(forecastScores);
  assert.equal(scores.length, 3);
  for (const { horizon, forecasts, calls, accuracy_of_calls } of scores) {
    const row = rows.find((one) =>
      one.measure === "change" && one.sample === "trading" && one.horizon === horizon && one.rule === "above_0.6"
    )!;
    assert.deepEqual([row.lines, row.signals, row.accuracy], [forecasts, calls, accuracy_of_calls], `${horizon}`);
    assert.ok(calls > 50, `${calls} calls`);
  }
  const all = rows.filter(({ rule, sample }) => rule === "all" && sample === "trading");
  assert.ok(all.every(({ signals, lines }) => signals === lines));
  assert.ok(chain.rows(spreadForecasts).length > 0);
});

Deno.test("trend_accuracy counts each close once where the models of a window are fitted again", async () => {
  const accuracyWith = async (refitSessions: number | null) => {
    const config = { ...forecastWindows, formation_spreads: { refitSessions } };
    const chain = chainOf({ bars: forecastMarket, config });
    await chain.make(trendAccuracy);
    return chain.rows(trendAccuracy);
  };
  assert.deepEqual(await accuracyWith(15), await accuracyWith(null));
});

Deno.test("trend_accuracy stops when it is cancelled, and refuses settings without meaning", async () => {
  const one = pair("A", { formation: [0, 1, 2], trading: [3] });
  const cancelled = runAsset(trendAccuracy, { inputs: one, signal: AbortSignal.abort(new Error("no longer wanted")) });
  await assert.rejects(cancelled, /no longer wanted/);
  const refused = [{ thresholds: [] }, { thresholds: [1] }, { horizons: [22] }, { lookback: 2 }, { horizons: [1, 1] }, {
    thresholds: [0.4, 0.4],
  }];
  for (const config of refused) {
    assert.equal(TrendAccuracyConfig.safeParse(config).success, false, JSON.stringify(config));
  }
});
