import assert from "node:assert/strict";
import {
  chosenPairs,
  cointegratedPairs,
  forecastScores,
  pairClusters,
  spreadForecasts,
  strategyComparison,
} from "../../assets/mod.ts";
import type { AssetState } from "../../engine/mod.ts";
import { emptyAssets } from "../../web/empty_assets.ts";
import { knownTable } from "../support/known_tables.ts";
import { pageTestOver } from "../support/materialized_pages.ts";

const upstream: Record<string, string[]> = {
  sessions: [],
  formation_pairs: ["sessions"],
  walk_forward_daily: ["formation_pairs"],
  strategy_comparison: ["walk_forward_daily"],
  news: [],
};
const graph = { upstream: (key: string) => upstream[key]! };

function states({ history, rows = 0 }: { history: number; rows?: number }): AssetState[] {
  return Object.keys(upstream).map((key) => ({
    key,
    failedChecks: key === "strategy_comparison" ? [{ name: "not_empty", message: "0 rows, 1 needed" }] : [],
    lastMaterialization: {
      rowCount: key === "sessions" ? history : rows,
      config: key === "formation_pairs" ? { formationSessions: 504 } : {},
    },
  } as unknown as AssetState));
}

Deno.test("emptyAssets() gives a history shorter than a formation as the reason of all that is made from formations", () => {
  const found = emptyAssets(states({ history: 330 }), graph);
  assert.deepEqual([...found.keys()], ["formation_pairs", "walk_forward_daily", "strategy_comparison", "news"]);
  for (const key of ["formation_pairs", "walk_forward_daily", "strategy_comparison"]) {
    assert.match(found.get(key)!, /^The history has 330 sessions, fewer than the 504 of a formation/);
  }
  assert.equal(found.get("news"), "");
});

Deno.test("emptyAssets() gives failed checks where the history is long enough, and has no asset with rows", () => {
  const found = emptyAssets(states({ history: 504 }), graph);
  assert.equal(found.get("strategy_comparison"), "Its check not_empty failed: 0 rows, 1 needed.");
  assert.equal(found.get("walk_forward_daily"), "");
  assert.deepEqual([...emptyAssets(states({ history: 330, rows: 1 }), graph)], []);
});

const empty = [cointegratedPairs, chosenPairs, pairClusters, strategyComparison, spreadForecasts, forecastScores]
  .map((asset) => knownTable<object>(asset as never, []));
const pages: [path: string, keys: string[]][] = [
  ["/strategies", ["strategy_comparison"]],
  ["/pairs", ["cointegrated_pairs"]],
  ["/pairs/selections", ["chosen_pairs"]],
  ["/pairs/clusters", ["pair_clusters"]],
  ["/forecasts", ["forecast_scores", "spread_forecasts", "spread_forecasts"]],
];

pageTestOver(empty)("Pages of assets with 0 rows say so, and link to their checks", async (ask) => {
  for (const [path, keys] of pages) {
    const { text, html } = await ask(path);
    const said = [...text.matchAll(/: (\w+) was materialized with 0 rows\./g)].map((match) => match[1]);
    assert.deepEqual(said, keys, path);
    assert.ok(html.includes(`href="/assets/${keys[0]}#checks"`), path);
    assert.doesNotMatch(text, /once \w+ is materialized/, path);
  }
});

pageTestOver(empty)("Pages of assets that were never materialized say what they wait for", async (ask) => {
  for (const [path, keys] of pages) {
    const { text } = await ask(path);
    assert.deepEqual([...text.matchAll(/once (\w+) is materialized/g)].map((match) => match[1]), keys, path);
  }
}, { engine: "empty" });
