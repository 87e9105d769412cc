import assert from "node:assert/strict";
import { rawNews } from "../../../assets/polled/raw_news.ts";
import { PartitionSpace } from "../../../engine/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { listedRow, scriptedVendor, vendorNews, vendorResources } from "../../support/scripted_vendor.ts";

const names = ["A", "B", "C", "D"];

Deno.test("raw_news has a row for each article, day and followed ticker", async () => {
  const { vendor, asked } = scriptedVendor({
    news: [
      vendorNews("n1", "2024-02-01T23:59:59Z", ["A", "OTHER", "B", "A"]),
      vendorNews("n2", "2024-02-02T00:00:00Z", ["OTHER"]),
      vendorNews("n3", "2024-02-03T10:00:00Z", ["A"]),
    ],
  });
  const { rows, metadata } = await runAsset(rawNews, {
    inputs: { tickers: [], bars: [] },
    partitions: { names, dates: ["2024-02-01", "2024-02-02"] },
    resources: vendorResources(vendor),
  });
  assert.deepEqual(asked, ["news 2024-02-01T00:00:00Z 2024-02-03T00:00:00Z"]);
  assert.deepEqual(rows.map(({ day, id, ticker }) => [day, id, ticker]), [
    ["2024-02-01", "n1", "A"],
    ["2024-02-01", "n1", "B"],
  ]);
  assert.deepEqual(metadata.articles, { type: "number", value: 2 });
});

Deno.test("raw_news requests one ticker where it alone lacks the days", async () => {
  const { vendor, asked } = scriptedVendor({});
  await runAsset(rawNews, {
    inputs: { tickers: [], bars: [] },
    partitions: { names: ["A"], dates: ["2024-02-01"] },
    resources: vendorResources(vendor),
  });
  assert.deepEqual(asked, ["news 2024-02-01T00:00:00Z 2024-02-02T00:00:00Z A"]);
});

Deno.test("raw_news wants the last thirty days, or those since a date, today included, and of a delisted ticker those before", async () => {
  const { vendor } = scriptedVendor({});
  const listed = [listedRow("A"), listedRow("GONE", { delisted_on: "2024-02-20" })];
  const wanted = async (newsFrom?: string) =>
    await rawNews.recipe!.partitionsDef!.wanted({
      upstream: {
        tickers: { space: PartitionSpace.single, wanted: PartitionSpace.single, rows: () => Promise.resolve(listed) },
      },
      config: {},
      resources: vendorResources(vendor, { newsFrom }),
      clock: fixedClock("2024-03-01T23:00:00Z"),
    });
  const { names, dates, spans } = await wanted();
  assert.deepEqual(names, ["A", "GONE"]);
  assert.deepEqual([dates!.length, dates![0], dates!.at(-1)], [30, "2024-02-01", "2024-03-01"]);
  assert.deepEqual([...spans!], [["GONE", { last: "2024-02-20" }]]);
  assert.deepEqual((await wanted("2024-02-29")).dates, ["2024-02-29", "2024-03-01"]);
});

Deno.test("raw_news reads a day again until two days later", () => {
  const due = rawNews.recipe!.partitionsDef!.due!;
  assert.equal(due("2024-03-01", "2024-03-01"), "2024-03-01");
  assert.equal(due("2024-03-01", "2024-03-02"), "2024-03-02");
  assert.equal(due("2024-03-01", "2024-03-09"), "2024-03-03");
});
