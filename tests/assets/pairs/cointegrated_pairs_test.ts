import assert from "node:assert/strict";
import { cointegratedPairs, pairsInClusters } from "../../../assets/pairs/cointegrated_pairs.ts";
import { engleGranger } from "../../../quant/mod.ts";
import { sessionRows } from "../../support/bars.ts";
import { rawBarRows, reverting, walk } from "../../support/closes.ts";
import { runAsset } from "../../../testing/run_asset.ts";

/** Rows of `pair_clusters` in which only ticker and cluster matter. */
function clusterRows(clusters: Readonly<Record<string, number>>, as_of: string, preset = "research") {
  return Object.entries(clusters).map(([ticker, cluster], position) => ({
    as_of,
    preset,
    ticker,
    cluster,
    position,
    reachability: null,
    core_distance: null,
    component_1: 0,
    component_2: null,
    component_3: null,
    component_4: null,
    component_5: null,
  }));
}

function test(
  closes: Record<string, Float64Array>,
  clusters: Readonly<Record<string, number>> = Object.fromEntries(Object.keys(closes).map((ticker) => [ticker, 0])),
  config: Record<string, unknown> = {},
) {
  const { bars, asOf } = rawBarRows(closes);
  return runAsset(cointegratedPairs, {
    inputs: { bars, sessions: sessionRows(bars), clusters: clusterRows(clusters, asOf) },
    config,
    partitions: { dates: [asOf] },
  });
}

const n = 400;
const leg = walk(5, n);
const spread = reverting(6, n);
const follower = leg.map((close, t) => 2 * close + 10 + 0.3 * spread[t]!);
const stranger = walk(7, n);

Deno.test("cointegrated_pairs accepts a pair whose spread reverts and keeps the others with what they fail", async () => {
  const { rows, metadata, progress } = await test({ A: leg, B: follower, C: stranger });
  assert.deepEqual(rows.map((row) => [row.ticker_1, row.ticker_2, row.accepted]), [
    ["A", "B", true],
    ["A", "C", false],
    ["B", "C", false],
  ]);
  const [accepted, ...refused] = rows;
  assert.ok(Math.abs(accepted!.slope! - 2) < 0.05, `slope ${accepted!.slope}`);
  assert.deepEqual(accepted!.failed_criteria, []);
  for (const row of refused) {
    assert.ok(row.failed_criteria.some(({ criterion }) => criterion === "adfPValue"), JSON.stringify(row));
    assert.ok(row.failed_criteria.every(({ reason }) => reason.length > 10));
    assert.ok(row.slope !== null && row.half_life !== null && row.hurst_exponent !== null, "statistics are kept");
  }
  assert.deepEqual(metadata, {
    as_of: {
      type: "table",
      columns: ["as of", "tested", "accepted", "accepted by Engle–Granger"],
      rows: [["2025-07-11", 3, 1, 1]],
    },
    cluster_preset: { type: "text", value: "research" },
    dividends: { type: "text", value: "none in the source" },
  });
  assert.deepEqual(progress.at(-1), [1, 1]);
});

Deno.test("cointegrated_pairs takes ticker 1 as the regressor, in the criteria and in the Engle–Granger test", async () => {
  const { rows: [row] } = await test({ A: leg, B: follower });
  const expected = engleGranger(follower, leg);
  assert.equal(row!.engle_granger_p_value, expected.pValue);
  assert.ok(Math.abs(row!.slope! - expected.hedgeRatio) < 1e-9);
  assert.ok(row!.adf_p_value! <= row!.engle_granger_p_value!, "judged as if observed, the p-value is too small");
});

Deno.test("cointegrated_pairs tests no pair across clusters, of noise, or of another preset's clusters", async () => {
  const closes = { A: leg, B: follower, C: stranger, D: walk(8, n), E: walk(9, n), F: walk(10, n) };
  const { rows } = await test(closes, { A: 1, B: 1, C: 0, D: 0, E: -1, F: -1 });
  assert.deepEqual(rows.map((row) => [row.ticker_1, row.ticker_2, row.cluster]), [["A", "B", 1], ["C", "D", 0]]);
  const { bars, asOf } = rawBarRows(closes);
  const inputs = {
    bars,
    sessions: sessionRows(bars),
    clusters: [...clusterRows({ A: 0, B: 0 }, asOf), ...clusterRows({ C: 0, D: 0 }, asOf, "service")],
  };
  const partitions = { dates: [asOf] };
  const service = await runAsset(cointegratedPairs, { inputs, partitions, config: { clusterPreset: "service" } });
  assert.deepEqual(service.rows.map((row) => [row.ticker_1, row.ticker_2]), [["C", "D"]]);
});

Deno.test("cointegrated_pairs holds each criterion to its bound, which is strict", async () => {
  const closes = { A: leg, B: follower };
  const { rows: [row] } = await test(closes);
  const failed = async (config: Record<string, unknown>) =>
    (await test(closes, undefined, config)).rows[0]!.failed_criteria.map(({ criterion }) => criterion);
  assert.deepEqual(await failed({ maxHurst: row!.hurst_exponent }), ["hurst"]);
  assert.deepEqual(await failed({ maxHalfLife: row!.half_life }), ["halfLife"]);
  assert.deepEqual(await failed({ minCrossings: row!.mean_crossings }), ["meanCrossings"]);
  assert.deepEqual(await failed({ minCrossings: row!.mean_crossings! - 1 }), []);
  assert.deepEqual(await failed({ maxPValue: row!.adf_p_value }), ["adfPValue"]);
});

Deno.test("cointegrated_pairs keeps pairs without a spread, and gives them no p-value", async () => {
  const twice = leg.map((close) => 2 * close);
  const flat = new Float64Array(n).fill(25);
  const { rows } = await test({ A: leg, B: twice, C: flat });
  for (const row of rows) {
    assert.deepEqual([row.accepted, row.adf_p_value, row.engle_granger_p_value], [false, null, null]);
    assert.deepEqual(row.failed_criteria.map(({ criterion }) => criterion), ["legs"]);
  }
  assert.equal(rows.length, 3);
});

Deno.test("cointegrated_pairs has no Engle–Granger p-value where the legs are all but collinear", async () => {
  // A fifth of a cent on legs of some fifty dollars: x explains all but a millionth of y, and the test calls that −∞.
  const twin = leg.map((close, t) => close + 0.001 * spread[t]!);
  const { rows: [row] } = await test({ A: leg, B: twin });
  assert.equal(engleGranger(twin, leg).statistic, -Infinity);
  assert.notEqual(row!.adf_p_value, null);
  assert.equal(row!.engle_granger_p_value, null);
});

Deno.test("cointegrated_pairs survives a spread that repeats itself exactly", async () => {
  const line = Float64Array.from({ length: 200 }, (_, t) => 50 + t / 2);
  const zigzag = line.map((close, t) => 2 * close + (t % 2 ? 1 : -1));
  const { rows } = await test({ A: line, B: zigzag });
  assert.deepEqual(rows.map((row) => [row.accepted, row.adf_p_value, row.engle_granger_p_value]), [[
    false,
    null,
    null,
  ]]);
});

Deno.test("cointegrated_pairs is empty, with a warning, where no two tickers share a cluster", async () => {
  const { rows, checks, metadata } = await test({ A: leg, B: stranger }, { A: -1, B: -1 });
  assert.ok(metadata.as_of?.type === "table");
  assert.deepEqual([rows, checks.not_empty!.passed, metadata.as_of.rows[0]![1]], [[], false, 0]);
  assert.deepEqual(cointegratedPairs.checks.map(({ severity }) => severity), ["warn"]);
});

Deno.test("cointegrated_pairs says how many sessions it needs, whether or not there are pairs", async () => {
  const expected = new RangeError(
    "Searching for pairs as of 2024-05-16 needs 100 sessions, and 99 of the 99 received up to it can be used. Give market data of more sessions.",
  );
  const short = { A: leg.slice(0, 99), B: follower.slice(0, 99) };
  await assert.rejects(test(short), expected);
  await assert.rejects(test(short, { A: -1, B: -1 }), expected);
  assert.equal((await test({ A: leg.slice(0, 100), B: follower.slice(0, 100) })).rows.length, 1);
});

Deno.test("cointegrated_pairs stops when it is cancelled", async () => {
  const { bars, asOf } = rawBarRows({ A: leg, B: follower });
  const inputs = { bars, sessions: sessionRows(bars), clusters: clusterRows({ A: 0, B: 0 }, asOf) };
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(runAsset(cointegratedPairs, { inputs, signal, partitions: { dates: [asOf] } }), /enough/);
});

Deno.test("cointegrated_pairs says so where pair_clusters was cleaned by other rules", async () => {
  const { bars, asOf } = rawBarRows({ A: leg, B: follower });
  const inputs = { bars, sessions: sessionRows(bars), clusters: clusterRows({ A: 0, GONE: 0 }, asOf) };
  await assert.rejects(
    runAsset(cointegratedPairs, { inputs, partitions: { dates: [asOf] } }),
    /pair_clusters has GONE as of 2025-07-11.*the same formationSessions, rule, maxStaleSessions and maxFilledShare/,
  );
});

Deno.test("pairsInClusters() pairs tickers in their order, clusters by their first ticker, noise not at all", () => {
  const rows = [
    { ticker: "A", cluster: 4 },
    { ticker: "B", cluster: 0 },
    { ticker: "C", cluster: -1 },
    { ticker: "D", cluster: 4 },
    { ticker: "E", cluster: 0 },
    { ticker: "F", cluster: 4 },
    { ticker: "G", cluster: -1 },
    { ticker: "H", cluster: 7 },
  ];
  assert.deepEqual(pairsInClusters(rows), [["A", "D"], ["A", "F"], ["D", "F"], ["B", "E"]]);
  assert.deepEqual(pairsInClusters([]), []);
});
