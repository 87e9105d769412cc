import assert from "node:assert/strict";
import { judgePairs, PairCriteriaConfig } from "../../../assets/pairs/pair_criteria.ts";
import type { TestedPair } from "../../../assets/pairs/tested_pair.ts";
import { engleGrangerBothOrders } from "../../../quant/mod.ts";
import { reverting, walk } from "../../support/closes.ts";

function pair(names: string, [forward, reversed]: [number | null, number | null], failed = false): TestedPair {
  const [ticker_1, ticker_2] = names.split("/") as [string, string];
  return {
    ticker_1,
    ticker_2,
    cluster: 0,
    sources: ["cluster"],
    slope: 1,
    intercept: 0,
    adf_statistic: -5,
    adf_p_value: 0.001,
    used_lag: 1,
    engle_granger_p_value: forward,
    engle_granger_p_value_reversed: reversed,
    hurst_exponent: 0.3,
    half_life: 8,
    mean_crossings: 60,
    failed: failed ? [{ criterion: "hurst", reason: "Hurst exponent 0.6 is not below 0.5." }] : [],
  };
}

const none = { maxEngleGrangerPValue: null, maxAdjustedPValue: null };
const judge = (pairs: TestedPair[], config: Record<string, unknown>, series = new Map<string, Float64Array>()) =>
  judgePairs({ pairs, series, tradability: new Map() }, PairCriteriaConfig.parse(config));

Deno.test("judgePairs() holds the larger p-value of both orders to its bound, which is strict", () => {
  const bound = { ...none, maxEngleGrangerPValue: 0.05 };
  const judged = judge([
    pair("A/B", [0.01, 0.04]),
    pair("C/D", [0.01, 0.05]),
    pair("E/F", [0.2, 0.01]),
  ], bound);
  assert.deepEqual(judged.map(({ accepted }) => accepted), [true, false, false]);
  assert.deepEqual(judged.map(({ failed_criteria }) => failed_criteria), [[], [{
    criterion: "engleGranger",
    reason: "Engle–Granger p-value 0.05 of C on D is not below 0.05.",
  }], [{
    criterion: "engleGranger",
    reason: "Engle–Granger p-value 0.2 of F on E is not below 0.05.",
  }]]);
});

Deno.test("judgePairs() looks at one order where one is tested", () => {
  const [judged] = judge([pair("A/B", [0.01, null])], { ...none, testOrders: "one", maxEngleGrangerPValue: 0.05 });
  assert.deepEqual([judged!.accepted, judged!.adjusted_p_value], [true, 0.01]);
});

Deno.test("judgePairs() adjusts p-values for all pairs tested, refused ones too, with 1 for missing p-values", () => {
  const judged = judge([
    pair("A/B", [0.01, 0.005]),
    pair("C/D", [0.02, 0.03]),
    pair("E/F", [0.9, 0.9], true),
    pair("G/H", [null, null]),
  ], { ...none, maxAdjustedPValue: 0.05 });
  // Benjamini and Hochberg over 0.01, 0.03, 0.9, 1: 0.01·4/1, 0.03·4/2, and 1 from the last one down.
  assert.deepEqual(judged.map((one) => one.adjusted_p_value), [0.04, 0.06, 1, null]);
  assert.deepEqual(judged.map(({ accepted }) => accepted), [true, false, false, false]);
  assert.deepEqual(judged[1]!.failed_criteria, [{
    criterion: "adjustedPValue",
    reason: "Adjusted for the 4 pairs tested the p-value 0.03 is 0.06, not below 0.05.",
  }]);
  assert.deepEqual(judged[2]!.failed_criteria.map(({ criterion }) => criterion), ["hurst", "adjustedPValue"]);
  assert.deepEqual(judged[3]!.failed_criteria.map(({ criterion }) => criterion), ["engleGranger"]);
});

Deno.test("judgePairs() names every gate that refuses, and none that is off", () => {
  const criteria = (config: Record<string, unknown>) =>
    judge([pair("A/B", [0.5, 0.5])], config)[0]!.failed_criteria.map(({ criterion }) => criterion);
  assert.deepEqual(criteria({}), ["engleGranger", "adjustedPValue"]);
  assert.deepEqual(criteria({ maxAdjustedPValue: null }), ["engleGranger"]);
  assert.deepEqual(criteria(none), []);
});

Deno.test("judgePairs() refuses a pair without a test result, unless no p-value is required", () => {
  for (const pValues of [[null, null], [0.01, null]] as [number | null, null][]) {
    const [judged] = judge([pair("A/B", pValues)], {});
    assert.deepEqual([judged!.accepted, judged!.adjusted_p_value], [false, null]);
    assert.match(judged!.failed_criteria[0]!.reason, /nothing to say/);
  }
  assert.equal(judge([pair("A/B", [null, null])], none)[0]!.accepted, true);
});

Deno.test("judgePairs() confirms a pair in the formation without its last sessions", () => {
  const x = walk(1, 300);
  const noise = reverting(2, 300);
  // Cointegrated in the last 150 sessions alone, or all along.
  const wander = walk(3, 300);
  const late = x.map((value, t) => t < 150 ? wander[t]! : value + wander[149]! - x[149]! + 0.1 * noise[t]!);
  const always = x.map((value, t) => 2 * value + 0.3 * noise[t]!);
  const series = new Map([["X", x], ["LATE", late], ["ALWAYS", always]]);
  const pairs = [pair("X/ALWAYS", [0.001, 0.001]), pair("X/LATE", [0.001, 0.001])];
  const [confirmed, refused] = judge(pairs, { ...none, confirmationSessions: 120 }, series);
  assert.equal(
    confirmed!.earlier_p_value,
    engleGrangerBothOrders(always.subarray(0, 180), x.subarray(0, 180)).pValue,
  );
  assert.equal(confirmed!.accepted, true);
  assert.deepEqual([refused!.accepted, refused!.failed_criteria[0]!.criterion], [false, "confirmation"]);
  assert.ok(refused!.earlier_p_value! > 0.05);
  assert.equal(judge(pairs, none, series)[0]!.earlier_p_value, null, "not asked, not tested");
});

Deno.test("judgePairs() confirms nothing where too few sessions remain, and says so", () => {
  const series = new Map([["A", walk(1, 150)], ["B", walk(2, 150)]]);
  const [judged] = judge([pair("A/B", [0.001, 0.001])], { ...none, confirmationSessions: 51 }, series);
  assert.equal(judged!.accepted, false);
  assert.match(judged!.failed_criteria[0]!.reason, /it had 99, of which at least 100 are needed/);
});

Deno.test("judgePairs() confirms no pair that another gate refuses, and judges no pairs at all", () => {
  const [judged] = judge([pair("A/B", [0.5, 0.5])], { confirmationSessions: 10 });
  assert.equal(judged!.earlier_p_value, null);
  assert.deepEqual(judge([], {}), []);
});
