import assert from "node:assert/strict";
import { pause } from "../../../../resources/backoff.ts";
import type { RateLimit } from "../../../../resources/rate_limit/mod.ts";
import { withVendor } from "../../../support/vendor_client.ts";

const SESSION = "2024-03-08";
const enough = new Error("enough");

/** A moment in which whatever is under way has begun. */
const begun = () => pause(50);

async function abortsAtOnce(controller: AbortController, call: Promise<unknown>): Promise<void> {
  const failing = assert.rejects(call, (error) => error === enough);
  await begun();
  const started = performance.now();
  controller.abort(enough);
  await failing;
  assert.ok(performance.now() - started < 1_000);
}

for (const fault of ["hang", "slow_body"] as const) {
  Deno.test(`polygonVendor() ends at once in a call with ${fault} when its signal aborts`, () =>
    withVendor(async ({ vendor, client }) => {
      vendor.faults.set(fault);
      const controller = new AbortController();
      await abortsAtOnce(controller, client.sessionBars(SESSION, { signal: controller.signal }));
      assert.equal(vendor.calls.length, 1);
    }));
}

Deno.test("polygonVendor() ends at once in the pause before a further try when its signal aborts", () =>
  withVendor(async ({ vendor, client }) => {
    vendor.faults.retryAfter = "60";
    vendor.faults.set("too_many_requests");
    const controller = new AbortController();
    await abortsAtOnce(controller, client.tickers({ signal: controller.signal }));
    assert.equal(vendor.calls.length, 1);
  }, { client: { pause } }));

Deno.test("polygonVendor() ends at once while it waits for its turn when its signal aborts", () => {
  const rateLimit: RateLimit = {
    perMinute: 1,
    take: ({ signal } = {}) => pause(60_000, signal),
    delayNowMs: () => Promise.resolve(0),
    penalize: () => Promise.resolve(),
  };
  return withVendor(async ({ vendor, client }) => {
    const controller = new AbortController();
    await abortsAtOnce(controller, client.news({ publishedFrom: SESSION, signal: controller.signal }));
    assert.equal(vendor.calls.length, 0);
  }, { client: { rateLimit } });
});

Deno.test("polygonVendor() does not wait for a connection that does not heed its signal", () => {
  const fetch = () => new Promise<Response>(() => {});
  return withVendor(async ({ client }) => {
    const controller = new AbortController();
    await abortsAtOnce(controller, client.sessionBars(SESSION, { signal: controller.signal }));
  }, { client: { fetch } });
});

Deno.test("polygonVendor() sends nothing where its signal has aborted before", () =>
  withVendor(async ({ vendor, client }) => {
    const options = { signal: AbortSignal.abort(enough) };
    await assert.rejects(client.tickerDetails("EAAA", options), (error) => error === enough);
    assert.equal(vendor.calls.length, 0);
  }));
