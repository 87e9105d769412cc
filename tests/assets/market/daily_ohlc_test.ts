import assert from "node:assert/strict";
import { dailyOhlc } from "../../../assets/market/daily_ohlc.ts";
import { dailyBarRow } from "../../support/daily_bar_row.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { listedRow } from "../../support/scripted_vendor.ts";

Deno.test("daily_ohlc has the bars with the names of their tickers, null if there is none", async () => {
  const { rows, metadata } = await runAsset(dailyOhlc, {
    inputs: {
      bars: [
        dailyBarRow("A", "2024-01-02", 10, { vwap: 10.25 }),
        dailyBarRow("B", "2024-01-02", 20, { open: null, volume: null }),
      ],
      tickers: [listedRow("A"), listedRow("B", { name: null })],
    },
    partitions: { names: ["A", "B"], dates: ["2024-01-02"] },
  });
  const session = "2024-01-02";
  assert.deepEqual(rows, [
    { ticker: "A", session, name: "A Trust", open: 10, high: 10, low: 10, close: 10, volume: 100, vwap: 10.25 },
    { ticker: "B", session, name: null, open: null, high: 20, low: 20, close: 20, volume: null, vwap: null },
  ]);
  assert.deepEqual(metadata.without_name, { type: "number", value: 1 });
});
