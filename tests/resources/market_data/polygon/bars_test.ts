import assert from "node:assert/strict";
import { type UnusableRow, VendorError } from "../../../../resources/market_data/mod.ts";
import { withVendor } from "../../../support/vendor_client.ts";

const HOLIDAY = "2024-06-19";

Deno.test("sessionBars() has every instrument of a session unadjusted, in the order received, in one call", () =>
  withVendor(async ({ vendor, client }) => {
    const bars = await client.sessionBars("2024-03-08");
    const expected = vendor.market.sessionBars("2024-03-08");
    assert.deepEqual(
      bars.map((bar) => [bar.ticker, bar.session, bar.open, bar.high, bar.low, bar.close, bar.volume]),
      expected.map((row) => [row.ticker, "2024-03-08", row.o, row.h, row.l, row.c, row.v]),
    );
    assert.ok(bars.some(({ vwap }) => vwap === null) && bars.some(({ trades }) => trades === null));
    assert.ok(bars.some(({ volume }) => !Number.isInteger(volume)));
    const [call] = vendor.calls;
    assert.deepEqual([vendor.calls.length, call!.endpoint, call!.query.adjusted], [1, "grouped_bars", "false"]);
  }));

Deno.test("sessionBars() has names that no listing knows", () =>
  withVendor(async ({ client }) => {
    const listed = new Set((await client.tickers()).map(({ ticker }) => ticker));
    const unlisted = (await client.sessionBars("2024-01-10")).filter(({ ticker }) => !listed.has(ticker));
    assert.deepEqual(unlisted.map(({ ticker }) => ticker), ["ZVZZT", "ZZGONE"]);
  }));

Deno.test("sessionBars() keeps rows that repeat or contradict each other", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.market.addRow({ ticker: "EAAA", session: "2024-03-08", o: 1, h: 1, l: 1, c: 1, v: 1 });
    const first = (await client.sessionBars("2024-03-08")).filter(({ ticker }) => ticker === "EAAA");
    assert.equal(first.length, 2);
    assert.equal(first[1]!.close, 1);
    vendor.faults.set("duplicate_rows");
    const all = await client.sessionBars("2024-03-08");
    assert.ok(all.length > vendor.market.sessionBars("2024-03-08").length);
  }));

Deno.test("sessionBars() is empty on a holiday, whether results are missing or null", () =>
  withVendor(async ({ vendor, client }) => {
    assert.deepEqual(await client.sessionBars(HOLIDAY), []);
    vendor.faults.set("null_results");
    assert.deepEqual(await client.sessionBars(HOLIDAY), []);
    assert.equal(vendor.calls.length, 2);
  }));

Deno.test("sessionBars() is an error where rows are counted and none come: that is no holiday", () =>
  withVendor(async ({ client }) => {
    await assert.rejects(client.sessionBars(HOLIDAY), /results: expected 12 rows, received none/);
  }, {
    client: {
      fetch: () => Promise.resolve(Response.json({ status: "OK", queryCount: 12, resultsCount: 12, results: null })),
    },
  }));

Deno.test("sessionBars() is an error where an answer does not say that it is good", () =>
  withVendor(async ({ client }) => {
    await assert.rejects(client.sessionBars(HOLIDAY), /status: /);
  }, { client: { fetch: () => Promise.resolve(Response.json({})) } }));

Deno.test("sessionBars() has NaN for a price or volume that is missing or null", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.market.restateBar("EAAA", "2024-03-08", { o: undefined, h: undefined, v: undefined });
    const bar = (await client.sessionBars("2024-03-08")).find(({ ticker }) => ticker === "EAAA")!;
    assert.deepEqual([bar.open, bar.high, bar.volume], [NaN, NaN, NaN]);
    assert.ok(bar.close > 0 && bar.low > 0);
  }));

Deno.test("sessionBars() and tickerBars() give the same bar the same session, though their times differ", () =>
  withVendor(async ({ client }) => {
    // Winter and summer time, the Monday after the change, and an early close.
    for (const session of ["2023-07-03", "2024-01-12", "2024-03-08", "2024-03-11", "2024-05-24"]) {
      const grouped = (await client.sessionBars(session)).find(({ ticker }) => ticker === "EAAB");
      const [ranged] = await client.tickerBars("EAAB", { from: session, to: session });
      assert.equal(grouped!.session, session);
      assert.deepEqual(ranged, grouped);
    }
  }, { from: "2023-06-01" }));

Deno.test("tickerBars() has all pages unadjusted, oldest first", () =>
  withVendor(async ({ vendor, client }) => {
    const split = vendor.market.splits.find(({ ticker }) => ticker === "EAAB")!;
    const bars = await client.tickerBars("EAAB", { from: "2024-01-01", to: "2024-06-28" });
    const expected = vendor.market.tickerBars("EAAB", "2024-01-01", "2024-06-28");
    assert.deepEqual(bars.map(({ session, close }) => [session, close]), expected.map((row) => [row.session, row.c]));
    assert.ok(vendor.calls.length > 3, "there is one page only, so that nothing is shown");
    const at = bars.findIndex(({ session }) => session === split.executionDate);
    const jump = bars[at]!.close / bars[at - 1]!.close * split.to / split.from;
    assert.ok(Math.abs(jump - 1) < 0.1, `the price should fall with its split, and times the ratio moved by ${jump}`);
  }, { rowsPerPage: 30 }));

Deno.test("tickerBars() of an unknown ticker is empty", () =>
  withVendor(async ({ client }) => {
    assert.deepEqual(await client.tickerBars("NONE", { from: "2024-01-01", to: "2024-06-28" }), []);
  }));

for (
  const [what, session, now] of [
    ["in the future", "2024-07-01", "2024-06-28T22:00:00Z"],
    ["of today before the close", "2024-06-28", "2024-06-28T19:59:59Z"],
    ["before the plan's history", "2024-01-31", "2024-06-28T22:00:00Z"],
  ] as const
) {
  Deno.test(`sessionBars() fails for a session ${what}, and succeeds for others`, () =>
    withVendor(async ({ vendor, client, pauses }) => {
      vendor.market.setNow(now);
      vendor.market.entitledFrom = "2024-02-01";
      for (const call of [client.sessionBars(session), client.tickerBars("EAAA", { from: session, to: session })]) {
        await assert.rejects(call, (error) => {
          assert.ok(error instanceof VendorError);
          assert.deepEqual([error.status, error.retryable, error.scope], [403, false, "call"]);
          assert.equal(error.stopsFurtherCalls, false);
          return true;
        });
      }
      assert.deepEqual([vendor.calls.length, pauses.length], [2, 0]);
      assert.ok((await client.sessionBars("2024-02-01")).length > 0);
    }));
}

Deno.test("sessionBars() and tickerBars() refuse invalid dates before a call", () =>
  withVendor(async ({ vendor, client }) => {
    await assert.rejects(client.sessionBars("2024-02-30"), /"2024-02-30" is not a calendar date/);
    await assert.rejects(client.tickerBars("EAAA", { from: "2024-01-02", to: "../.." }), /is not a calendar date/);
    assert.equal(vendor.calls.length, 0);
  }));

Deno.test("sessionBars() shows a correction, and leaves history alone when a split comes", () =>
  withVendor(async ({ vendor, client }) => {
    const read = async () => (await client.tickerBars("EAAA", { from: "2024-06-03", to: "2024-06-28" }));
    const before = await read();
    vendor.market.restateBar("EAAA", "2024-06-10", { c: 17.25 });
    const corrected = await read();
    assert.deepEqual(
      corrected.filter((bar, i) => bar.close !== before[i]!.close).map(({ session, close }) => [session, close]),
      [["2024-06-10", 17.25]],
    );
    const session = vendor.market.advanceSessions(1);
    vendor.market.addSplit({ ticker: "EAAA", executionDate: session, from: 1, to: 4 });
    assert.deepEqual(await read(), corrected);
    const [after] = await client.tickerBars("EAAA", { from: session, to: session });
    assert.ok(after!.close < 0.3 * corrected.at(-1)!.close);
  }));

/** A client whose one answer is this. */
const answering = (body: unknown) => ({ client: { fetch: () => Promise.resolve(Response.json(body)) } });
const at = (date: string) => Date.parse(`${date}T05:00:00Z`);
const row = (ticker: string, date: string, more = {}) => ({
  T: ticker,
  t: at(date),
  o: 1,
  h: 1,
  l: 1,
  c: 1,
  v: 1,
  ...more,
});
const range = { from: "2024-01-02", to: "2024-01-31" };

Deno.test("tickerBars() refuses an answer with the bars of another ticker, and reports such a row", async () => {
  const other = { status: "OK", ticker: "EAAB", results: [row("EAAB", "2024-01-03")] };
  await withVendor(async ({ client }) => {
    await assert.rejects(client.tickerBars("EAAA", range), /its bars are of "EAAB"/);
  }, answering(other));
  const mixed = [row("EAAA", "2024-01-03"), row("EAAB", "2024-01-04"), row("EAAA", "2024-01-05")];
  await withVendor(async ({ client }) => {
    const told: UnusableRow[] = [];
    const bars = await client.tickerBars("EAAA", { ...range, onUnusable: (row) => told.push(row) });
    assert.deepEqual(bars.map(({ ticker, session }) => [ticker, session]), [
      ["EAAA", "2024-01-03"],
      ["EAAA", "2024-01-05"],
    ]);
    assert.deepEqual(told, [{
      ticker: "EAAA",
      session: "2024-01-04",
      place: "bar of 2024-01-04",
      reason: 'T: it is of "EAAB"',
    }]);
  }, answering({ status: "OK", ticker: "EAAA", results: mixed }));
});

Deno.test("sessionBars() and tickerBars() refuse bars that are adjusted for splits, which would be adjusted twice", () =>
  withVendor(async ({ client }) => {
    await assert.rejects(client.sessionBars("2024-01-03"), /its bars are adjusted for splits, but unadjusted ones/);
    await assert.rejects(client.tickerBars("EAAA", range), /its bars are adjusted for splits/);
  }, answering({ status: "OK", adjusted: true, results: [row("EAAA", "2024-01-03")] })));

Deno.test("sessionBars() takes no bar of another date, reports which ticker lacks its own, and refuses an answer of such bars", async () => {
  const seconds = row("EAAB", "2024-01-03", { t: at("2024-01-03") / 1000 });
  await withVendor(async ({ client }) => {
    const told: UnusableRow[] = [];
    const bars = await client.sessionBars("2024-01-03", { onUnusable: (row) => told.push(row) });
    assert.deepEqual(bars.map(({ ticker }) => ticker), ["EAAA"]);
    assert.deepEqual(told.map(({ ticker, session, reason }) => [ticker, session, reason]), [
      ["EAAB", "2024-01-03", "t: it is of 1970-01-20, which was not requested"],
      ["EAAC", "2024-01-03", "t: it is of 2024-01-02, which was not requested"],
    ]);
  }, answering({ status: "OK", results: [row("EAAA", "2024-01-03"), seconds, row("EAAC", "2024-01-02")] }));
  // The answer of the day before.
  const stale = ["A", "B", "C", "D", "E"].map((ticker) => row(ticker, "2024-01-02"));
  await withVendor(async ({ client }) => {
    await assert.rejects(
      client.sessionBars("2024-01-03"),
      /5 of 5 rows cannot be used, such as t: it is of 2024-01-02/,
    );
    assert.equal((await client.sessionBars("2024-01-02")).length, 5);
  }, answering({ status: "OK", results: stale }));
});

Deno.test("sessionBars() refuses an answer whose numbers are text, and costs one such row its values", async () => {
  const rows = ["A", "B", "C", "D", "E", "F"].map((ticker) => row(ticker, "2024-01-03", { c: "1.5" }));
  await withVendor(async ({ client }) => {
    await assert.rejects(client.sessionBars("2024-01-03"), /6 of 6 rows cannot be used, such as c: expected number/);
  }, answering({ status: "OK", results: rows }));
  await withVendor(async ({ client }) => {
    const bars = await client.sessionBars("2024-01-03");
    assert.deepEqual(bars.map(({ close }) => close), [1, NaN]);
  }, answering({ status: "OK", results: [row("EAAA", "2024-01-03"), rows[0]] }));
});
