import assert from "node:assert/strict";
import { rawTickers } from "../../../assets/polled/raw_tickers.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { afterClose, scriptedVendor, vendorResources, vendorTicker } from "../../support/scripted_vendor.ts";

const clock = afterClose("2024-03-01");

Deno.test("raw_tickers holds the universe, and of the delisted ones those that traded in the history", async () => {
  const { vendor, asked } = scriptedVendor({
    tickers: [
      vendorTicker("AMPB"),
      vendorTicker("AMpB", { name: null }),
      vendorTicker("OLD", { active: false, delistedOn: "2024-01-02" }),
      vendorTicker("GONE", { active: false, delistedOn: "2024-01-03" }),
      vendorTicker("CS", { type: "CS" }),
    ],
  });
  const { rows, metadata, checks } = await runAsset(rawTickers, { resources: vendorResources(vendor), clock });
  assert.deepEqual(asked, ['tickers {"type":"ETF","exchange":"XNAS"}']);
  assert.deepEqual(
    rows.map(({ ticker, name, active, delisted_on }) => [ticker, name, active, delisted_on]),
    [
      ["AMPB", "AMPB Trust", true, null],
      ["AMpB", null, true, null],
      ["GONE", "GONE Trust", false, "2024-01-03"],
    ],
  );
  const number = (value: number) => ({ type: "number", value });
  assert.deepEqual(
    [metadata.inactive, metadata.delisted_before_history, metadata.calls],
    [number(1), number(1), number(1)],
  );
  assert.equal(checks.not_empty?.passed, true);
});

Deno.test("raw_tickers requests the named tickers of an explicit universe, and names those that are not listed", async () => {
  const { vendor, asked } = scriptedVendor({ tickers: [vendorTicker("BRK.B", { type: "CS", exchange: "XNYS" })] });
  const resources = vendorResources(vendor, { universe: { tickers: ["BRK.B", "NOPE"] } });
  const { rows, metadata } = await runAsset(rawTickers, { resources, clock });
  assert.deepEqual(asked, ['tickers {"tickers":["BRK.B","NOPE"]}']);
  assert.deepEqual(rows.map(({ ticker }) => ticker), ["BRK.B"]);
  assert.deepEqual(metadata.unknown, { type: "text", value: "NOPE" });
});

Deno.test("raw_tickers does not publish an empty listing", async () => {
  const { vendor } = scriptedVendor({});
  const { checks } = await runAsset(rawTickers, { resources: vendorResources(vendor), clock });
  assert.equal(checks.not_empty?.passed, false);
});

Deno.test("raw_tickers is read anew when a session has closed long enough, or the universe is another", async () => {
  const { vendor } = scriptedVendor({});
  const version = (resources: object, at: string) =>
    rawTickers.recipe!.source!({ config: {}, resources, clock: { now: () => Temporal.Instant.from(at) } });
  const resources = vendorResources(vendor);
  const before = await version(resources, "2024-03-04T22:59:00Z");
  assert.match(before, /^2024-03-01 /);
  assert.match(await version(resources, "2024-03-04T23:00:00Z"), /^2024-03-04 /);
  assert.notEqual(
    await version(vendorResources(vendor, { universe: { type: "CS" } }), "2024-03-04T22:59:00Z"),
    before,
  );
});
