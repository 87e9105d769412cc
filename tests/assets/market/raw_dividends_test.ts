import assert from "node:assert/strict";
import { rawDailyBars } from "../../../assets/market/raw_daily_bars.ts";
import { rawDividends } from "../../../assets/market/raw_dividends.ts";
import { rawBar } from "../../support/bars.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("raw_dividends lists the dividends in the bars of the source, without repeated bars", async () => {
  assert.equal(rawDailyBars.recipe!.outs.dividends, rawDividends);
  const bars = [
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-03", 10, { dividend: 0.25 }),
    rawBar("A", "2024-01-03", 10, { dividend: 0.5 }),
    rawBar("B", "2024-01-03", null, { dividend: 1 }),
    rawBar("B", "2024-01-04", 10, { dividend: null }),
  ];
  const { outs } = await runAsset(rawDailyBars, { resources: { marketData: marketOf({ bars }) } });
  assert.deepEqual(outs.dividends!.rows, [
    { ticker: "A", session: "2024-01-03", cash: 0.25 },
    { ticker: "B", session: "2024-01-03", cash: 1 },
  ]);
});
