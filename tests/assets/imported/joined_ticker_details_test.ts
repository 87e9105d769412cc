import assert from "node:assert/strict";
import { joinedTickerDetails } from "../../../assets/imported/mod.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { rawDetails } from "../../support/raw_details.ts";

Deno.test("joined_ticker_details has the source's details where it knows the ticker, else imported ones", async () => {
  const { rows } = await runAsset(joinedTickerDetails, {
    inputs: {
      raw: [rawDetails("A", { name: "Known" }), rawDetails("B", { found: false }), rawDetails("D", { found: false })],
      imported: [rawDetails("A", { name: "Old" }), rawDetails("B", { name: "Old B" }), rawDetails("C")],
    },
  });
  assert.deepEqual(rows.map(({ ticker, found, name }) => [ticker, found, name]), [
    ["A", true, "Known"],
    ["B", true, "Old B"],
    ["C", true, null],
    ["D", false, null],
  ]);
});
