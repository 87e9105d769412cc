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

/** A client that answers call by call. */
const answering = (bodyOf: (call: number) => unknown) => {
  let calls = 0;
  return { client: { fetch: () => Promise.resolve(Response.json(bodyOf(calls++))) } };
};
const split = (more: Record<string, unknown>) => ({
  id: "1",
  ticker: "EAAA",
  execution_date: "2024-03-01",
  split_from: 1,
  split_to: 2,
  ...more,
});
const FROM = { from: "2024-01-01" };

Deno.test("splits() keeps the splits of two tickers under one id", () =>
  withVendor(
    async ({ client }) => {
      const found = await client.splits(FROM);
      assert.deepEqual(found.map(({ ticker, id, ratio }) => [ticker, id, ratio]), [
        ["EAAA", "1", 2],
        ["EAAB", "1", 3],
      ]);
    },
    answering(() => ({
      status: "OK",
      results: [
        split({}),
        split({}),
        split({ ticker: "EAAB", split_to: 3 }),
      ],
    })),
  ));

Deno.test("splits() and dividends() give up a row of a size that none has", () =>
  withVendor(
    async ({ client }) => {
      const told: string[] = [];
      const onUnusable = ({ ticker, reason }: { ticker: string | null; reason: string }) =>
        told.push(`${ticker} ${reason}`);
      assert.deepEqual((await client.splits({ ...FROM, onUnusable })).map(({ ticker }) => ticker), ["EAAC"]);
      assert.deepEqual((await client.dividends({ ...FROM, onUnusable })).map(({ ticker }) => ticker), ["EAAC"]);
      assert.deepEqual(told, [
        "EAAA split_to: no split has such a ratio",
        "EAAB split_to: Too small: expected number to be >0",
        "EAAA cash_amount: Too big: expected number to be <=1000000000000000",
        "EAAB cash_amount: expected number, received string",
      ]);
    },
    answering((call) => ({
      status: "OK",
      results: call === 0
        ? [split({ split_from: 1e300 }), split({ ticker: "EAAB", split_to: 0 }), split({ ticker: "EAAC" })]
        : [1e300, "0.4", 0.4].map((cash_amount, i) => ({
          id: `${i}`,
          ticker: `EAA${"ABC"[i]}`,
          ex_dividend_date: "2024-03-01",
          cash_amount,
        })),
    })),
  ));

for (const rows of [[], [split({})]]) {
  Deno.test(`splits() ends where each page of ${rows.length} rows names a next one of the same content`, () =>
    withVendor(
      async ({ client, pauses }) => {
        await assert.rejects(client.splits(FROM), /its pages lead back to an earlier page/);
        assert.equal(pauses.length, 0);
      },
      answering((call) => ({
        status: "OK",
        results: rows,
        next_url: `https://x.test/stocks/v1/splits?cursor=${call}`,
      })),
    ));
}

Deno.test("splits() continues behind an empty page", () =>
  withVendor(
    async ({ client }) => {
      assert.equal((await client.splits(FROM)).length, 1);
    },
    answering((call) =>
      call < 2
        ? { status: "OK", results: [], next_url: `https://x.test/stocks/v1/splits?cursor=${call}` }
        : { status: "OK", results: [split({})] }
    ),
  ));
