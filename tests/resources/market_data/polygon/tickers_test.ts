import assert from "node:assert/strict";
import { withVendor } from "../../../support/vendor_client.ts";

const symbols = (listed: readonly { ticker: string }[]) => listed.map(({ ticker }) => ticker);

Deno.test("tickers() has active and delisted instruments of all pages, each once, in code-unit order", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.faults.set("duplicate_rows");
    const all = await client.tickers();
    const known = vendor.market.instruments.filter(({ listed }) => listed).map(({ ticker }) => ticker);
    assert.deepEqual(symbols(all), [...new Set(known)].sort());
    assert.ok(symbols(all).indexOf("AMPB") < symbols(all).indexOf("AMpB"));
    assert.ok(vendor.calls.length > 5, "there is one page only, so that nothing is shown");
    assert.deepEqual([...new Set(all.filter(({ active }) => !active).map(({ ticker }) => ticker[0]))], ["D"]);
  }, { tickers: 30, rowsPerPage: 9 }));

Deno.test("tickers() passes type, exchange and active on", () =>
  withVendor(async ({ client }) => {
    const active = await client.tickers({ type: "ETF", exchange: "XNAS", active: true });
    assert.equal(active.length, 20);
    assert.ok(active.every((row) => row.active && row.type === "ETF" && row.exchange === "XNAS"));
    const gone = await client.tickers({ type: "ETF", active: false });
    assert.deepEqual(symbols(gone), ["DAAA", "DAAB"]);
    assert.deepEqual(symbols(await client.tickers({ type: "PFD" })), ["AMpB", "KIMpL"]);
  }));

Deno.test("tickers() has null for missing fields, and the New York date of a delisting", () =>
  withVendor(async ({ vendor, client }) => {
    const all = await client.tickers();
    for (const field of ["name", "cik", "compositeFigi", "shareClassFigi"] as const) {
      assert.ok(all.some((row) => row[field] === null), `no ${field} is missing, so that nothing is shown`);
      assert.ok(all.some((row) => typeof row[field] === "string"));
    }
    const of = vendor.market.instruments.find(({ ticker }) => ticker === "DAAA")!;
    assert.deepEqual(all.find(({ ticker }) => ticker === "DAAA"), {
      ticker: "DAAA",
      name: of.name ?? null,
      type: "ETF",
      exchange: "XNAS",
      currency: "USD",
      active: false,
      delistedOn: of.delistedOn,
      cik: of.cik ?? null,
      compositeFigi: of.compositeFigi ?? null,
      shareClassFigi: of.shareClassFigi ?? null,
    });
  }));

Deno.test("tickers() takes the active instrument where a symbol was used twice, then the one delisted last", () =>
  withVendor(async ({ vendor, client }) => {
    const { market } = vendor;
    market.addTicker({ ticker: "TWICE", name: "Old", listedOn: "2024-01-02", delistedOn: "2024-02-01" });
    market.addTicker({ ticker: "TWICE", name: "Older", listedOn: "2024-01-02", delistedOn: "2024-01-20" });
    assert.equal((await client.tickers({ tickers: ["TWICE"] }))[0]!.name, "Old");
    market.addTicker({ ticker: "TWICE", name: "New", listedOn: "2024-03-01" });
    for (const query of [{}, { tickers: ["TWICE"] }]) {
      const found = (await client.tickers(query)).filter(({ ticker }) => ticker === "TWICE");
      assert.deepEqual(found.map(({ name, active }) => [name, active]), [["New", true]]);
    }
  }));

Deno.test("tickers() of a list finds each, delisted ones included, leaves out unlisted ones, and keeps case", () =>
  withVendor(async ({ vendor, client }) => {
    const names = ["KIMpL", "DAAB", "BRK.B", "AMpB", "ELONGSYMBOL.A", "ZVZZT", "KIMPL", "BRK.B"];
    const progress: [number, number | null][] = [];
    const found = await client.tickers({ tickers: names, onProgress: (...told) => progress.push(told) });
    assert.deepEqual(symbols(found), ["AMpB", "BRK.B", "DAAB", "ELONGSYMBOL.A", "KIMpL"]);
    assert.deepEqual(progress.at(-1), [7, 7]);
    assert.deepEqual(symbols(await client.tickers({ tickers: names, active: false })), ["DAAB"]);
    vendor.calls.length = 0;
    assert.deepEqual(await client.tickers({ tickers: [] }), []);
    assert.equal(vendor.calls.length, 0);
  }));

Deno.test("tickers() of a list costs one call where a page covers it, and skips what lies between where it does not", () =>
  withVendor(async ({ vendor, client }) => {
    await client.tickers({ tickers: ["AMPB", "BRK.B", "SAAA"], active: true });
    assert.equal(vendor.calls.length, 1);
  }).then(() =>
    withVendor(async ({ vendor, client }) => {
      const wanted = ["AMPB", "EABA", "EABB", "EADA", "SAAA", "SAAZ"];
      const found = await client.tickers({ tickers: wanted, active: true });
      assert.deepEqual(symbols(found), ["AMPB", "EABA", "EABB", "EADA", "SAAA"]);
      // From AMPB; from EABA, with EABB on its page; from EADA; from SAAA; SAAZ by itself.
      assert.equal(vendor.calls.length, 5);
    }, { tickers: 120, rowsPerPage: 6 })
  ));

Deno.test("tickers() of a list requests each name by itself where the vendor's order is another", () => {
  const reversed: typeof fetch = async (input, init) => {
    const answer = await (await fetch(input, init)).json();
    answer.results?.reverse();
    return Response.json(answer);
  };
  return withVendor(async ({ client }) => {
    const wanted = ["AMPB", "BRK.B", "EAAC", "EAAD", "SAAA"];
    const found = await client.tickers({ tickers: wanted, active: true });
    assert.deepEqual(symbols(found), ["AMPB", "BRK.B", "EAAD", "SAAA"]);
  }, { rowsPerPage: 4, client: { fetch: reversed } });
});
