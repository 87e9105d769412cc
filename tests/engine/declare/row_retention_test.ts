import assert from "node:assert/strict";
import { keepAll, keepDays, keepVersions, type RowRetention } from "../../../engine/mod.ts";
import { expiredVersions, retentionInWords } from "../../../engine/declare/row_retention.ts";

const at = (date: string) => Date.parse(`${date}T12:00:00Z`);
const now = at("2026-11-28");
/** One version a day, numbered by its day of November. */
const november = Array.from({ length: 28 }, (_, i) => ({
  id: i + 1,
  committedAt: at(`2026-11-${String(i + 1).padStart(2, "0")}`),
}));

function expired(retention: RowRetention, neededSince = now + 1, versions = november): number[] {
  return expiredVersions(versions, retention, { now, neededSince });
}

Deno.test("expiredVersions() keeps all, or the latest ones with the current", () => {
  assert.deepEqual(expired(keepAll), []);
  assert.deepEqual(expired(keepVersions(1)), november.slice(0, -1).map(({ id }) => id));
  assert.deepEqual(expired(keepVersions(27)), [1]);
  assert.deepEqual(expired(keepVersions(100)), []);
});

Deno.test("expiredVersions() keeps versions that were current at any time of the last days", () => {
  // The version of the 20th was current until noon of the 21st, which is 7 days ago to the millisecond.
  assert.deepEqual(expired(keepDays(7)), november.slice(0, 19).map(({ id }) => id));
  assert.deepEqual(expired(keepDays(400)), []);
  const old = [{ id: 1, committedAt: at("2020-01-01") }];
  assert.deepEqual(expired(keepDays(1), now + 1, old), [], "the current version, however old");
});

Deno.test("expiredVersions() keeps the last of each week or month before them", () => {
  const kept = (then: "week" | "month") => {
    const gone = new Set(expired(keepDays(7, { then })));
    return november.map(({ id }) => id).filter((id) => id < 20 && !gone.has(id));
  };
  // Sundays.
  assert.deepEqual(kept("week"), [1, 8, 15]);
  assert.deepEqual(kept("month"), []);
  const longer = [{ id: 90, committedAt: at("2026-09-30") }, { id: 95, committedAt: at("2026-10-31") }, ...november];
  assert.deepEqual(expired(keepDays(7, { then: "month" }), now + 1, longer), november.slice(0, 19).map(({ id }) => id));
});

Deno.test("expiredVersions() keeps versions that may still be read, for any retention", () => {
  assert.deepEqual(expired(keepVersions(1), at("2026-11-27")), november.slice(0, 25).map(({ id }) => id));
  assert.deepEqual(expired(keepDays(1), at("2026-11-03")), [1]);
});

Deno.test("retentionInWords() ends a sentence", () => {
  assert.deepEqual(
    [keepAll, keepVersions(1), keepVersions(3), keepDays(1), keepDays(30), keepDays(30, { then: "week" })]
      .map(retentionInWords),
    [
      "all versions",
      "the current version",
      "the latest 3 versions",
      "the last day",
      "the last 30 days",
      "the last 30 days, and of each week before them the last",
    ],
  );
});

Deno.test("keepVersions() and keepDays() refuse invalid counts", () => {
  for (const value of [0, -1, 1.5, NaN, Infinity]) {
    assert.throws(() => keepVersions(value), /whole number of versions from 1/);
    assert.throws(() => keepDays(value), /whole number of days from 1/);
  }
});
