import assert from "node:assert/strict";
import { retryAfterMs } from "../../../../resources/market_data/polygon/retry_after.ts";

const now = Temporal.Instant.from("2024-06-28T22:00:00Z");

Deno.test("retryAfterMs() reads seconds and all three forms of an HTTP date, and nothing else", () => {
  const cases: [string | null, number | null][] = [
    [null, null],
    ["0", 0],
    [" 12 ", 12_000],
    ["1.5", 1_500],
    ["Fri, 28 Jun 2024 22:01:00 GMT", 60_000],
    ["Friday, 28-Jun-24 22:01:00 GMT", 60_000],
    ["Thu, 27 Jun 2024 22:00:00 GMT", 0],
    ["-5", null],
    ["2024", 2_024_000],
    ["June", null],
    ["Fri the 13th", null],
    ["", null],
  ];
  for (const [header, expected] of cases) assert.equal(retryAfterMs(header, now), expected, String(header));
});
