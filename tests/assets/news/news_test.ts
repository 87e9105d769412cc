import assert from "node:assert/strict";
import { news } from "../../../assets/news/news.ts";
import { newsMentions } from "../../../assets/news/news_mentions.ts";
import { rawNewsRow } from "../../support/raw_news_row.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("news has each article and ticker once, as last published", async () => {
  const { rows, metadata } = await runAsset(news, {
    inputs: {
      raw: [
        rawNewsRow("n1", "A", "2024-02-02T10:00:00Z", { title: "Corrected " }),
        rawNewsRow("n1", "A", "2024-02-01T10:00:00Z"),
        rawNewsRow("n1", "B", "2024-02-01T10:00:00Z", { author: " " }),
      ],
    },
  });
  assert.deepEqual(rows.map(({ id, ticker, title, author }) => [id, ticker, title, author]), [
    ["n1", "A", "Corrected", null],
    ["n1", "B", "News n1", null],
  ]);
  assert.deepEqual(metadata.repeated, { type: "number", value: 1 });
});

Deno.test("news counts articles without a title or a valid address", async () => {
  const { rows, metadata } = await runAsset(news, {
    inputs: {
      raw: [
        rawNewsRow("n1", "A", "2024-02-01T10:00:00Z", { title: " " }),
        rawNewsRow("n2", "A", "2024-02-01T10:00:00Z", { article_url: "nowhere" }),
        rawNewsRow("n3", "A", "2024-02-01T10:00:00Z"),
      ],
    },
  });
  assert.deepEqual(rows.map(({ id }) => id), ["n3"]);
  assert.deepEqual(metadata.without_title_or_address, { type: "number", value: 2 });
  // What it lets through is what news_mentions takes.
  const mentions = await runAsset(newsMentions, { inputs: { news: rows } });
  assert.equal(mentions.rows.length, 1);
});

Deno.test("news keeps no article whose address a browser would run", async () => {
  const addresses = [
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    " javascript:x",
    "data:text/html,x",
    "vbscript:x",
    "file:///etc",
  ];
  const { rows } = await runAsset(news, {
    inputs: {
      raw: [...addresses, "https://a.example/x"].map((article_url, i) =>
        rawNewsRow(`n${i}`, "A", "2024-02-01T10:00:00Z", { article_url })
      ),
    },
  });
  assert.deepEqual(rows.map((row) => row.article_url), ["https://a.example/x"]);
});
