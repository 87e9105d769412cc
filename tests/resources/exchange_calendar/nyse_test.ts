import assert from "node:assert/strict";
import fc from "fast-check";
import { nyse } from "../../../resources/exchange_calendar/mod.ts";

/**
 * Weekdays without trading, as published.
 *
 * Sources: 2022 to 2027 NYSE Group's announcements ("NYSE Group Announces 2022, 2023 and 2024 Holiday and Early Closings
 * Calendar", 27 December 2021; "… 2025, 2026 and 2027 …", 8 November 2024); 2000 to 2021 the exchange's yearly schedules
 * and its "Special Closings" list, as kept by pandas_market_calendars, holidays/nyse.py. One-off closures are marked `*`.
 */
const CLOSED_WEEKDAYS: Record<number, string> = {
  2000: "01-17 02-21 04-21 05-29 07-04 09-04 11-23 12-25",
  2001: "01-01 01-15 02-19 04-13 05-28 07-04 09-03 *09-11 *09-12 *09-13 *09-14 11-22 12-25",
  2002: "01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25",
  2003: "01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25",
  2004: "01-01 01-19 02-16 04-09 05-31 *06-11 07-05 09-06 11-25 12-24",
  2005: "01-17 02-21 03-25 05-30 07-04 09-05 11-24 12-26",
  2006: "01-02 01-16 02-20 04-14 05-29 07-04 09-04 11-23 12-25",
  2007: "01-01 *01-02 01-15 02-19 04-06 05-28 07-04 09-03 11-22 12-25",
  2008: "01-01 01-21 02-18 03-21 05-26 07-04 09-01 11-27 12-25",
  2009: "01-01 01-19 02-16 04-10 05-25 07-03 09-07 11-26 12-25",
  2010: "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24",
  2011: "01-17 02-21 04-22 05-30 07-04 09-05 11-24 12-26",
  2012: "01-02 01-16 02-20 04-06 05-28 07-04 09-03 *10-29 *10-30 11-22 12-25",
  2013: "01-01 01-21 02-18 03-29 05-27 07-04 09-02 11-28 12-25",
  2014: "01-01 01-20 02-17 04-18 05-26 07-04 09-01 11-27 12-25",
  2015: "01-01 01-19 02-16 04-03 05-25 07-03 09-07 11-26 12-25",
  2016: "01-01 01-18 02-15 03-25 05-30 07-04 09-05 11-24 12-26",
  2017: "01-02 01-16 02-20 04-14 05-29 07-04 09-04 11-23 12-25",
  2018: "01-01 01-15 02-19 03-30 05-28 07-04 09-03 11-22 *12-05 12-25",
  2019: "01-01 01-21 02-18 04-19 05-27 07-04 09-02 11-28 12-25",
  2020: "01-01 01-20 02-17 04-10 05-25 07-03 09-07 11-26 12-25",
  2021: "01-01 01-18 02-15 04-02 05-31 07-05 09-06 11-25 12-24",
  2022: "01-17 02-21 04-15 05-30 06-20 07-04 09-05 11-24 12-26",
  2023: "01-02 01-16 02-20 04-07 05-29 06-19 07-04 09-04 11-23 12-25",
  2024: "01-01 01-15 02-19 03-29 05-27 06-19 07-04 09-02 11-28 12-25",
  2025: "01-01 *01-09 01-20 02-17 04-18 05-26 06-19 07-04 09-01 11-27 12-25",
  2026: "01-01 01-19 02-16 04-03 05-25 06-19 07-03 09-07 11-26 12-25",
  2027: "01-01 01-18 02-15 03-26 05-31 06-18 07-05 09-06 11-25 12-24",
};

/** Sessions that ended at 13:00 by announcement; same sources. */
const ONE_O_CLOCK: Record<number, string> = {
  2000: "07-03 11-24",
  2001: "07-03 11-23 12-24",
  2002: "07-05 11-29 12-24",
  2003: "07-03 11-28 12-24 12-26",
  2004: "11-26",
  2005: "11-25",
  2006: "07-03 11-24",
  2007: "07-03 11-23 12-24",
  2008: "07-03 11-28 12-24",
  2009: "11-27 12-24",
  2010: "11-26",
  2011: "11-25",
  2012: "07-03 11-23 12-24",
  2013: "07-03 11-29 12-24",
  2014: "07-03 11-28 12-24",
  2015: "11-27 12-24",
  2016: "11-25",
  2017: "07-03 11-24",
  2018: "07-03 11-23 12-24",
  2019: "07-03 11-29 12-24",
  2020: "11-27 12-24",
  2021: "11-26",
  2022: "11-25",
  2023: "07-03 11-24",
  2024: "07-03 11-29 12-24",
  2025: "07-03 11-28 12-24",
  2026: "11-27 12-24",
  2027: "11-26",
};

/**
 * Sessions of each year from 2000 to 2026, counted by exchange_calendars 4.13.2 and by pandas_market_calendars 5.5.0, which
 * agree. Daily prices of the S&P 500 and of Nasdaq's ETFs have bars on as many days in the years that they cover whole: 2017 to
 * 2020, 2022 and 2023.
 */
const SESSIONS_FROM_2000_ON =
  "252 248 252 252 252 252 251 251 253 252 252 252 250 252 252 252 252 251 251 252 253 252 251 250 252 250 251";

const FIRST = Temporal.PlainDate.from(nyse.firstDate);
const LAST = Temporal.PlainDate.from(nyse.lastDate);
const anyDate = fc.integer({ min: 0, max: FIRST.until(LAST).days }).map((days) => FIRST.add({ days }).toString());

function weekdaysOf(year: number): string[] {
  const found: string[] = [];
  for (let day = Temporal.PlainDate.from(`${year}-01-01`); day.year === year; day = day.add({ days: 1 })) {
    if (day.dayOfWeek <= 5) found.push(day.toString());
  }
  return found;
}

Deno.test("nyse.isSession() is false on exactly the published closed weekdays of 2000 to 2027", () => {
  for (const [year, closed] of Object.entries(CLOSED_WEEKDAYS)) {
    const expected = closed.split(" ").map((day) => `${year}-${day.replace("*", "")}`);
    assert.deepEqual(weekdaysOf(Number(year)).filter((date) => !nyse.isSession(date)), expected);
  }
});

Deno.test("nyse.isSession() is false on every closure that no rule foresees", () => {
  const closures =
    "2001-09-11 2001-09-12 2001-09-13 2001-09-14 2004-06-11 2007-01-02 2012-10-29 2012-10-30 2018-12-05 2025-01-09";
  for (const date of closures.split(" ")) assert.equal(nyse.isSession(date), false, date);
  // What lies around them is open: a closure is no longer than it was.
  for (
    const date of ["2001-09-10", "2001-09-17", "2004-06-10", "2004-06-14", "2007-01-03", "2012-10-26", "2012-10-31"]
  ) {
    assert.equal(nyse.isSession(date), true, date);
  }
  for (const date of ["2018-12-04", "2018-12-06", "2025-01-08", "2025-01-10"]) assert.equal(nyse.isSession(date), true);
});

Deno.test("nyse.sessionsBetween() counts as many sessions a year as there were", () => {
  for (const [i, count] of SESSIONS_FROM_2000_ON.split(" ").entries()) {
    const year = 2000 + i;
    assert.equal(nyse.sessionsBetween(`${year}-01-01`, `${year}-12-31`).length, Number(count), String(year));
  }
});

Deno.test("nyse.isSession() is false on Saturdays and Sundays and on the day of President Nixon's funeral", () => {
  assert.equal(nyse.isSession("2026-11-21"), false);
  assert.equal(nyse.isSession("2026-11-22"), false);
  assert.equal(nyse.isSession("1994-04-27"), false);
});

Deno.test("nyse.isSession() knows when a holiday was introduced", () => {
  assert.equal(nyse.isSession("1997-01-20"), true, "Martin Luther King Jr. Day 1997");
  assert.equal(nyse.isSession("1998-01-19"), false, "Martin Luther King Jr. Day 1998");
  assert.equal(nyse.isSession("2021-06-18"), true, "Friday before Juneteenth 2021, a Saturday");
});

Deno.test("nyse.isSession() keeps 31 December open when New Year's Day is a Saturday", () => {
  for (const date of ["1993-12-31", "1999-12-31", "2004-12-31", "2010-12-31", "2021-12-31", "2027-12-31"]) {
    assert.equal(nyse.isSession(date), true, date);
  }
});

Deno.test("nyse.closeOf() is 13:00 in New York on exactly the announced short sessions of 2000 to 2027", () => {
  for (const year of Object.keys(CLOSED_WEEKDAYS).map(Number)) {
    const expected = ONE_O_CLOCK[year]!.split(" ").map((day) => `${year}-${day}`);
    const early = nyse.sessionsBetween(`${year}-01-01`, `${year}-12-31`)
      .filter((date) => nyse.closesEarly(date) && date !== "2005-06-01"); // not announced: see the next test
    assert.deepEqual(early, expected);
    for (const session of early) assert.equal(newYorkTime(nyse.closeOf(session)), "13:00:00");
  }
});

Deno.test("nyse.closeOf() knows the unannounced early closes and those before 13:00 was the rule", () => {
  assert.equal(newYorkTime(nyse.closeOf("1990-12-24")), "14:00:00");
  assert.equal(newYorkTime(nyse.closeOf("1994-02-11")), "14:30:00");
  assert.equal(newYorkTime(nyse.closeOf("1997-10-27")), "15:30:00");
  assert.equal(newYorkTime(nyse.closeOf("2005-06-01")), "15:56:00");
  assert.equal(newYorkTime(nyse.closeOf("2005-11-25")), "13:00:00");
});

Deno.test("nyse.openOf() is 09:30 in New York but for the delayed openings of 2000 to 2026", () => {
  const late = nyse.sessionsBetween("2000-01-01", "2026-12-31")
    .map((session) => [session, newYorkTime(nyse.openOf(session))])
    .filter(([, time]) => time !== "09:30:00");
  // Source: the exchange's "Special Closings" list, which gives delayed openings too.
  assert.deepEqual(late, [
    ["2001-09-17", "09:33:00"],
    ["2001-10-08", "09:31:00"],
    ["2002-09-11", "12:00:00"],
    ["2003-03-20", "09:32:00"],
    ["2004-06-07", "09:32:00"],
    ["2006-12-27", "09:32:00"],
  ]);
});

Deno.test("nyse.openOf() lies before closeOf() and inside the session's own day", () => {
  fc.assert(fc.property(anyDate, (date) => {
    fc.pre(nyse.isSession(date));
    const [open, close] = [nyse.openOf(date), nyse.closeOf(date)];
    assert.equal(Temporal.Instant.compare(open, close), -1);
    for (const instant of [open, close]) {
      assert.equal(instant.toZonedDateTimeISO(nyse.timeZone).toPlainDate().toString(), date);
    }
  }));
});

Deno.test("nyse.openOf() and closeOf() follow daylight saving time on both sides of every change from 2000 to 2026", () => {
  for (let year = 2000; year <= 2026; year++) {
    // Until 2006 the first Sunday of April and the last of October (15 U.S.C. 260a as of 1986); since 2007 the second Sunday of
    // March and the first of November (Energy Policy Act of 2005).
    const forth = year < 2007 ? sundayFrom(`${year}-04-01`) : sundayFrom(`${year}-03-08`);
    const back = year < 2007 ? sundayFrom(`${year}-10-25`) : sundayFrom(`${year}-11-01`);
    for (const [sunday, before, after] of [[forth, "winter", "summer"], [back, "summer", "winter"]] as const) {
      for (const [session, season] of [[nyse.previousSession(sunday), before], [nyse.nextSession(sunday), after]]) {
        const [open, close] = season === "winter" ? ["14:30", "21:00"] : ["13:30", "20:00"];
        assert.equal(nyse.openOf(session!).toString(), `${session}T${open}:00Z`);
        assert.equal(nyse.closeOf(session!).toString(), `${session}T${close}:00Z`);
      }
    }
  }
  // The same rules as dates, so that the test does not lean on its own arithmetic alone.
  assert.equal(nyse.closeOf("2006-03-31").toString(), "2006-03-31T21:00:00Z"); // clocks changed on 2 April
  assert.equal(nyse.closeOf("2006-04-03").toString(), "2006-04-03T20:00:00Z");
  assert.equal(nyse.closeOf("2026-03-06").toString(), "2026-03-06T21:00:00Z"); // and on 8 March
  assert.equal(nyse.closeOf("2026-03-09").toString(), "2026-03-09T20:00:00Z");
  assert.equal(nyse.closeOf("2026-10-30").toString(), "2026-10-30T20:00:00Z"); // and back on 1 November
  assert.equal(nyse.closeOf("2026-11-02").toString(), "2026-11-02T21:00:00Z");
});

Deno.test("nyse.closeOf() of an early close follows daylight saving time", () => {
  assert.equal(nyse.closeOf("2002-07-05").toString(), "2002-07-05T17:00:00Z");
  assert.equal(nyse.closeOf("2003-12-26").toString(), "2003-12-26T18:00:00Z");
});

Deno.test("nyse.isLastSessionOf() of a week is Friday, or the session before a closed Friday", () => {
  const ends = (from: string, to: string) =>
    nyse.sessionsBetween(from, to).filter((session) => nyse.isLastSessionOf(session, "week"));
  assert.deepEqual(ends("2026-11-16", "2026-12-04"), ["2026-11-20", "2026-11-27", "2026-12-04"]);
  assert.deepEqual(ends("2026-03-30", "2026-04-10"), ["2026-04-02", "2026-04-10"]); // Good Friday on 3 April
  assert.deepEqual(ends("2001-09-04", "2001-09-21"), ["2001-09-07", "2001-09-10", "2001-09-21"]); // closed from 11 to 14
  // ISO week 53 of 2026 goes from Monday 28 December to Sunday 3 January: it ends on Thursday, as 1 January is closed …
  assert.deepEqual(ends("2026-12-28", "2027-01-08"), ["2026-12-31", "2027-01-08"]);
  // … and in the week of 30 December 2024 the end lies in the next year.
  assert.deepEqual(ends("2024-12-30", "2025-01-05"), ["2025-01-03"]);
});

Deno.test("nyse.isLastSessionOf() of a month is its last weekday that is open", () => {
  const ends = nyse.sessionsBetween("2024-01-01", "2024-12-31").filter((day) => nyse.isLastSessionOf(day, "month"));
  assert.deepEqual(
    ends.map((date) => date.slice(5)).join(" "),
    "01-31 02-29 03-28 04-30 05-31 06-28 07-31 08-30 09-30 10-31 11-29 12-31",
  );
});

Deno.test("nyse.isLastSessionOf() says of each session whether the next lies in another week or month", () => {
  const week = (date: string) => {
    const day = Temporal.PlainDate.from(date);
    return `${day.yearOfWeek}-W${day.weekOfYear}`;
  };
  fc.assert(fc.property(anyDate, (date) => {
    fc.pre(nyse.isSession(date) && date < "2100-12-31");
    const next = nyse.nextSession(date);
    assert.equal(nyse.isLastSessionOf(date, "week"), week(next) !== week(date));
    assert.equal(nyse.isLastSessionOf(date, "month"), next.slice(0, 7) !== date.slice(0, 7));
  }));
});

Deno.test("nyse.isLastSessionOf() knows the end of its last week and month", () => {
  for (const unit of ["week", "month"] as const) {
    assert.equal(nyse.isLastSessionOf("2100-12-31", unit), true);
    assert.equal(nyse.isLastSessionOf("2100-12-30", unit), false);
  }
});

Deno.test("nyse.openOf() and isLastSessionOf() throw for a day without trading", () => {
  assert.throws(() => nyse.openOf("2026-11-26"), { name: "RangeError", message: /2026-11-26 is not a session/ });
  assert.throws(() => nyse.isLastSessionOf("2026-11-29", "week"), { name: "RangeError", message: /2026-11-29 is not/ });
});

Deno.test("nyse.closeOf() throws for a day without trading", () => {
  assert.throws(() => nyse.closeOf("2026-12-25"), { name: "RangeError", message: /2026-12-25 is not a session/ });
});

Deno.test("nyse.lastClosedSession() turns over at the close, not before", () => {
  assert.equal(nyse.lastClosedSession(Temporal.Instant.from("2026-11-23T20:59:59Z")), "2026-11-20");
  assert.equal(nyse.lastClosedSession(Temporal.Instant.from("2026-11-23T21:00:00Z")), "2026-11-23");
  // 02:00 UTC on Tuesday is still Monday evening in New York.
  assert.equal(nyse.lastClosedSession(Temporal.Instant.from("2026-11-24T02:00:00Z")), "2026-11-23");
  assert.equal(nyse.lastClosedSession(Temporal.Instant.from("2026-11-27T18:00:00Z")), "2026-11-27");
  assert.equal(nyse.lastClosedSession(Temporal.Instant.from("2026-11-29T12:00:00Z")), "2026-11-27");
});

Deno.test("nyse.sessionsBetween() includes both ends, crosses years and is empty backwards", () => {
  assert.deepEqual(nyse.sessionsBetween("2025-12-31", "2026-01-05"), ["2025-12-31", "2026-01-02", "2026-01-05"]);
  assert.deepEqual(nyse.sessionsBetween("2026-01-02", "2026-01-02"), ["2026-01-02"]);
  assert.deepEqual(nyse.sessionsBetween("2026-01-03", "2026-01-04"), []);
  assert.deepEqual(nyse.sessionsBetween("2026-01-05", "2025-01-05"), []);
});

Deno.test("nyse.previousSession() and nextSession() are the neighbours of any date", () => {
  fc.assert(fc.property(anyDate, (date) => {
    fc.pre(date > "1990-01-02" && date < "2100-12-31");
    const before = nyse.previousSession(date);
    const after = nyse.nextSession(date);
    assert.ok(before < date && date < after);
    const expected = nyse.isSession(date) ? [before, date, after] : [before, after];
    assert.deepEqual(nyse.sessionsBetween(before, after), expected);
  }));
});

Deno.test("nyse.sessionsBetween() equals asking isSession() day by day", () => {
  fc.assert(
    fc.property(anyDate, fc.integer({ min: 0, max: 800 }), (from, days) => {
      const dates = Array.from(
        { length: days + 1 },
        (_, i) => Temporal.PlainDate.from(from).add({ days: i }).toString(),
      );
      const known = dates.filter((date) => date <= nyse.lastDate);
      assert.deepEqual(nyse.sessionsBetween(from, known.at(-1)!), known.filter((date) => nyse.isSession(date)));
    }),
    { numRuns: 20 },
  );
});

Deno.test("nyse refuses invalid dates and dates outside its years, naming them", () => {
  for (const text of ["2026-02-30", "2026-1-05", "20260105", "", "2026-13-01", "2026-01-05T00:00"]) {
    assert.throws(() => nyse.isSession(text), { name: "RangeError", message: /is not a calendar date/ });
  }
  assert.throws(() => nyse.sessionsBetween("1989-12-29", "1990-01-05"), { name: "RangeError", message: /1989-12-29/ });
  assert.throws(() => nyse.nextSession("2101-01-03"), { name: "RangeError", message: /2100-12-31/ });
  assert.throws(() => nyse.previousSession("1990-01-02"), { name: "RangeError", message: /starts on 1990-01-01/ });
  assert.throws(() => nyse.nextSession("2100-12-31"), { name: "RangeError", message: /ends on 2100-12-31/ });
});

/** The first Sunday from `date` on. */
function sundayFrom(date: string): string {
  const day = Temporal.PlainDate.from(date);
  return day.add({ days: 7 - day.dayOfWeek }).toString();
}

function newYorkTime(instant: Temporal.Instant): string {
  return instant.toZonedDateTimeISO("America/New_York").toPlainTime().toString();
}
