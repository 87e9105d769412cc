import assert from "node:assert/strict";
import { joinedTickers } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";

function listed(ticker: string, more: object) {
  const unknown = { name: null, type: null, exchange: null, sector: null, currency: null };
  return { ticker, ...unknown, active: true, delisted_on: null, ...more };
}

Deno.test("joined_tickers completes blank fields of the source and adds unlisted tickers", async () => {
  const { rows } = await runAsset(joinedTickers, {
    inputs: {
      raw: [listed("A", { name: "From the source", active: false }), listed("B", {})],
      imported: [
        listed("A", { name: "Imported", type: "ETF" }),
        listed("B", { name: "Fund B" }),
        listed("C", { name: "Fund C" }),
      ],
    },
  });
  assert.deepEqual(rows, [
    listed("A", { name: "From the source", type: "ETF", active: false }),
    listed("B", { name: "Fund B" }),
    listed("C", { name: "Fund C" }),
  ]);
});
