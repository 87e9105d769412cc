import assert from "node:assert/strict";
import { newsMentions } from "../../../assets/news/news_mentions.ts";
import { rawNewsRow } from "../../support/raw_news_row.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("news_mentions has the original's fields, and the headline where there is no summary", async () => {
  const { rows } = await runAsset(newsMentions, {
    inputs: {
      news: [
        rawNewsRow("n1", "A", "2024-02-01T10:00:00Z", { description: "It went up.", author: "A. Writer" }),
        rawNewsRow("n2", "A", "2024-02-01T10:00:00Z"),
      ].map(({ day: _, ...row }) => row),
    },
  });
  assert.deepEqual(rows, [
    {
      id: "n1",
      ticker: "A",
      publisher: "The Wire",
      author: "A. Writer",
      source_url: "https://wire.example/n1",
      short_summary: "It went up.",
      publish_time: "2024-02-01T10:00:00Z",
    },
    {
      id: "n2",
      ticker: "A",
      publisher: "The Wire",
      author: null,
      source_url: "https://wire.example/n2",
      short_summary: "News n2",
      publish_time: "2024-02-01T10:00:00Z",
    },
  ]);
});
