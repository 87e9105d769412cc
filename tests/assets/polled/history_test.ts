import assert from "node:assert/strict";
import {
  defaultHistoryFrom,
  firstSession,
  newestSession,
  sessionFrom,
  settledFrom,
} from "../../../assets/polled/history.ts";
import { fixedClock } from "../../../resources/clock.ts";

Deno.test("newestSession() is the last one that closed long enough ago", () => {
  const at = (time: string) => newestSession({ resources: { barsAfterCloseMinutes: 120 }, clock: fixedClock(time) });
  assert.equal(at("2024-07-02T21:59:59Z"), "2024-07-01");
  assert.equal(at("2024-07-02T22:00:00Z"), "2024-07-02");
  // It closed at 13:00 in New York.
  assert.equal(at("2024-07-03T19:00:00Z"), "2024-07-03");
  assert.equal(at("2024-07-04T23:00:00Z"), "2024-07-03");
});

Deno.test("firstSession() is the first from the given date on", () => {
  assert.equal(firstSession({ resources: { historyFrom: "2012-10-29" } }), "2012-10-31");
});

Deno.test("defaultHistoryFrom() is two years before, on the date that it was in New York", () => {
  assert.equal(defaultHistoryFrom(Temporal.Instant.from("2026-03-02T04:59:59Z")), "2024-03-01");
  assert.equal(defaultHistoryFrom(Temporal.Instant.from("2028-02-29T12:00:00Z")), "2026-02-28");
});

Deno.test("sessionFrom() is the date itself where the exchange trades, else the session after it", () => {
  assert.equal(sessionFrom("2024-03-28"), "2024-03-28");
  assert.equal(sessionFrom("2024-03-29"), "2024-04-01");
});

Deno.test("settledFrom() is five sessions later, at most the newest, and rises with the date", () => {
  assert.equal(settledFrom("2024-03-01", "2024-03-01"), "2024-03-01");
  assert.equal(settledFrom("2024-03-01", "2024-03-05"), "2024-03-05");
  assert.equal(settledFrom("2024-03-01", "2024-05-31"), "2024-03-08");
  // What is only announced is due with every session until its day.
  assert.equal(settledFrom("2024-06-03", "2024-05-31"), "2024-05-31");
});
