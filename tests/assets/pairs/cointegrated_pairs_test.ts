import assert from "node:assert/strict";
import { cointegratedPairs } from "../../../assets/pairs/cointegrated_pairs.ts";
import { engleGranger, linearRegression, totalReturnPrices } from "../../../quant/mod.ts";
import { type RawBar, sessionRows } from "../../support/bars.ts";
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
    inputs: { bars, sessions: sessionRows(bars), groups: [], clusters: clusterRows(clusters, asOf) },
    config,
    partitions: { dates: [asOf] },
  });
}

/** The scan's p-values are those of the test up to rounding. */
function assertNear(actual: number | null, expected: number) {
  assert.ok(actual !== null && Math.abs(actual - expected) <= 1e-9, `${actual}, expected ${expected}`);
}

/** Pairs of clusters alone, tested on closes in one order and refused by no p-value of the residual, as the originals did. */
const originals = {
  candidates: ["cluster"],
  totalReturn: false,
  logPrices: false,
  testOrders: "one",
  maxEngleGrangerPValue: null,
  maxAdjustedPValue: null,
};

const n = 400;
const leg = walk(5, n);
const spread = reverting(6, n);
const follower = leg.map((close, t) => 2 * close + 10 + 0.3 * spread[t]!);
const independent = walk(7, n);

Deno.test("cointegrated_pairs accepts a pair whose spread reverts and keeps the others with failed criteria", async () => {
  const { rows, metadata, progress } = await test({ A: leg, B: follower, C: independent });
  assert.deepEqual(rows.map((row) => [row.ticker_1, row.ticker_2, row.accepted]), [
    ["A", "B", true],
    ["A", "C", false],
    ["B", "C", false],
  ]);
  const [accepted, ...refused] = rows;
  assert.ok(Math.abs(accepted!.slope! - 2) < 0.05, `slope ${accepted!.slope}`);
  assert.deepEqual(accepted!.failed_criteria, []);
  assert.deepEqual(accepted!.sources, ["cluster", "neighbours", "all"]);
  const { half_life_low: low, half_life: halfLife, half_life_high: high } = accepted!;
  assert.ok(low! > 0 && low! < halfLife! && halfLife! < high!, `${low} < ${halfLife} < ${high}`);
  for (const row of refused) {
    assert.deepEqual([row.half_life_low, row.half_life_high], [null, null]);
    assert.ok(row.failed_criteria.some(({ criterion }) => criterion === "adfPValue"), JSON.stringify(row));
    assert.ok(row.failed_criteria.every(({ reason }) => reason.length > 10));
    assert.ok(row.slope !== null && row.half_life !== null && row.hurst_exponent !== null, "statistics are kept");
  }
  assert.deepEqual(metadata, {
    as_of: {
      type: "table",
      columns: ["as of", "tested", "accepted", "kept"],
      rows: [["2025-07-11", 3, 1, 3]],
    },
    candidates: { type: "text", value: "cluster, neighbours, all" },
    cluster_preset: { type: "text", value: "research" },
    hard_to_trade: { type: "number", value: 0 },
    dividends: { type: "text", value: "none in the source" },
    volumes: { type: "text", value: "in the source" },
  });
  assert.deepEqual(progress.at(-1), [1, 1]);
});

Deno.test("cointegrated_pairs keeps as many rejected pairs as configured, and counts all as tested", async () => {
  const closes = { A: leg, B: follower, C: independent };
  const all = await test(closes);
  const { rows, metadata } = await test(closes, undefined, { keptRejected: 1 });
  const [accepted, ...rejected] = all.rows;
  const best = rejected.toSorted((a, b) => pValueOf(a) - pValueOf(b))[0]!;
  assert.deepEqual(rows, [accepted, best]);
  assert.ok(metadata.as_of?.type === "table");
  assert.deepEqual(metadata.as_of.rows, [["2025-07-11", 3, 1, 2]]);
  assert.deepEqual((await test(closes, undefined, { keptRejected: 0 })).rows, [accepted]);
});

function pValueOf(pair: { engle_granger_p_value: number | null; engle_granger_p_value_reversed: number | null }) {
  return Math.max(pair.engle_granger_p_value!, pair.engle_granger_p_value_reversed!);
}

Deno.test("cointegrated_pairs refuses a pair that is hard to trade, with its liquidity", async () => {
  const { bars, asOf } = rawBarRows({ A: leg, B: follower });
  const judged = async (change: (bar: RawBar) => Partial<RawBar>) => {
    const changed = bars.map((bar) => ({ ...bar, ...change(bar) }));
    const { rows: [row], metadata } = await runAsset(cointegratedPairs, {
      inputs: { bars: changed, sessions: sessionRows(bars), groups: [], clusters: clusterRows({ A: 0, B: 0 }, asOf) },
      partitions: { dates: [asOf] },
    });
    return {
      row: row!,
      volumes: metadata.volumes,
      refused: metadata.hard_to_trade,
      failed: row!.failed_criteria.map(({ criterion }) => criterion),
    };
  };
  const easy = await judged(() => ({}));
  const price = (ticker: string) => bars.findLast((bar) => bar.ticker === ticker)!.close!;
  assert.deepEqual([easy.failed, easy.row.price_1, easy.row.price_2], [[], price("A"), price("B")]);
  assert.ok(easy.row.dollar_volume_1! > 1e6 && easy.row.max_notional! > 1e4, "a million shares a session");
  assert.deepEqual([easy.row.share_without_trade, easy.row.spread_bps_1], [0, 0], "bars of one price have no spread");

  const thin = await judged(({ ticker }) => ticker === "B" ? { volume: 1000 } : {});
  assert.deepEqual(thin.failed, ["dollarVolume"]);
  assert.match(thin.row.failed_criteria[0]!.reason, /^Median dollar volume \d+\.?\d* of B is below 1000000\.$/);
  assert.deepEqual([thin.row.accepted, thin.refused], [false, { type: "number", value: 1 }]);
  assert.ok(thin.row.max_notional! < easy.row.max_notional! / 400);

  const unknown = await judged(() => ({ volume: null }));
  assert.deepEqual([unknown.failed, unknown.row.dollar_volume_1, unknown.row.max_notional], [[], null, null]);
  assert.deepEqual(unknown.volumes, { type: "text", value: "none in the source: liquidity is not known" });
});

Deno.test("cointegrated_pairs takes ticker 1 as the regressor, in the criteria and in the Engle–Granger test", async () => {
  const { rows: [row] } = await test({ A: leg, B: follower }, undefined, originals);
  const expected = engleGranger(follower, leg);
  assert.equal(row!.engle_granger_p_value, expected.pValue);
  assert.equal(row!.engle_granger_p_value_reversed, null);
  assert.ok(Math.abs(row!.slope! - expected.hedgeRatio) < 1e-9);
  assert.ok(row!.adf_p_value! <= row!.engle_granger_p_value!, "judged as if observed, the p-value is too small");
});

Deno.test("cointegrated_pairs tests logarithms with dividends reinvested in both orders, and hedges shares", async () => {
  const { bars, asOf } = rawBarRows({ A: leg, B: follower });
  const paid = bars.map((bar, i) => ({ ...bar, dividend: bar.ticker === "B" && i % 60 === 30 ? 1.5 : 0 }));
  const inputs = { bars: paid, sessions: sessionRows(bars), groups: [], clusters: clusterRows({ A: 0, B: 0 }, asOf) };
  const rowOf = async (config: Record<string, unknown>) =>
    (await runAsset(cointegratedPairs, { inputs, config, partitions: { dates: [asOf] } })).rows[0]!;
  const dividends = Float64Array.from(paid.filter(({ ticker }) => ticker === "B"), ({ dividend }) => dividend);
  const [x, y] = [leg.map(Math.log), totalReturnPrices(follower, dividends).map(Math.log)];
  const wide = { maxEngleGrangerPValue: null, maxAdjustedPValue: null, maxPValue: 1, maxHurst: 1 };
  const row = await rowOf(wide);
  assertNear(row.engle_granger_p_value, engleGranger(y, x).pValue);
  assertNear(row.engle_granger_p_value_reversed, engleGranger(x, y).pValue);
  assert.equal(row.slope, linearRegression(leg, follower).slope);
  const closes = await rowOf({ ...wide, totalReturn: false, logPrices: false });
  assertNear(closes.engle_granger_p_value, engleGranger(follower, leg).pValue);
  assert.notEqual(row.adf_p_value, closes.adf_p_value);
});

Deno.test("cointegrated_pairs finds a pair without a common cluster, and names its source", async () => {
  const closes: Record<string, Float64Array> = { A: leg, B: follower };
  for (let i = 0; i < 14; i++) closes[`N${String(i).padStart(2, "0")}`] = walk(20 + i, n);
  const { bars, asOf } = rawBarRows(closes);
  // Nearest to each other by their loadings, and OPTICS calls both noise.
  const clusters = clusterRows(Object.fromEntries(Object.keys(closes).map((ticker) => [ticker, -1])), asOf)
    .map((row, i) => ({ ...row, component_1: i < 2 ? i / 100 : 5 + i * i }));
  const run = (config: Record<string, unknown>) =>
    runAsset(cointegratedPairs, {
      inputs: { bars, sessions: sessionRows(bars), groups: [], clusters },
      config,
      partitions: { dates: [asOf] },
    });
  const { rows } = await run({});
  const found = rows.find(({ ticker_1, ticker_2 }) => ticker_1 === "A" && ticker_2 === "B")!;
  assert.deepEqual([found.accepted, found.cluster, found.sources], [true, null, ["neighbours"]]);
  assert.ok(rows.length > 16 && rows.length < 16 * 15 / 2, `${rows.length} pairs`);
  assert.deepEqual((await run({ candidates: ["cluster"] })).rows, []);
});

Deno.test("cointegrated_pairs has the p-values of every pair, refused ones too, and says by which gates they fail", async () => {
  const { rows } = await test({ A: leg, B: follower, C: independent });
  for (const row of rows.filter(({ accepted }) => !accepted)) {
    const larger = Math.max(row.engle_granger_p_value!, row.engle_granger_p_value_reversed!);
    assert.ok(row.adjusted_p_value! >= larger);
    const failed = row.failed_criteria.map(({ criterion }) => criterion);
    assert.ok(failed.includes("engleGranger") && failed.includes("adfPValue"), failed.join());
  }
});

Deno.test("cointegrated_pairs tests no pair across clusters, of noise, or of another preset's clusters", async () => {
  const closes = { A: leg, B: follower, C: independent, D: walk(8, n), E: walk(9, n), F: walk(10, n) };
  const { rows } = await test(closes, { A: 1, B: 1, C: 0, D: 0, E: -1, F: -1 }, originals);
  assert.deepEqual(rows.map((row) => [row.ticker_1, row.ticker_2, row.cluster]), [["A", "B", 1], ["C", "D", 0]]);
  const { bars, asOf } = rawBarRows(closes);
  const inputs = {
    bars,
    sessions: sessionRows(bars),
    groups: [],
    clusters: [...clusterRows({ A: 0, B: 0 }, asOf), ...clusterRows({ C: 0, D: 0 }, asOf, "service")],
  };
  const partitions = { dates: [asOf] };
  const service = await runAsset(cointegratedPairs, {
    inputs,
    partitions,
    config: { ...originals, clusterPreset: "service" },
  });
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
  const { rows } = await test({ A: line, B: zigzag }, undefined, originals);
  assert.deepEqual(rows.map((row) => [row.accepted, row.adf_p_value, row.engle_granger_p_value]), [[
    false,
    null,
    null,
  ]]);
});

Deno.test("cointegrated_pairs is empty, with a warning, where no two tickers share a cluster", async () => {
  const { rows, checks, metadata } = await test({ A: leg, B: independent }, { A: -1, B: -1 }, originals);
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
  const inputs = { bars, sessions: sessionRows(bars), groups: [], clusters: clusterRows({ A: 0, B: 0 }, asOf) };
  const signal = AbortSignal.abort(new Error("enough"));
  await assert.rejects(runAsset(cointegratedPairs, { inputs, signal, partitions: { dates: [asOf] } }), /enough/);
});

Deno.test("cointegrated_pairs says so where pair_clusters was cleaned by other rules", async () => {
  const { bars, asOf } = rawBarRows({ A: leg, B: follower });
  const inputs = { bars, sessions: sessionRows(bars), groups: [], clusters: clusterRows({ A: 0, GONE: 0 }, asOf) };
  await assert.rejects(
    runAsset(cointegratedPairs, { inputs, partitions: { dates: [asOf] } }),
    /pair_clusters has GONE as of 2025-07-11.*the same formationSessions, rule, maxStaleSessions and maxFilledShare/,
  );
});
