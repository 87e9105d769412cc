import assert from "node:assert/strict";
import { joinedNews } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { rawNewsRow } from "../../support/raw_news_row.ts";

Deno.test("joined_news has an article about a ticker once, the source's where it has it", async () => {
  const { rows } = await runAsset(joinedNews, {
    inputs: {
      raw: [rawNewsRow("1", "A", "2024-06-03T14:30:00Z", { title: "From the source" })],
      imported: [
        // Published anew on a later day where it was imported.
        rawNewsRow("1", "A", "2024-06-04T14:30:00Z"),
        rawNewsRow("1", "B", "2024-06-04T14:30:00Z"),
      ],
    },
  });
  assert.deepEqual(rows.map(({ id, ticker, title }) => [id, ticker, title]), [
    ["1", "A", "From the source"],
    ["1", "B", "News 1"],
  ]);
});
