import assert from "node:assert/strict";
import { clusterPresets, pairClusters } from "../../../assets/pairs/pair_clusters.ts";
import { sessionRows } from "../../support/bars.ts";
import { normals, rawBarRows, walk } from "../../support/closes.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const cluster = (closes: Record<string, ArrayLike<number>>) => {
  const { bars, asOf } = rawBarRows(closes);
  return runAsset(pairClusters, { inputs: { bars, sessions: sessionRows(bars) }, partitions: { dates: [asOf] } });
};

/** Three groups of six tickers that follow their group's factor, and two of their own. */
function groupedMarket(): Record<string, Float64Array> {
  const closes: Record<string, Float64Array> = {};
  for (const [g, group] of ["A", "B", "C"].entries()) {
    const factor = walk(g + 1, 250);
    for (let k = 0; k < 6; k++) {
      const noise = normals(100 + 10 * g + k);
      let log = 0;
      closes[`${group}${k}`] = factor.map((close) => close * Math.exp(log += 0.0005 * noise()));
    }
  }
  closes.X1 = walk(77, 250);
  closes.X2 = walk(78, 250);
  return closes;
}

Deno.test("pair_clusters puts tickers together that move together, under both presets", async () => {
  const { rows, metadata, checks, progress } = await cluster(groupedMarket());
  assert.equal(rows.length, 2 * 20);
  for (const preset of ["research", "service"]) {
    const own = rows.filter((row) => row.preset === preset);
    const labelOf = Object.fromEntries(own.map((row) => [row.ticker, row.cluster]));
    for (const group of ["A", "B", "C"]) {
      const labels = new Set([0, 1, 2, 3, 4, 5].map((k) => labelOf[`${group}${k}`]));
      assert.equal(labels.size, 1, `${preset}: ${group} is in clusters ${[...labels]}`);
      assert.ok(!labels.has(-1), `${preset}: ${group} is noise`);
    }
    assert.equal(new Set(["A0", "B0", "C0"].map((ticker) => labelOf[ticker])).size, 3);
    assert.deepEqual(own.map((row) => row.position).sort((a, b) => a - b), own.map((_, i) => i));
    assert.ok(own.some((row) => row.reachability === null), "the first point in order is reached from nowhere");
  }
  const table = metadata.clusters!;
  assert.ok(table.type === "table");
  assert.deepEqual(table.columns, ["as of", "preset", "clusters", "tickers", "pairs"]);
  // Pairs as counted over the labels themselves.
  for (const [, preset, , , pairs] of table.rows) {
    const own = rows.filter((row) => row.preset === preset && row.cluster >= 0);
    const counted = own.flatMap((a, i) => own.slice(i + 1).filter((b) => a.cluster === b.cluster)).length;
    assert.equal(pairs, counted);
  }
  assert.ok(checks.not_empty!.passed);
  assert.deepEqual(progress.at(-1), [1, 1]);
});

Deno.test("pair_clusters scales each component to mean 0 and deviation 1", async () => {
  const { rows } = await cluster(groupedMarket());
  const own = rows.filter((row) => row.preset === "service");
  for (const name of ["component_1", "component_2", "component_3", "component_4", "component_5"] as const) {
    const values = own.map((row) => row[name]!);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    assert.ok(Math.abs(mean) < 1e-12 && Math.abs(variance - 1) < 1e-12, `${name}: ${mean}, ${variance}`);
  }
});

Deno.test("pair_clusters leaves out tickers that never move", async () => {
  const { rows, metadata } = await cluster({ ...groupedMarket(), FLAT: new Float64Array(250).fill(25) });
  assert.ok(!rows.some((row) => row.ticker === "FLAT"));
  assert.ok(metadata.as_of?.type === "table");
  assert.equal(metadata.as_of.rows[0]![2], 1);
});

Deno.test("pair_clusters gives two tickers one component and calls them noise", async () => {
  const { rows } = await cluster({ A: walk(1, 120), B: walk(2, 120) });
  assert.equal(rows.length, 4);
  for (const row of rows) {
    assert.equal(row.cluster, -1);
    assert.notEqual(row.component_1, null);
    assert.deepEqual([row.component_2, row.reachability, row.core_distance], [null, null, null]);
  }
});

Deno.test("pair_clusters calls a ticker on its own noise", async () => {
  const { rows, metadata } = await cluster({ A: walk(1, 120) });
  assert.deepEqual(rows.map((row) => [row.preset, row.ticker, row.cluster, row.component_1]), [
    ["research", "A", -1, null],
    ["service", "A", -1, null],
  ]);
  assert.ok(metadata.as_of?.type === "table");
  assert.deepEqual(metadata.as_of.rows[0]!.slice(1), [1, 0, 0]);
});

Deno.test("pair_clusters is not in order when no ticker ever moves", async () => {
  const { rows, checks } = await cluster({ A: new Float64Array(120).fill(3), B: new Float64Array(120).fill(4) });
  assert.deepEqual([rows, checks.not_empty!.passed], [[], false]);
});

Deno.test("pair_clusters says how many sessions it needs", async () => {
  const [a, b] = [walk(1, 100), walk(2, 100)];
  await assert.rejects(
    cluster({ A: a.slice(1), B: b.slice(1) }),
    new RangeError(
      "Searching for pairs as of 2024-05-16 needs 100 sessions, and 99 of the 99 received up to it can be used. Give market data of more sessions.",
    ),
  );
  assert.equal((await cluster({ A: a, B: b })).rows.length, 4);
});

Deno.test("pair_clusters uses the settings of the original service and of its research", () => {
  assert.deepEqual(clusterPresets, {
    service: { minSamples: 5, maxEps: 10, xi: 0.1 },
    research: { minSamples: 3, maxEps: 5, xi: 0.05 },
  });
});
