import assert from "node:assert/strict";
import { importedNews } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { pendingImport } from "../../support/pending_import.ts";
import { rawNewsRow } from "../../support/raw_news_row.ts";

Deno.test("imported_news has the articles of its partitions, and those of earlier imports that are no others", async () => {
  const [first, second] = [rawNewsRow("1", "A", "2024-06-03T14:30:00Z"), rawNewsRow("2", "A", "2024-06-04T14:30:00Z")];
  const { rows } = await runAsset(importedNews, {
    partitions: { names: ["A"], dates: ["2024-06-03"] },
    before: [{ ...first, title: "Older" }, rawNewsRow("0", "A", "2024-06-03T10:00:00Z")],
    resources: { pendingImport: pendingImport({ news: [first, second] }) },
  });
  assert.deepEqual(rows.map(({ id, title }) => [id, title]), [["0", "News 0"], ["1", "News 1"]]);
});
