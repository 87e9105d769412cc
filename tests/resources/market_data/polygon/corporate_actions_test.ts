import assert from "node:assert/strict";
import { withVendor } from "../../../support/vendor_client.ts";

Deno.test("splits() has all pages by execution date, each once, with new shares for one old", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.faults.set("duplicate_rows");
    const found = await client.splits({ from: "2024-01-01" });
    assert.equal(found.length, vendor.market.splits.length);
    assert.ok(vendor.calls.length > 1, "there is one page only, so that nothing is shown");
    assert.deepEqual(found.map(({ executionDate }) => executionDate), found.map((s) => s.executionDate).toSorted());
    for (const { id, ratio, ticker, executionDate } of found) {
      const { from, to, ...split } = vendor.market.splits.find((one) => one.id === id)!;
      assert.deepEqual([ratio, ticker, executionDate], [to / from, split.ticker, split.executionDate]);
    }
    assert.ok(found.some(({ ratio }) => ratio < 1) && found.some(({ ratio }) => ratio > 1));
  }, { tickers: 60, rowsPerPage: 5 }));

Deno.test("splits() keeps to dates and ticker, both ends included, the announced ones too", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.market.addSplit({ ticker: "BRK.B", executionDate: "2024-07-15", from: 1, to: 50 });
    const dates = async (query: { from: string; to?: string }) =>
      (await client.splits({ ...query, ticker: "BRK.B" })).map(({ executionDate }) => executionDate);
    assert.deepEqual(await dates({ from: "2024-07-15" }), ["2024-07-15"]);
    assert.deepEqual(await dates({ from: "2024-07-15", to: "2024-07-15" }), ["2024-07-15"]);
    assert.deepEqual(await dates({ from: "2024-07-16" }), []);
    assert.deepEqual(await dates({ from: "2024-07-01", to: "2024-07-14" }), []);
  }));

Deno.test("dividends() has all pages by ex-date, each once, with cash as it was paid", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.market.addDividend({ ticker: "EAAB", exDate: "2024-01-10", cash: 0.4 });
    vendor.market.addSplit({ ticker: "EAAB", executionDate: "2024-02-01", from: 1, to: 4 });
    vendor.faults.set("duplicate_rows");
    const found = await client.dividends({ from: "2024-01-01" });
    assert.equal(found.length, vendor.market.dividends().length);
    assert.ok(vendor.calls.length > 1, "there is one page only, so that nothing is shown");
    assert.deepEqual(found.map(({ exDate }) => exDate), found.map(({ exDate }) => exDate).toSorted());
    const { id: _id, ...special } = found.find(({ ticker, exDate }) => ticker === "EAAB" && exDate === "2024-01-10")!;
    assert.deepEqual(special, {
      ticker: "EAAB",
      exDate: "2024-01-10",
      cash: 0.4,
      currency: "USD",
      recordDate: "2024-01-11",
      payDate: "2024-01-24",
      frequency: 0,
      distributionType: "special",
    });
  }, { rowsPerPage: 4 }));

Deno.test("upcomingHolidays() has closures and early closes of both exchanges, by date", () =>
  withVendor(async ({ client }) => {
    const days = await client.upcomingHolidays();
    assert.deepEqual(days.slice(0, 3), [
      {
        exchange: "NASDAQ",
        name: "Early close",
        date: "2024-07-03",
        kind: "early-close",
        opensAt: "2024-07-03T13:30:00.000Z",
        closesAt: "2024-07-03T17:00:00.000Z",
      },
      {
        exchange: "NYSE",
        name: "Early close",
        date: "2024-07-03",
        kind: "early-close",
        opensAt: "2024-07-03T13:30:00.000Z",
        closesAt: "2024-07-03T17:00:00.000Z",
      },
      { exchange: "NASDAQ", name: "Holiday", date: "2024-07-04", kind: "closed", opensAt: null, closesAt: null },
    ]);
  }));
