import assert from "node:assert/strict";
import type { MarketVendor, VendorBar } from "../../../../resources/market_data/mod.ts";
import { withVendor } from "../../../support/vendor_client.ts";
import { survivableFaults } from "../../../support/vendor/mod.ts";

const MARKET = { from: "2024-01-02", to: "2024-06-28", rowsPerPage: 15 };
const FROM = "2024-01-01";

/** Everything that the double has, by every method. */
async function everything(client: MarketVendor, sessions: readonly string[]) {
  const listed = await client.tickers();
  const bars: Record<string, unknown> = {};
  for (const session of sessions) {
    bars[session] = distinct(await client.sessionBars(session));
  }
  const ranges: unknown[] = [];
  for (const { ticker } of listed.slice(0, 12)) {
    ranges.push(distinct(await client.tickerBars(ticker, { from: "2024-03-01", to: "2024-06-28" })));
  }
  const details: unknown[] = [];
  for (const { ticker } of listed.slice(0, 10)) details.push(await client.tickerDetails(ticker));
  return {
    listed,
    named: await client.tickers({ tickers: ["AMpB", "BRK.B", "DAAA", "EAAK", "NONE"] }),
    bars,
    ranges,
    details,
    news: await client.news({ publishedFrom: FROM }),
    splits: await client.splits({ from: FROM }),
    dividends: await client.dividends({ from: FROM }),
    holidays: await client.upcomingHolidays(),
  };
}

/** Without repeated rows, which are handed on for others to judge. */
function distinct(bars: readonly VendorBar[]): VendorBar[] {
  return [...new Map(bars.map((bar) => [`${bar.ticker} ${bar.session}`, bar])).values()];
}

/** Sessions with holidays and a weekend among them. */
const DAYS = ["2024-01-15", "2024-03-07", "2024-03-08", "2024-03-09", "2024-03-11", "2024-06-19", "2024-06-28"];

for (const fault of survivableFaults) {
  Deno.test(`polygonVendor() has the same content with ${fault} now and then as without`, () =>
    withVendor(async ({ vendor, client }) => {
      const expected = await everything(client, DAYS);
      const rare = fault === "hang" || fault === "slow_body";
      vendor.faults.set(fault, { probability: rare ? 0.05 : 0.3 });
      vendor.calls.length = 0;
      assert.deepEqual(await everything(client, DAYS), expected);
      assert.ok(vendor.calls.some(({ faults }) => faults.includes(fault)), "no call had the fault");
    }, { ...MARKET, client: { timeoutMs: 250, retry: { maxAttempts: 15, initialDelayMs: 1, maxDelayMs: 1 } } }));
}

for (const seed of [1, 2, 3]) {
  Deno.test(`polygonVendor() has the same content under all faults at random, drawn from seed ${seed}`, () =>
    withVendor(async ({ vendor, client }) => {
      const sessions = vendor.market.sessions();
      const expected = await everything(client, sessions);
      vendor.calls.length = 0;
      for (const fault of survivableFaults) {
        vendor.faults.set(fault, { probability: fault === "hang" || fault === "slow_body" ? 0.02 : 0.06 });
      }
      assert.deepEqual(await everything(client, sessions), expected);
      assert.ok(vendor.calls.length > 300, `${vendor.calls.length} calls are too few to show anything`);
      const had = new Set(vendor.calls.flatMap(({ faults }) => faults));
      assert.deepEqual(survivableFaults.filter((fault) => !had.has(fault)), []);
      assert.deepEqual(vendor.elsewhere.requests, []);
    }, {
      ...MARKET,
      seed,
      client: { timeoutMs: 250, retry: { maxAttempts: 30, initialDelayMs: 1, maxDelayMs: 1 } },
    }));
}

Deno.test("polygonVendor() fails only the unavailable calls", () =>
  withVendor(async ({ vendor, client }) => {
    const sessions = vendor.market.sessions().slice(0, 40);
    const missing = new Set(sessions.filter((_, i) => i % 7 === 3));
    vendor.faults.set("not_authorized_date", { when: ({ path }) => missing.has(path.split("/").at(-1)!) });
    vendor.faults.set("error_500", { probability: 0.2 });
    const failed: string[] = [];
    for (const session of sessions) {
      await client.sessionBars(session).then(
        (bars) => assert.equal(bars.length, vendor.market.sessionBars(session).length),
        () => failed.push(session),
      );
    }
    assert.deepEqual(failed, [...missing]);
  }, MARKET));
