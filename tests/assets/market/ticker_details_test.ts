import assert from "node:assert/strict";
import { tickerDetails } from "../../../assets/market/ticker_details.ts";
import { rawDetails } from "../../support/raw_details.ts";
import { runAsset } from "../../../testing/run_asset.ts";

Deno.test("ticker_details leaves out unknown tickers, and replaces impossible values by null", async () => {
  const { rows, metadata } = await runAsset(tickerDetails, {
    inputs: {
      raw: [
        rawDetails("A", { name: " A Trust ", market_cap: 5e9, total_employees: 0, sic_code: "" }),
        rawDetails("B", { market_cap: 0, weighted_shares_outstanding: -1, total_employees: -3, description: "  " }),
        rawDetails("C", { found: false }),
      ],
    },
  });
  assert.deepEqual(
    rows.map((row) => [row.ticker, row.name, row.market_cap, row.total_employees, row.sic_code, row.description]),
    [["A", "A Trust", 5e9, 0, null, null], ["B", null, null, null, null, null]],
  );
  assert.equal(rows[1]!.weighted_shares_outstanding, null);
  assert.deepEqual(metadata.unknown_to_source, { type: "number", value: 1 });
});

Deno.test("ticker_details keeps no address that a browser would run", async () => {
  const addresses = [
    "https://a.example/x",
    " http://b.example ",
    "javascript:alert(1)",
    "data:text/html,x",
    "a.example",
    null,
  ];
  const { rows } = await runAsset(tickerDetails, {
    inputs: { raw: addresses.map((homepage_url, i) => rawDetails(`T${i}`, { homepage_url })) },
  });
  assert.deepEqual(rows.map(({ homepage_url }) => homepage_url), [
    "https://a.example/x",
    "http://b.example",
    null,
    null,
    null,
    null,
  ]);
});
