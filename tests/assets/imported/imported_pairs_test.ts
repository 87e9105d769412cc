import assert from "node:assert/strict";
import { importedPairs } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { pendingImport } from "../../support/pending_import.ts";

Deno.test("imported_pairs has the pairs of the import and of earlier ones, each once", async () => {
  const pairs = [{ ticker_1: "B", ticker_2: "A" }, { ticker_1: "B", ticker_2: "C" }];
  const { rows } = await runAsset(importedPairs, {
    partitions: { names: ["B"] },
    before: [{ ticker_1: "B", ticker_2: "A" }, { ticker_1: "B", ticker_2: "D" }],
    resources: { pendingImport: pendingImport({ pairs }) },
  });
  assert.deepEqual(rows.map(({ ticker_2 }) => ticker_2), ["A", "C", "D"]);
});
