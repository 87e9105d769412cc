import assert from "node:assert/strict";
import { VendorError } from "../../../../resources/market_data/mod.ts";
import { withVendor } from "../../../support/vendor_client.ts";

Deno.test("tickerDetails() has the listing and more, and null for missing fields", () =>
  withVendor(async ({ vendor, client }) => {
    const details = await client.tickerDetails("SAAA");
    const of = vendor.market.instruments.find(({ ticker }) => ticker === "SAAA")!;
    const shares = details!.shareClassSharesOutstanding!;
    const close = vendor.market.tickerBars("SAAA", "2024-01-01", "2024-06-28").at(-1)!.c!;
    assert.deepEqual(
      [details!.exchange, details!.type, details!.listDate, details!.sicCode, details!.sicDescription],
      ["XNAS", "CS", of.listedOn, "3571", "ELECTRONIC COMPUTERS"],
    );
    assert.equal(details!.marketCap, shares * close);
    assert.equal(details!.weightedSharesOutstanding, shares);
    assert.equal((await client.tickerDetails("SAAB"))!.homepageUrl, "https://saab.example");

    const sparse = await client.tickerDetails("EAAD");
    assert.deepEqual(
      [sparse!.compositeFigi, sparse!.marketCap, sparse!.sicCode, sparse!.homepageUrl, sparse!.totalEmployees],
      [null, null, null, null, null],
    );
  }));

Deno.test("tickerDetails() keeps case and dots in the path", () =>
  withVendor(async ({ client }) => {
    assert.equal((await client.tickerDetails("AMpB"))!.type, "PFD");
    assert.equal((await client.tickerDetails("AMPB"))!.type, "CS");
    assert.equal((await client.tickerDetails("BRK.B"))!.ticker, "BRK.B");
    await assert.rejects(client.tickerDetails(".."), RangeError);
    await assert.rejects(client.tickerDetails(""), RangeError);
  }));

Deno.test("tickerDetails() is null for an unknown ticker, without a retry", () =>
  withVendor(async ({ vendor, client }) => {
    for (const ticker of ["NONE", "ambp", "A/B", "DAAA"]) assert.equal(await client.tickerDetails(ticker), null);
    assert.equal(vendor.calls.length, 4);
    const before = await client.tickerDetails("DAAA", { asOfDate: "2024-01-05" });
    assert.equal(before!.active, true);
  }));

Deno.test("tickerDetails() is an error, not null, where the address is not the vendor's", async () => {
  await withVendor(async ({ client }) => {
    await assert.rejects(client.tickerDetails("EAAA"), (error) => {
      assert.ok(error instanceof VendorError);
      assert.deepEqual([error.status, error.retryable, error.scope], [404, false, "endpoint"]);
      assert.match(error.message, /Set POLYGON_URL/);
      return true;
    });
  }, { client: { fetch: () => Promise.resolve(new Response("<h1>Not Found</h1>", { status: 404 })) } });
});
