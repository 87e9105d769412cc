import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { checkedRows } from "../../../engine/checks/checked_rows.ts";
import { DefinitionError, noGaps, sessionComplete } from "../../../engine/mod.ts";
import { prepareRows, rowSchema } from "../../../engine/declare/row_schema.ts";
import { nyse } from "../../../resources/exchange_calendar/mod.ts";
import { Bar, bar, bySession, judged } from "../../support/judged_rows.ts";

const of = (ticker: string, ...sessions: string[]) => sessions.map((session) => bar(ticker, session));

Deno.test("noGaps() finds the sessions between the first and the last of a series that others have", async () => {
  const bars = [
    ...of("A", "2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"),
    ...of("B", "2024-01-03", "2024-01-08"),
    // Begins late and ends early: no gap.
    ...of("C", "2024-01-03", "2024-01-04"),
  ];
  const outcome = await judged(noGaps(bySession), bars);
  assert.equal(outcome.message, "1 gap of 2 sessions in all, in 1 of 3 series");
  assert.deepEqual(outcome.failingRows, [{
    ticker: "B",
    last_session_before: "2024-01-03",
    first_session_after: "2024-01-08",
    missing: 2,
  }]);
});

Deno.test("noGaps() with a calendar knows sessions that no series has, and no holidays", async () => {
  // The exchange was closed for the hurricane on 2012-10-29 and 30, and open on the 31st.
  const whole = of("A", "2012-10-26", "2012-10-31", "2012-11-01");
  const check = noGaps({ ...bySession, calendar: nyse });
  assert.ok((await judged(check, whole)).passed);
  const outcome = await judged(check, of("A", "2012-10-26", "2012-11-01"));
  assert.deepEqual(outcome.failingRows!.map((row) => (row as { missing: number }).missing), [1]);
  assert.ok((await judged(noGaps(bySession), of("A", "2012-10-26", "2012-11-01"))).passed);
});

Deno.test("noGaps() with a calendar counts rows on other days, which fill no gap", async () => {
  // 2024-01-06 is a Saturday.
  const outcome = await judged(
    noGaps({ ...bySession, calendar: nyse }),
    of("A", "2024-01-05", "2024-01-06", "2024-01-09"),
  );
  assert.equal(
    outcome.message,
    "1 gap of 1 sessions in all, in 1 of 1 series; 1 rows are on days that are no session",
  );
});

Deno.test("noGaps() says the same of rows in any order", async () => {
  const sessions = nyse.sessionsBetween("2024-01-02", "2024-01-31");
  const table = fc.array(fc.subarray(sessions, { minLength: 1 }), { minLength: 1, maxLength: 5 });
  await fc.assert(fc.asyncProperty(table, async (series) => {
    const bars = series.flatMap((dates, i) => of(`T${i}`, ...dates));
    const known = [...new Set(bars.map(({ session }) => session))].sort();
    const missing = series.reduce((sum, dates) => {
      const inside = known.filter((session) => session >= dates[0]! && session <= dates.at(-1)!);
      return sum + inside.length - dates.length;
    }, 0);
    const byTicker = await judged(noGaps(bySession), bars);
    const byDate = await judged(noGaps(bySession), bars, { primaryKey: ["session", "ticker"] });
    assert.equal(byDate.message, byTicker.message);
    assert.equal(Number(/of (\d+) sessions/.exec(byTicker.message)?.[1] ?? 0), missing);
  }));
});

Deno.test("noGaps() and sessionComplete() pass a table without rows", async () => {
  for (const check of [noGaps(bySession), noGaps({ ...bySession, calendar: nyse }), sessionComplete(bySession)]) {
    assert.ok((await judged(check, [])).passed);
  }
});

/** Ten series on three sessions, of which so many have a fourth. */
function tenSeries(newest: number): Bar[] {
  return Array.from({ length: 10 }, (_, i) => [
    ...of(`T${i}`, "2024-01-02", "2024-01-03", "2024-01-04"),
    ...(i < newest ? of(`T${i}`, "2024-01-05") : []),
  ]).flat();
}

Deno.test("sessionComplete() requires its share of the usual series in the newest session", async () => {
  const check = sessionComplete({ ...bySession, share: 0.9 });
  assert.ok((await judged(check, tenSeries(9))).passed);
  const outcome = await judged(check, tenSeries(8));
  assert.deepEqual([outcome.passed, outcome.message], [
    false,
    "8 series in 2024-01-05, 10 in the sessions before",
  ]);
  assert.deepEqual(outcome.failingRows, ["T8", "T9"].map((ticker) => ({ ticker, last_session: "2024-01-04" })));
});

Deno.test("sessionComplete() compares with the sessions just before, and passes a first one", async () => {
  const check = sessionComplete({ ...bySession, over: 2 });
  // Many series ended long ago.
  const bars = [
    ...Array.from({ length: 50 }, (_, i) => bar(`OLD${i}`, "2023-12-01")),
    ...tenSeries(10),
  ];
  assert.ok((await judged(check, bars)).passed);
  assert.match((await judged(check, of("A", "2024-01-02"))).message, /^1 sessions: nothing to compare with$/);
});

Deno.test("sessionComplete() counts a series once that has two rows of a session", async () => {
  const bars = [
    ...of("A", "2024-01-02", "2024-01-03"),
    ...of("B", "2024-01-02"),
    bar("A", "2024-01-03", { volume: 5 }),
  ].map((one) => ({ ...one, repeated: one.volume! }));
  const Repeated = Bar.extend({ repeated: z.number() });
  const schema = rowSchema("bars", Repeated, ["ticker", "session", "repeated"]);
  const rows = checkedRows(schema, prepareRows("bars", schema, bars), {
    metadata: {},
    history: () => Promise.resolve([]),
  });
  const outcome = await sessionComplete(bySession).check(rows as never);
  assert.equal(outcome.message, "1 series in 2024-01-03, 2 in the sessions before");
});

Deno.test("sessionComplete() refuses settings that say nothing", () => {
  for (const more of [{ share: 0 }, { share: 1.1 }, { share: NaN }, { over: 0 }, { over: 1.5 }]) {
    assert.throws(() => sessionComplete({ ...bySession, ...more }), DefinitionError, JSON.stringify(more));
  }
});
