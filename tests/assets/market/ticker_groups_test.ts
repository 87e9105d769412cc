import assert from "node:assert/strict";
import { listedGroups, tickerGroups } from "../../../assets/market/ticker_groups.ts";
import { asksForGroups, assetsOf } from "../../../assets/of_source.ts";
import { presets } from "../../../assets/presets.ts";
import { assetGraph } from "../../../engine/mod.ts";
import { rawDetails } from "../../support/raw_details.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { withEmbedded } from "../../support/database.ts";
import { withVendorChain } from "../../support/vendor_chain.ts";

const listed = [["A", "Energy"], ["B", null], ["C", "  "], ["D", null]].map(([ticker, sector]) => ({
  ticker: ticker!,
  name: null,
  type: null,
  exchange: null,
  sector: sector!,
  currency: null,
  active: true,
  delisted_on: null,
}));
const details = [["A", "CRUDE PETROLEUM"], ["B", "STATE COMMERCIAL BANKS"], ["C", null], ["GONE", "RETAIL"]].map((
  [ticker, sic_description],
) => {
  const { found: _, ...row } = rawDetails(ticker!, { sic_description });
  return row;
});

Deno.test("ticker_groups takes the sector of the listing, or else the industry of the details", async () => {
  const { rows, metadata } = await runAsset(tickerGroups, { inputs: { listed, details } });
  assert.deepEqual(rows, [
    { ticker: "A", group: "Energy", source: "listing" },
    { ticker: "B", group: "STATE COMMERCIAL BANKS", source: "details" },
  ]);
  assert.deepEqual(Object.entries(metadata).map(([name, value]) => [name, value.type === "number" && value.value]), [
    ["groups", 2],
    ["by_listing", 1],
    ["by_details", 1],
    ["unknown", 2],
  ]);
});

Deno.test("ticker_groups has the listing's alone where details are not asked for", async () => {
  const { rows } = await runAsset(listedGroups, { inputs: { listed } });
  assert.deepEqual(rows.map(({ ticker }) => ticker), ["A"]);
});

Deno.test("asksForGroups() says whether a setting needs the groups of tickers", () => {
  for (const config of Object.values(presets)) assert.equal(asksForGroups(config), false);
  assert.equal(asksForGroups({ cointegrated_pairs: { candidates: ["group", "all"] } }), true);
  assert.equal(asksForGroups({ formation_pairs: { candidates: ["group"] } }), true);
  assert.equal(asksForGroups({ walk_forward_daily: { maxSectorShare: null } }), false);
  assert.equal(asksForGroups({ walk_forward_daily: { maxSectorShare: 0.4 } }), true);
});

Deno.test("assetsOf() has pairs wait for a vendor's details only where a setting asks for groups", () => {
  const waitsForDetails = (options: { grouped?: boolean }) => {
    const graph = assetGraph(assetsOf("vendor", options));
    return ["cointegrated_pairs", "formation_pairs", "walk_forward_daily"].map((key) =>
      upstreamOf(key).has("raw_ticker_details")
    );
    function upstreamOf(key: string, found = new Set<string>()): Set<string> {
      for (const one of graph.upstream(key)) if (!found.has(one)) upstreamOf(one, found.add(one));
      return found;
    }
  };
  assert.deepEqual(waitsForDetails({}), [false, false, false]);
  assert.deepEqual(waitsForDetails({ grouped: true }), [true, true, true]);
});

Deno.test("ticker_groups asks a vendor for details only where a setting asks for groups, and then has the industries", async () => {
  const market = { tickers: 6, from: "2024-02-01", to: "2024-02-09" };
  const resources = { universe: { type: "CS", exchange: "XNAS" } };
  for (const grouped of [false, true]) {
    await withEmbedded((database) =>
      withVendorChain({ database, ...market, resources, grouped }, async (chain) => {
        assert.equal((await chain.materialize("+ticker_groups")).status, "succeeded");
        const { ticker_details = 0 } = chain.calls();
        const followed = await chain.rows("raw_tickers");
        assert.ok(followed.length > 2);
        assert.equal(ticker_details, grouped ? followed.length : 0);
        assert.deepEqual(
          (await chain.rows("ticker_groups")).map(({ ticker, group, source }) => [ticker, group, source]),
          grouped ? followed.map(({ ticker }) => [ticker, "ELECTRONIC COMPUTERS", "details"]) : [],
        );
      })
    );
  }
});
