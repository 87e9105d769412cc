/**
 * Results of the originals' presets on a generated market, as digests by asset: they prove that a change of the default does not
 * change the presets.
 *
 * `deno run -P tests/support/preset_content.ts` prints the fixture `tests/assets/fixtures/preset_content.json`. It was made
 * before tradability became a criterion, with the market of this folder; a digest covers the columns of that time.
 *
 * @module
 */
import * as assets from "../../assets/mod.ts";
import { presets } from "../../assets/presets.ts";
import type { AnyAsset } from "../../engine/mod.ts";
import { type AssetTables, runChain } from "./asset_chain.ts";
import { groupedMarket } from "./grouped_market.ts";

/** The rows of an asset: columns, and the SHA-256 of the values in key order. */
export interface Content {
  columns: readonly string[];
  rows: number;
  sha256: string;
}

/** Columns about the correction for luck, which presets do not determine: trials are counted differently since. */
const corrected = ["settings_tried", "expected_maximum_sharpe", "deflated_sharpe", "deflated_sharpe_all_trials"];

const compared: readonly AnyAsset[] = [
  assets.pairClusters,
  assets.cointegratedPairs,
  assets.chosenPairs,
  assets.formationPairs,
  assets.walkForwardPairs,
  assets.walkForwardDaily,
  assets.walkForwardTrades,
  assets.portfolioDaily,
  assets.strategyComparison,
];

/** Contents by key of the asset. */
export async function presetContent(
  preset: "service" | "research",
  known?: Readonly<Record<string, Content>>,
): Promise<Record<string, Content>> {
  const of = presets[preset];
  const config = {
    ...of,
    cointegrated_pairs: { ...of.cointegrated_pairs, minCrossings: 5 },
    formation_pairs: { ...of.formation_pairs, formationSessions: 120, tradingSessions: 40, minCrossings: 5 },
  };
  const bars = groupedMarket(260);
  const chosen = await runChain(assets.chosenPairs, { bars, config });
  const traded = await runChain(assets.strategyComparison, { bars, config });
  const found: Record<string, Content> = {};
  for (const asset of compared) {
    const before = [assets.pairClusters, assets.cointegratedPairs, assets.chosenPairs] as AnyAsset[];
    const tables = before.includes(asset) ? chosen : traded;
    found[asset.key] = await contentOf(asset, tables, known?.[asset.key]?.columns);
  }
  return found;
}

async function contentOf(asset: AnyAsset, tables: AssetTables, columns?: readonly string[]): Promise<Content> {
  const names = columns ?? asset.schema.columns.map(({ name }) => name).filter((name) => !corrected.includes(name));
  const rows = tables.rows(asset) as Record<string, unknown>[];
  const text = JSON.stringify(rows.map((row) => names.map((name) => row[name])));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return { columns: names, rows: rows.length, sha256: new Uint8Array(digest).toHex() };
}

if (import.meta.main) {
  const content = { service: await presetContent("service"), research: await presetContent("research") };
  console.log(JSON.stringify(content));
}
