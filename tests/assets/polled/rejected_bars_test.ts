import assert from "node:assert/strict";
import { rejectedBars } from "../../../assets/polled/rejected_bars.ts";
import { rawBar } from "../../support/bars.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("rejected_bars of a vendor holds those of the bars received that cannot be used, and requests none", async () => {
  const bars = [
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-02", 10, { occurrence: 2 }),
    rawBar("A", "2024-01-03", -10),
    rawBar("B", "2024-01-02", 20),
    rawBar("B", "2024-01-03", null, { open: null, high: null, low: null, volume: null }),
  ];
  const { rows, checks } = await runAsset(rejectedBars, {
    inputs: { bars },
    partitions: { names: ["A", "B"], dates: ["2024-01-02", "2024-01-03"] },
  });
  assert.deepEqual(rows.map((row) => [row.ticker, row.session, row.occurrence, row.reason]), [
    ["A", "2024-01-02", 2, "repeats the first usable bar of the session"],
    ["A", "2024-01-03", 1, "open is not positive"],
    ["B", "2024-01-03", 1, "has no value that can be read"],
  ]);
  assert.equal(checks.few_rejected!.passed, false);
  assert.equal(rejectedBars.recipe!.pool, undefined);
});
