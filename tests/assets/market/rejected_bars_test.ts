import assert from "node:assert/strict";
import { rawDailyBars } from "../../../assets/market/raw_daily_bars.ts";
import { rejectedBars } from "../../../assets/market/rejected_bars.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const rejectedOf = async (bars: RawBar[]) =>
  (await runAsset(rawDailyBars, { resources: { marketData: marketOf({ bars }) } })).outs.rejected!;

Deno.test("rejected_bars is made with the bars of a file, for it has some that they lack", () => {
  assert.equal(rejectedBars.recipe, undefined);
  assert.equal(rawDailyBars.recipe!.outs.rejected, rejectedBars);
});

Deno.test("rejected_bars holds each bar as received with its reason, and counts the reasons", async () => {
  const { rows, metadata } = await rejectedOf([
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-02", 10, { occurrence: 2 }),
    rawBar("A", "2024-01-03", -10, { open: 10, high: 10, low: 10 }),
    rawBar("B", "2024-01-02", 20, { occurrence: 1, low: 21, high: 19 }),
    rawBar("C", "2024-01-02", 10),
    rawBar("C", "2024-01-02", 10, { occurrence: 2 }),
  ]);
  assert.deepEqual(rows.map((row) => [row.ticker, row.session, row.occurrence, row.reason, row.close]), [
    ["A", "2024-01-02", 2, "repeats the first usable bar of the session", 10],
    ["A", "2024-01-03", 1, "close is not positive", -10],
    ["B", "2024-01-02", 1, "low is above high", 20],
    ["C", "2024-01-02", 2, "repeats the first usable bar of the session", 10],
  ]);
  assert.deepEqual(metadata.reasons, {
    type: "table",
    columns: ["reason", "bars"],
    rows: [["repeats the first usable bar of the session", 2], ["close is not positive", 1], ["low is above high", 1]],
  });
});

Deno.test("rejected_bars is empty, and in order, where every bar can be used", async () => {
  const { rows, checks } = await rejectedOf([rawBar("A", "2024-01-02", 10)]);
  assert.deepEqual([rows, Object.values(checks).every(({ passed }) => passed)], [[], true]);
});

Deno.test("bars_agree names the bar that differs from the used one, however few there are, and none that repeats it", async () => {
  const many = weekdays(600).map((session) => rawBar("A", session, 10));
  const { checks } = await rejectedOf([
    ...many,
    rawBar("B", "2024-01-02", 20),
    rawBar("B", "2024-01-02", 20, { occurrence: 2 }),
    rawBar("B", "2024-01-03", null),
    rawBar("B", "2024-01-03", 20, { occurrence: 2 }),
    rawBar("B", "2024-01-04", 20),
    rawBar("B", "2024-01-04", 20, { occurrence: 2, volume: 7 }),
  ]);
  assert.equal(checks.bars_agree!.passed, true);
  const differing = await rejectedOf([
    ...many,
    rawBar("B", "2024-01-02", 20),
    rawBar("B", "2024-01-02", 21, { occurrence: 2 }),
    rawBar("C", "2024-01-04", 20),
    rawBar("C", "2024-01-04", 20, { occurrence: 2, low: 19.9 }),
  ]);
  assert.equal(differing.checks.few_rejected!.passed, true);
  const { passed, message, failingRows } = differing.checks.bars_agree!;
  assert.equal(passed, false);
  assert.match(
    message,
    /^2 bars differ from the first .*, which is used: B on 2024-01-02, C on 2024-01-04\. One of them/,
  );
  assert.equal(failingRows!.length, 2);
});
