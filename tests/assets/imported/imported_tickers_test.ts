import assert from "node:assert/strict";
import { importedTickers } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { pendingImport } from "../../support/pending_import.ts";

Deno.test("imported_tickers has the instruments of the import", async () => {
  const ticker = {
    ...{ ticker: "A", name: "Fund A", type: "ETF", exchange: null, sector: null, currency: "USD" },
    ...{ active: true, delisted_on: null },
  };
  const { rows } = await runAsset(importedTickers, {
    partitions: { names: ["A"] },
    resources: { pendingImport: pendingImport({ tickers: [ticker] }) },
  });
  assert.deepEqual(rows, [ticker]);
});
