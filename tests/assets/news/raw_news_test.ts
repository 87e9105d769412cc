import assert from "node:assert/strict";
import { rawNews } from "../../../assets/news/raw_news.ts";
import { marketOf } from "../../support/market_of.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("raw_news is empty where bars come from a file, and says so", async () => {
  const { rows, metadata } = await runAsset(rawNews, { resources: { marketData: marketOf({}) } });
  assert.deepEqual(rows, []);
  assert.deepEqual(metadata.note, { type: "text", value: "This source has no news." });
});
