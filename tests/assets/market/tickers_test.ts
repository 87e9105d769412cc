import assert from "node:assert/strict";
import { tickers } from "../../../assets/market/tickers.ts";
import { rawDetails } from "../../support/raw_details.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { listedRow } from "../../support/scripted_vendor.ts";

Deno.test("tickers joins the details to the listing, which comes first where both know something", async () => {
  const { found: _, ...known } = rawDetails("A", { name: "Other", list_date: "2010-05-03", sic_description: "TRUSTS" });
  const { found: __, ...unlisted } = rawDetails("X", {});
  const { found: ___, ...unnamed } = rawDetails("B", { name: "B Company", market_cap: 5 });
  const { rows } = await runAsset(tickers, {
    inputs: {
      listed: [
        listedRow("A"),
        { ...listedRow("B", { name: null }), sector: "Listed" },
        listedRow("C", { delisted_on: "2024-02-05" }),
      ],
      details: [known, unlisted, unnamed],
    },
  });
  assert.deepEqual(
    rows.map((row) => [row.ticker, row.name, row.active, row.delisted_on, row.list_date, row.sector, row.market_cap]),
    [
      ["A", "A Trust", true, null, "2010-05-03", "TRUSTS", null],
      ["B", "B Company", true, null, null, "Listed", 5],
      ["C", "C Trust", false, "2024-02-05", null, null, null],
    ],
  );
});

Deno.test("tickers does not publish an empty list", async () => {
  const { checks } = await runAsset(tickers, { inputs: { listed: [], details: [] } });
  assert.equal(checks.not_empty?.passed, false);
});
