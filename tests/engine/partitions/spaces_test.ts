import assert from "node:assert/strict";
import fc from "fast-check";
import {
  asOfSessions,
  type Cadence,
  daysUntilNow,
  sessionsUntilNow,
  staticPartitions,
} from "../../../engine/partitions/mod.ts";
import { wantedPartitions } from "../../../engine/partitions/definition.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { nyse } from "../../../resources/exchange_calendar/mod.ts";
import { listed, someDates, someNames } from "../../support/partition_arbitraries.ts";

const newYork = "America/New_York";

Deno.test("daysUntilNow() gives a day when it is over where it is counted, also where clocks change", () => {
  const days = (instant: string, timeZone: string) =>
    daysUntilNow({ from: "2024-03-08", clock: fixedClock(instant), timeZone });
  // 2024-03-10 has 23 hours in New York: midnight is at 05:00 before and at 04:00 after it.
  assert.deepEqual(days("2024-03-10T04:59:59Z", newYork), ["2024-03-08"]);
  assert.deepEqual(days("2024-03-10T05:00:00Z", newYork), ["2024-03-08", "2024-03-09"]);
  assert.deepEqual(days("2024-03-11T03:59:59Z", newYork).at(-1), "2024-03-09");
  assert.deepEqual(days("2024-03-11T04:00:00Z", newYork).at(-1), "2024-03-10");
  // 2024-11-03 has 25 hours.
  assert.deepEqual(days("2024-11-04T04:59:59Z", newYork).at(-1), "2024-11-02");
  assert.deepEqual(days("2024-11-04T05:00:00Z", newYork).at(-1), "2024-11-03");
  assert.deepEqual(days("2024-03-10T15:00:00Z", "Asia/Tokyo").at(-1), "2024-03-10");
  assert.deepEqual(days("2024-03-01T00:00:00Z", "UTC"), []);
  assert.throws(() => days("2024-03-01T00:00:00Z", "Mars/Olympus"), RangeError);
});

Deno.test("daysUntilNow() skips no day and has none twice", () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 800 * 24 }), (hours) => {
    const clock = fixedClock(Temporal.Instant.from("2023-01-02T00:30:00Z").add({ hours }));
    const days = daysUntilNow({ from: "2023-01-01", clock, timeZone: newYork });
    const today = clock.now().toZonedDateTimeISO(newYork).toPlainDate();
    assert.equal(days.length, today.since("2023-01-01", { largestUnit: "days" }).days);
    for (const [i, day] of days.entries()) {
      assert.equal(day, Temporal.PlainDate.from("2023-01-01").add({ days: i }).toString());
    }
  }));
});

Deno.test("sessionsUntilNow() has a session from its close on, on early closes and through both changes of the clock", () => {
  const last = (instant: string, delayMinutes = 0) =>
    sessionsUntilNow({ calendar: nyse, from: "2024-01-02", clock: fixedClock(instant), delayMinutes }).at(-1);
  // Friday before the clocks go forward: 16:00 is 21:00 UTC; the Monday after it is 20:00.
  assert.equal(last("2024-03-08T20:59:59Z"), "2024-03-07");
  assert.equal(last("2024-03-08T21:00:00Z"), "2024-03-08");
  assert.equal(last("2024-03-11T19:59:59Z"), "2024-03-08");
  assert.equal(last("2024-03-11T20:00:00Z"), "2024-03-11");
  assert.equal(last("2024-03-11T20:00:00Z", 150), "2024-03-08");
  assert.equal(last("2024-03-11T22:30:00Z", 150), "2024-03-11");
  // And back.
  assert.equal(last("2024-11-01T20:00:00Z"), "2024-11-01");
  assert.equal(last("2024-11-04T20:59:59Z"), "2024-11-01");
  assert.equal(last("2024-11-04T21:00:00Z"), "2024-11-04");
  // The day after Thanksgiving ends at 13:00.
  assert.equal(last("2024-11-29T17:59:59Z"), "2024-11-27");
  assert.equal(last("2024-11-29T18:00:00Z"), "2024-11-29");
  assert.deepEqual(
    sessionsUntilNow({ calendar: nyse, from: "2024-07-08", clock: fixedClock("2024-07-05T23:00:00Z") }),
    [],
  );
});

const sessions = nyse.sessionsBetween("2023-11-01", "2025-03-31");

Deno.test("asOfSessions() has the last session of each period that is over, holidays or not", () => {
  // 2024-03-29 is Good Friday, so that the week and the month end on Thursday the 28th.
  const known = nyse.sessionsBetween("2024-03-01", "2024-04-02");
  assert.deepEqual(asOfSessions(known, { calendar: nyse, every: "week", after: 1 }), [
    "2024-03-01",
    "2024-03-08",
    "2024-03-15",
    "2024-03-22",
    "2024-03-28",
  ]);
  assert.deepEqual(asOfSessions(known, { calendar: nyse, every: "month", after: 1 }), ["2024-03-28"]);
  assert.deepEqual(asOfSessions(known.slice(0, 3), { calendar: nyse, every: "session", after: 4 }), []);
  // A week that reaches into another year is one week.
  const turn = nyse.sessionsBetween("2024-12-30", "2025-01-03");
  assert.deepEqual(asOfSessions(turn, { calendar: nyse, every: "week", after: 1 }), ["2025-01-03"]);
});

Deno.test("asOfSessions() adds dates only at the end, each with enough before it and none after the known data", () => {
  const cadence = fc.constantFrom<Cadence>("session", "week", "month");
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: sessions.length }),
      fc.integer({ min: 0, max: 30 }),
      fc.integer({ min: 1, max: 60 }),
      cadence,
      (count, more, after, every) => {
        const known = sessions.slice(0, count);
        const dates = asOfSessions(known, { calendar: nyse, every, after });
        const later = asOfSessions(sessions.slice(0, count + more), { calendar: nyse, every, after });
        assert.deepEqual(later.slice(0, dates.length), dates);
        for (const date of dates) assert.ok(known.indexOf(date) + 1 >= after, `${date} has ${after} up to it`);
        if (every !== "week") return;
        const weeks = dates.map((date) => Temporal.PlainDate.from(date));
        for (const [i, date] of weeks.entries()) {
          // No session lies between it and the Sunday after it, and no week in between was left out.
          const sunday = date.add({ days: 7 - date.dayOfWeek });
          assert.deepEqual(nyse.sessionsBetween(date.add({ days: 1 }).toString(), sunday.toString()), []);
          if (i > 0) assert.ok(date.since(weeks[i - 1]!, { largestUnit: "days" }).days <= 10);
        }
      },
    ),
    { numRuns: 300 },
  );
});

Deno.test("staticPartitions() has each name once, sorted", () => {
  assert.deepEqual(staticPartitions("b", "a", "b")(), { names: ["a", "b"] });
});

Deno.test("wantedPartitions() has each name on the dates of its span", () => {
  const day = fc.integer({ min: 1, max: 14 }).map((d) => `2024-01-${String(d).padStart(2, "0")}`);
  const span = fc.record({ first: day, last: day }, { requiredKeys: [] });
  fc.assert(
    fc.property(
      someNames,
      someDates,
      fc.dictionary(fc.constantFrom("A", "B", "C"), span),
      (names, dates, spans) => {
        const partitions = wantedPartitions({ names, dates, spans: new Map(Object.entries(spans)) });
        const expected = names.flatMap((name) => {
          const { first = "", last = "9" } = spans[name] ?? {};
          return dates.filter((date) => first <= date && date <= last).map((date): [string, string] => [name, date]);
        });
        assert.deepEqual(listed(partitions.partitions()), listed(expected));
      },
    ),
  );
});
