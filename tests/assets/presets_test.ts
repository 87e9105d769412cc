import assert from "node:assert/strict";
import { chosenPairs, cointegratedPairs, walkForwardDaily, walkForwardPairs } from "../../assets/mod.ts";
import { presets } from "../../assets/presets.ts";
import { engleGranger } from "../../quant/mod.ts";
import { runChain } from "../support/asset_chain.ts";
import { groupedMarket } from "../support/grouped_market.ts";
import { presetContent } from "../support/preset_content.ts";
import before from "./fixtures/preset_content.json" with { type: "json" };

const bars = groupedMarket(260);
const windows = { formationSessions: 120, tradingSessions: 40 };

for (const preset of ["service", "research"] as const) {
  Deno.test(`the preset ${preset} makes of a generated market what it made before pairs were judged by liquidity`, async () => {
    const content = await presetContent(preset, before[preset]);
    assert.deepEqual(content, before[preset]);
    assert.ok(content.walk_forward_daily!.rows > 500 && content.chosen_pairs!.rows > 0);
  });

  Deno.test(`the preset ${preset} tests closes of clusters in one order, and refuses by no p-value of the residual`, async () => {
    const config = {
      ...presets[preset],
      cointegrated_pairs: { ...presets[preset].cointegrated_pairs, minCrossings: 5 },
    };
    const chain = await runChain(chosenPairs, { bars, config });
    const rows = chain.rows(cointegratedPairs);
    assert.ok(rows.length > 0);
    for (const row of rows) {
      assert.deepEqual([row.sources, row.engle_granger_p_value_reversed, row.earlier_p_value], [
        ["cluster"],
        null,
        null,
      ]);
      assert.notEqual(row.cluster, null);
      const criteria = row.failed_criteria.map(({ criterion }) => criterion);
      assert.ok(criteria.every((one) => ["legs", "adfPValue", "hurst", "halfLife", "meanCrossings"].includes(one)));
      assert.equal(row.accepted, criteria.length === 0);
    }
    // Of closes as they are, to the bit: B1 pays dividends, and neither these nor logarithms are in the test.
    const closes = (ticker: string) =>
      Float64Array.from(bars.filter((bar) => bar.ticker === ticker), (bar) => bar.close!);
    const paid = rows.find(({ ticker_1, ticker_2 }) => ticker_1 === "B0" && ticker_2 === "B1")!;
    assert.equal(paid.engle_granger_p_value, engleGranger(closes("B1"), closes("B0")).pValue);
  });

  Deno.test(`the preset ${preset} ends positions by the strategies' own signals alone`, async () => {
    const config = {
      ...presets[preset],
      formation_pairs: { ...presets[preset].formation_pairs, ...windows, minCrossings: 5 },
    };
    const without = await runChain(walkForwardDaily, { bars, config });
    const withExits = await runChain(walkForwardDaily, { bars, config: { ...config, walk_forward_daily: {} } });
    assert.deepEqual(without.rows(walkForwardPairs), withExits.rows(walkForwardPairs));
    const stops = (chain: typeof without) =>
      chain.rows(walkForwardDaily).filter(({ strategy, signal }) => strategy === "rolling_trend" && signal === "stop");
    // The rolling trend has no stop of its own.
    assert.equal(stops(without).length, 0);
    assert.ok(stops(withExits).length > 0);
  });
}

Deno.test("the preset distance trades the nearest pairs, without a test, by the bands of the method", async () => {
  const { formation_pairs, ...rest } = presets.distance;
  const config = { ...rest, formation_pairs: { ...formation_pairs, ...windows, distancePairs: 6 } };
  const chain = await runChain(walkForwardDaily, { bars, config });
  const chosen = chain.rows(walkForwardPairs);
  assert.ok(chosen.length > 6);
  for (const row of chosen) assert.deepEqual(row.sources, ["distance"]);
  assert.ok(chosen.some((row) => row.engle_granger_p_value > 0.05), "a pair that the default refuses");
  const days = chain.rows(walkForwardDaily).filter(({ strategy }) => strategy === "distance_bands");
  assert.ok(days.some(({ position }) => position !== 0));
  for (const row of days.filter(({ signal }) => signal.startsWith("enter"))) {
    assert.ok(Math.abs(row.z_score!) > 2);
    assert.equal(row.stop_z, null);
  }
});
