import assert from "node:assert/strict";
import { pairClusters } from "../../../assets/pairs/pair_clusters.ts";
import { tickerMap } from "../../../assets/pairs/ticker_map.ts";
import type { RowOf } from "../../../engine/mod.ts";
import { tSne } from "../../../quant/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { runChain } from "../../support/asset_chain.ts";
import { normals } from "../../support/closes.ts";
import { groupedMarket } from "../../support/grouped_market.ts";

type Clustered = RowOf<typeof pairClusters>;

/** Rows of as many tickers in three groups, under both presets. */
function clustered(as_of: string, tickers: number): Clustered[] {
  const normal = normals(tickers);
  return Array.from({ length: tickers }, (_, i) => {
    const loading = (d: number) => 3 * Math.cos(2 * (i % 3) + d) + 0.1 * normal();
    const [component_1, component_2, component_3, component_4, component_5] = [0, 1, 2, 3, 4].map(loading);
    return { component_1, component_2, component_3, component_4, component_5 } as Clustered;
  }).flatMap((components, i) =>
    (["research", "service"] as const).map((preset) => ({
      ...components,
      as_of,
      preset,
      ticker: `${"ABC"[i % 3]}${String(i).padStart(2, "0")}`,
      cluster: preset === "research" ? i % 3 : -1,
      position: i,
      reachability: null,
      core_distance: null,
    }))
  );
}

const mapOf = (clusters: Clustered[], config = {}) =>
  runAsset(tickerMap, {
    inputs: { clusters },
    config: { iterations: 300, ...config },
    partitions: { dates: [...new Set(clusters.map(({ as_of }) => as_of))] },
  });

Deno.test("ticker_map puts each ticker once beside those with the like loadings", async () => {
  const { rows, metadata, progress } = await mapOf(clustered("2026-01-09", 24));
  assert.equal(rows.length, 24);
  for (const row of rows) {
    const distance = (other: typeof row) => Math.hypot(row.x - other.x, row.y - other.y);
    const nearest = rows.filter((other) => other !== row).reduce((a, b) => distance(a) <= distance(b) ? a : b);
    assert.equal(nearest.ticker[0], row.ticker[0]);
  }
  assert.deepEqual(metadata.as_of, { type: "table", columns: ["as of", "tickers"], rows: [["2026-01-09", 24]] });
  assert.deepEqual(progress, [[1, 1]]);
});

Deno.test("ticker_map is t-SNE of the loadings, the same each time and under other settings another one", async () => {
  const clusters = clustered("2026-01-09", 12);
  const [once, again, other] = [
    await mapOf(clusters),
    await mapOf(clusters),
    await mapOf(clusters, { perplexity: 2 }),
  ];
  assert.equal(once.dataVersion, again.dataVersion);
  assert.notEqual(once.dataVersion, other.dataVersion);
  const own = clusters.filter(({ preset }) => preset === "research").sort((a, b) => a.ticker < b.ticker ? -1 : 1);
  const points = own.map((row) =>
    Float64Array.of(row.component_1!, row.component_2!, row.component_3!, row.component_4!, row.component_5!)
  );
  const expected = await tSne(points, { iterations: 300 });
  assert.deepEqual(once.rows.map(({ x, y }) => [x, y]), expected.map(([x, y]) => [x, y]));
});

Deno.test("ticker_map has a map for each as-of session, and none of fewer than five tickers", async () => {
  const { rows, checks } = await mapOf([...clustered("2026-01-09", 4), ...clustered("2026-01-16", 6)]);
  assert.deepEqual(rows.map(({ as_of }) => as_of), Array(6).fill("2026-01-16"));
  assert.ok(checks.not_empty!.passed);
  assert.equal((await mapOf(clustered("2026-01-09", 4))).checks.not_empty!.passed, false);
});

Deno.test("ticker_map stops when it is cancelled", async () => {
  const clusters = clustered("2026-01-09", 12);
  const signal = AbortSignal.abort(new Error("no longer wanted"));
  const cancelled = runAsset(tickerMap, { inputs: { clusters }, partitions: { dates: ["2026-01-09"] }, signal });
  await assert.rejects(cancelled, /no longer wanted/);
});

Deno.test("ticker_map of a chain has the tickers of its clusters, as of the same session", async () => {
  const tables = await runChain(tickerMap, { bars: groupedMarket(200), config: { ticker_map: { iterations: 100 } } });
  const names = (rows: readonly { as_of: string; ticker: string }[]) =>
    [...new Set(rows.map(({ as_of, ticker }) => `${as_of} ${ticker}`))].sort();
  const mapped = names(tables.rows(tickerMap));
  assert.ok(mapped.length >= 9);
  assert.deepEqual(mapped, names(tables.rows(pairClusters)));
});
