import assert from "node:assert/strict";
import { AsOfConfig, asOfDates, closesAsOf } from "../../../assets/pairs/as_of.ts";
import { ReceivedBars } from "../../../assets/market/traded_bars.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import {
  anyDate,
  everyDay,
  type SourceCalendar,
  weekdays as anyWeekday,
  xnys,
} from "../../../resources/exchange_calendar/mod.ts";
import { columnsOf } from "../../support/market_of.ts";

const sessions = weekdays(130);

function closes(
  bars: readonly RawBar[],
  dates: readonly string[],
  config: Record<string, unknown> = {},
  thin: string[] = [],
) {
  const columns = { ...columnsOf(bars), occurrence: Float64Array.from(bars, (bar) => bar.occurrence) };
  const complete = [...new Set(columns.session)].map((session) => ({ session, complete: !thin.includes(session) }));
  return [...closesAsOf({ bars: ReceivedBars.of(columns), sessions: complete }, dates, AsOfConfig.parse(config))];
}

const asOf = (known: readonly string[], every: "session" | "week" | "month") =>
  asOfDates(known, { every, calendar: anyWeekday });

Deno.test("asOfDates() has the last session of each week or month that is over, after a hundred sessions", () => {
  // The hundredth weekday is a Friday; 2024-06-28 is the last of the month.
  assert.equal(sessions[99], "2024-05-17");
  assert.deepEqual(asOf(sessions, "week"), [
    ..."2024-05-17 2024-05-24 2024-05-31 2024-06-07 2024-06-14 2024-06-21 2024-06-28".split(" "),
  ]);
  assert.deepEqual(asOf(sessions, "month"), ["2024-05-31", "2024-06-28"]);
  assert.equal(asOf(sessions, "session")[1], "2024-05-20");
  assert.deepEqual(asOf(sessions.slice(0, 99), "week"), []);
  // A week whose Friday is not there yet has none.
  assert.deepEqual(asOf(sessions.slice(0, 103), "week"), ["2024-05-17"]);
});

Deno.test("asOfDates() ends a week where the calendar does, or where a later week has begun", () => {
  const until = (calendar: SourceCalendar) => asOfDates(sessions.slice(0, 110), { every: "week", calendar });
  // 2024-05-31 is a Friday, and the last of them.
  assert.equal(sessions[109], "2024-05-31");
  assert.deepEqual(until(xnys).at(-1), "2024-05-31");
  assert.deepEqual(until(everyDay).at(-1), "2024-05-24");
  assert.deepEqual(until(anyDate).at(-1), "2024-05-24");
  assert.deepEqual(
    asOfDates([...sessions.slice(0, 110), "2024-06-03"], { every: "week", calendar: anyDate }).at(-1),
    "2024-05-31",
  );
});

Deno.test("closesAsOf() has each formation in the shares of its own end", () => {
  const bars = sessions.map((session, t) => rawBar("A", session, 100, { split: t === 120 ? 4 : 1 }));
  const [before, after] = closes(bars, [sessions[119]!, sessions[125]!]);
  assert.ok(before!.matrix.closes[0]!.every((close) => close === 100));
  assert.deepEqual([after!.matrix.closes[0]![119], after!.matrix.closes[0]![120]], [25, 100]);
});

Deno.test("closesAsOf() counts the formation in sessions as received, and leaves out those without a usable bar", () => {
  const bars = sessions.map((session, t) => rawBar("A", session, t === 125 ? -1 : 10 + t));
  const [{ matrix }] = closes(bars, [sessions[127]!], { formationSessions: 110 }) as [ReturnType<typeof closes>[0]];
  assert.equal(matrix.sessions[0], sessions[18]);
  assert.equal(matrix.sessions.at(-1), sessions[127]);
  assert.deepEqual([matrix.sessions.length, matrix.sessions.includes(sessions[125]!)], [109, false]);
  const [all] = closes(bars, [sessions[127]!], { formationSessions: null });
  assert.equal(all!.matrix.sessions[0], sessions[0]);
});

Deno.test("closesAsOf() cleans from data known then: a ticker that stops trading later is still there", () => {
  const bars = [
    ...sessions.map((session) => rawBar("A", session, 10)),
    ...sessions.slice(0, 110).map((session) => rawBar("B", session, 20)),
  ];
  const tickers = closes(bars, [sessions[109]!, sessions[129]!]).map(({ matrix }) => matrix.tickers);
  assert.deepEqual(tickers, [["A", "B"], ["A"]]);
});

Deno.test("closesAsOf() leaves out sessions that are not complete by the rule tradable, and by no other", () => {
  const bars = sessions.flatMap((session, t) => [
    rawBar("A", session, 10 + t),
    ...t === 120 ? [] : [rawBar("B", session, 20)],
  ]);
  const of = (rule: string) => closes(bars, [sessions[129]!], { rule }, [sessions[120]!])[0]!.matrix;
  assert.deepEqual([of("tradable").sessions.includes(sessions[120]!), of("tradable").sessions.length], [false, 129]);
  assert.equal(of("service").sessions.length, 130);
});

Deno.test("closesAsOf() says how many sessions it needs, and why there are not as many", () => {
  const bars = sessions.slice(0, 99).map((session) => rawBar("A", session, 10));
  assert.throws(
    () => closes(bars, [sessions[98]!]),
    /needs 100 sessions, and 99 of the 99 .*Give market data of more sessions/,
  );
  assert.throws(() => closes([], ["2024-05-17"]), /0 of the 0/);
  const unusable = sessions.map((session, t) => rawBar("A", session, 10, { split: t < 128 ? 0 : 1 }));
  assert.throws(
    () => closes(unusable, [sessions[129]!]),
    /2 of the 130 received up to it can be used: 128 of 130 bars are rejected, most because a bar split ratio is not positive/,
  );
  assert.throws(
    () => closes(sessions.map((s) => rawBar("A", s, 10)), [sessions[129]!], {}, [...sessions]),
    /too few tickers/,
  );
});
