import assert from "node:assert/strict";
import { sessionOfTimestamp } from "../../../resources/market_data/sessions.ts";

Deno.test("sessionOfTimestamp() takes a midnight for the date that is written, whatever its offset", () => {
  const offsets = [
    "",
    "Z",
    "z",
    "+00:00",
    "-00:00",
    "+01:00",
    "+02:00",
    "+05:30",
    "+05:45",
    "+08:00",
    "+09:00",
    "+0900",
    "+09",
  ];
  for (
    const offset of [...offsets, "+11:00", "+13:00", "-03:00", "-05:00", "-10:00", " +09:00", "+09:00[Asia/Tokyo]"]
  ) {
    for (const midnight of ["T00:00", " 00:00:00", "T00:00:00.000"]) {
      assert.equal(sessionOfTimestamp(`2026-11-27${midnight}${offset}`), "2026-11-27", midnight + offset);
    }
  }
  assert.equal(sessionOfTimestamp("2026-11-27"), "2026-11-27");
});

Deno.test("sessionOfTimestamp() takes another instant for its date in New York", () => {
  assert.equal(sessionOfTimestamp("2026-11-27T16:00:00-05:00"), "2026-11-27");
  assert.equal(sessionOfTimestamp("2026-11-27T05:00:00Z"), "2026-11-27");
  assert.equal(sessionOfTimestamp("2026-07-06 04:00:00+00:00"), "2026-07-06");
  assert.equal(sessionOfTimestamp("2026-07-06T20:00:00Z"), "2026-07-06");
  assert.equal(sessionOfTimestamp("2026-11-27T14:30:00Z"), "2026-11-27");
  // An early close.
  assert.equal(sessionOfTimestamp("2026-11-27T18:00:00Z"), "2026-11-27");
  // The close in Tokyo, in its own time.
  assert.equal(sessionOfTimestamp("2026-11-27T15:00:00+09:00"), "2026-11-27");
});

Deno.test("sessionOfTimestamp() refuses possible midnights of other exchanges, and impossible sessions", () => {
  const refused = (text: string, message: RegExp) => assert.throws(() => sessionOfTimestamp(text), { message });
  // Tokyo, Hong Kong and Mumbai, all of 2026-11-27.
  refused(
    "2026-11-26T15:00:00Z",
    /is 10:00 of 2026-11-26 in New York, during trading: it may be the midnight of another exchange/,
  );
  refused("2026-11-26 16:00:00+00:00", /is 11:00 of 2026-11-26/);
  refused("2026-11-26T18:30:00Z", /is 13:30 of 2026-11-26/);
  // Berlin and London.
  refused("2026-11-26T23:00:00Z", /is 18:00 of 2026-11-26 in New York, after its close/);
  refused("2026-07-01T23:00:00Z", /is 19:00 of 2026-07-01 in New York, after its close/);
  // Helsinki in winter and in summer, Moscow in summer, and Nicosia.
  refused("2026-11-26T22:00:00Z", /is 17:00 of 2026-11-26 in New York, after its close/);
  refused("2026-07-01T21:00:00+00:00", /is 17:00 of 2026-07-01 in New York, after its close/);
  assert.equal(sessionOfTimestamp("2026-11-27T17:00:00-05:00"), "2026-11-27");
  // The morning of Sydney and of Auckland, whose date is not New York's.
  refused(
    "2026-11-27T08:00:00+11:00",
    /is 16:00 of 2026-11-26 in New York, which is another date than the written one/,
  );
  refused("2026-11-27T10:00:00+13:00", /is 16:00 of 2026-11-26 in New York, which is another date/);
  refused("2026-11-27T23:30:00-08:00", /is 02:30 of 2026-11-28 in New York, which is another date/);
  // Other than four digits of a year.
  for (const year of ["-002026", "-000001", "+012026", "+002026"]) refused(`${year}-11-24T16:00:00-05:00`, /is not a/);
  refused("2026-02-30T00:00:00+09:00", /is not a day of the calendar/);
  refused("20261127", /is not a timestamp/);
  refused("27.11.2026", /is not a timestamp/);
});
