import assert from "node:assert/strict";
import { importedTickerDetails } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { pendingImport } from "../../support/pending_import.ts";
import { rawDetails } from "../../support/raw_details.ts";

Deno.test("imported_ticker_details has the details of the import", async () => {
  const details = [rawDetails("A", { name: "Fund A" })];
  const { rows } = await runAsset(importedTickerDetails, {
    partitions: { names: ["A"] },
    resources: { pendingImport: pendingImport({ details }) },
  });
  assert.deepEqual(rows, details);
});
