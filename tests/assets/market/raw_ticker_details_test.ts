import assert from "node:assert/strict";
import { rawTickerDetails } from "../../../assets/market/raw_ticker_details.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("raw_ticker_details is empty where bars come from a file, and says so", async () => {
  const { rows, metadata } = await runAsset(rawTickerDetails, { resources: { marketData: marketOf({}) } });
  assert.deepEqual(rows, []);
  assert.deepEqual(metadata.note, { type: "text", value: "This source has no details of tickers." });
});
