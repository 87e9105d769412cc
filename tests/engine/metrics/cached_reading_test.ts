import assert from "node:assert/strict";
import { CachedReading } from "../../../engine/metrics/cached_reading.ts";

Deno.test("CachedReading reads once for all who ask within its age", async () => {
  let reads = 0;
  let nowMs = 0;
  const reading = new CachedReading(() => Promise.resolve(++reads), {
    maxAgeMs: 1_000,
    timeoutMs: 1_000,
    nowMs: () => nowMs,
  });
  assert.deepEqual(await Promise.all([reading.get(), reading.get()]), [1, 1]);
  nowMs = 999;
  assert.equal(await reading.get(), 1);
  nowMs = 1_000;
  assert.equal(await reading.get(), 2);
});

Deno.test("CachedReading does not wait longer than its limit, and keeps the result for the next caller", async () => {
  const late = Promise.withResolvers<string>();
  let reads = 0;
  const reading = new CachedReading(() => {
    reads++;
    return late.promise;
  }, { maxAgeMs: 1_000, timeoutMs: 1 });
  assert.equal(await reading.get(), undefined);
  assert.equal(await reading.get(), undefined);
  assert.equal(reads, 1);
  late.resolve("at last");
  await late.promise;
  assert.equal(await reading.get(), "at last");
});

Deno.test("CachedReading reports a failure and reads again", async () => {
  let fails = true;
  const reading = new CachedReading(
    () => fails ? Promise.reject(new Error("away")) : Promise.resolve("here"),
    { maxAgeMs: 1_000, timeoutMs: 1_000 },
  );
  await assert.rejects(reading.get(), /away/);
  fails = false;
  assert.equal(await reading.get(), "here");
});
