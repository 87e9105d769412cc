import assert from "node:assert/strict";
import { rawDailyBars } from "../../../assets/market/raw_daily_bars.ts";
import { rawSplits } from "../../../assets/market/raw_splits.ts";
import { rawBar } from "../../support/bars.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("raw_splits is made with raw_daily_bars", () => {
  assert.equal(rawSplits.recipe, undefined);
  assert.equal(rawDailyBars.recipe!.outs.splits, rawSplits);
});

Deno.test("raw_splits holds each split that happened once, that of a bar which cannot be used included", async () => {
  const bars = [
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-03", null, { split: 4 }),
    rawBar("A", "2024-01-03", 2.5, { occurrence: 2, split: 1 }),
    rawBar("B", "2024-01-02", 10, { split: null }),
    rawBar("B", "2024-01-03", 10, { split: 0 }),
    rawBar("B", "2024-01-04", 100, { split: 0.1 }),
  ];
  const { outs } = await runAsset(rawDailyBars, { resources: { marketData: marketOf({ bars }) } });
  assert.deepEqual(outs.splits!.rows, [
    { ticker: "A", session: "2024-01-03", ratio: 4 },
    { ticker: "B", session: "2024-01-04", ratio: 0.1 },
  ]);
});
