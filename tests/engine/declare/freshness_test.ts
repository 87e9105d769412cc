import assert from "node:assert/strict";
import { z } from "zod";
import { assetsWith, DefinitionError, type FreshnessPolicy, maxAge, sessionDeadline } from "../../../engine/mod.ts";
import { nyse } from "../../../resources/exchange_calendar/mod.ts";

const timeZone = "America/New_York";
const bars = sessionDeadline({ calendar: nyse, by: "18:30", timeZone, column: "session" });

function judge(policy: FreshnessPolicy, newest: string | null, now: string) {
  return policy.judge({ key: "bars", newest, materializedAt: null }, Temporal.Instant.from(now), null);
}

// Of each newest session: which one is due next, and when in UTC, reckoned by hand from the exchange's calendar.
for (
  const [title, newest, due] of [
    ["an ordinary evening", "2024-03-06", "2024-03-07T23:30:00Z"],
    ["a weekend", "2024-01-05", "2024-01-08T23:30:00Z"],
    ["a holiday on a Monday (Martin Luther King Jr. Day)", "2024-01-12", "2024-01-16T23:30:00Z"],
    ["Good Friday", "2024-03-28", "2024-04-01T22:30:00Z"],
    ["an early close, which keeps the deadline", "2024-11-27", "2024-11-29T23:30:00Z"],
    ["the session after an early close", "2024-07-03", "2024-07-05T22:30:00Z"],
    ["the beginning of summer time", "2024-03-08", "2024-03-11T22:30:00Z"],
    ["the end of summer time", "2024-11-01", "2024-11-04T23:30:00Z"],
    ["the hurricane of 2012-10-29 and 30", "2012-10-26", "2012-10-31T22:30:00Z"],
    ["the turn of a year", "2024-12-31", "2025-01-02T23:30:00Z"],
    ["a day of mourning on 2025-01-09", "2025-01-08", "2025-01-10T23:30:00Z"],
    ["a bar on a Saturday, which is no session", "2024-01-06", "2024-01-08T23:30:00Z"],
  ] as const
) {
  Deno.test(`sessionDeadline() over ${title}`, () => {
    const deadline = Temporal.Instant.from(due);
    const before = judge(bars, newest, deadline.subtract({ milliseconds: 1 }).toString());
    assert.deepEqual([before.state, before.deadline?.toString()], ["met", due]);
    const after = judge(bars, newest, due);
    assert.deepEqual([after.state, after.deadline?.toString()], ["late", due]);
    const session = due.slice(0, 10);
    assert.equal(
      after.message,
      `bars should have had session ${session} by 18:30 America/New_York of its day; the newest is ${newest}.`,
    );
    assert.equal(judge(bars, session, due).state, "met");
  });
}

Deno.test("sessionDeadline() is late from the first session that is missing, however many follow", () => {
  const verdict = judge(bars, "2024-03-06", "2024-04-10T12:00:00Z");
  assert.deepEqual([verdict.state, verdict.deadline?.toString()], ["late", "2024-03-07T23:30:00Z"]);
});

Deno.test("sessionDeadline() takes a time that the clock skips or shows twice as the clock's rules say", () => {
  // A calendar that trades every day, so that the changes of the clock are days of trading.
  const calendar = {
    nextSession: (date: string) => Temporal.PlainDate.from(date).add({ days: 1 }).toString(),
  };
  const skipped = sessionDeadline({ calendar, by: "02:30", timeZone, column: "session" });
  assert.equal(judge(skipped, "2024-03-09", "2024-03-09T12:00:00Z").deadline?.toString(), "2024-03-10T07:30:00Z");
  const twice = sessionDeadline({ calendar, by: "01:30", timeZone, column: "session" });
  assert.equal(judge(twice, "2024-11-02", "2024-11-02T12:00:00Z").deadline?.toString(), "2024-11-03T05:30:00Z");
});

Deno.test("sessionDeadline() cannot tell without rows, or beyond the calendar", () => {
  assert.equal(judge(bars, null, "2024-03-06T12:00:00Z").state, "unknown");
  const beyond = judge(bars, "1950-01-03", "2024-03-06T12:00:00Z");
  assert.deepEqual([beyond.state, beyond.deadline], ["unknown", null]);
  assert.match(beyond.message, /outside the NYSE calendar/);
});

Deno.test("maxAge() is late once the materialization is so old", () => {
  const policy = maxAge({ hours: 1.5 });
  const materializedAt = Temporal.Instant.from("2024-03-10T06:00:00Z");
  const at = (now: string) =>
    policy.judge({ key: "news", newest: null, materializedAt }, Temporal.Instant.from(now), null);
  assert.deepEqual(at("2024-03-10T07:29:59Z").state, "met");
  assert.deepEqual(at("2024-03-10T07:30:00Z").state, "late");
  assert.equal(at("2024-03-10T07:30:00Z").deadline?.toString(), "2024-03-10T07:30:00Z");
  assert.equal(judge(policy, null, "2024-03-10T07:30:00Z").state, "unknown");
});

Deno.test("sessionDeadline(), maxAge() and asset() refuse invalid arguments", () => {
  const { asset } = assetsWith<Record<never, never>>();
  const declare = (column: string) =>
    asset({
      key: "bars",
      group: "t",
      layer: "raw",
      description: "",
      row: z.object({ ticker: z.string(), session: z.iso.date() }),
      primaryKey: ["ticker", "session"],
      freshness: sessionDeadline({ calendar: nyse, by: "18:30", timeZone, column }),
      materialize: () => ({ rows: [] }),
    });
  const refused = (make: () => unknown, part: string) =>
    assert.throws(make, (error) => error instanceof DefinitionError && error.message.includes(part));
  const with_ = (more: object) =>
    sessionDeadline({ calendar: nyse, by: "18:30", timeZone, column: "session", ...more });
  for (const by of ["25:00", "6:30", "18:60", "18:30:00", "evening"]) refused(() => with_({ by }), `"${by}"`);
  refused(() => with_({ timeZone: "New York" }), '"New York"');
  for (const hours of [0, -1, NaN, Infinity]) refused(() => maxAge({ hours }), String(hours));
  refused(() => declare("date"), '"date", which its rows do not have');
  refused(() => declare("ticker"), '"ticker", which is text and must be a date');
  assert.equal(declare("session").freshness?.column, "session");
});
