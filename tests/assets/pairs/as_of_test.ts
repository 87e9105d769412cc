import assert from "node:assert/strict";
import { AsOfConfig, asOfDates, closesAsOf } from "../../../assets/pairs/as_of.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import { columnsOf } from "../../support/market_of.ts";

const sessions = weekdays(130);

function closes(bars: readonly RawBar[], dates: readonly string[], config: Record<string, unknown> = {}) {
  const columns = { ...columnsOf(bars), occurrence: Float64Array.from(bars, (bar) => bar.occurrence) };
  return [...closesAsOf(columns, dates, AsOfConfig.parse(config))];
}

Deno.test("asOfDates() has the last session of each week or month that is over, after a hundred sessions", () => {
  // The hundredth weekday is a Friday; 2024-06-28 is the last of the month.
  assert.equal(sessions[99], "2024-05-17");
  assert.deepEqual(asOfDates(sessions, "week"), [
    ..."2024-05-17 2024-05-24 2024-05-31 2024-06-07 2024-06-14 2024-06-21 2024-06-28".split(" "),
  ]);
  assert.deepEqual(asOfDates(sessions, "month"), ["2024-05-31", "2024-06-28"]);
  assert.equal(asOfDates(sessions, "session")[1], "2024-05-20");
  assert.deepEqual(asOfDates(sessions.slice(0, 99), "week"), []);
  // A week whose Friday is not there yet has none.
  assert.deepEqual(asOfDates(sessions.slice(0, 103), "week"), ["2024-05-17"]);
});

Deno.test("asOfDates() passes over dates that the exchange does not know", () => {
  assert.deepEqual(asOfDates(["0019-01-02", ...sessions, "2999-01-01"], "week"), asOfDates(sessions, "week"));
  assert.deepEqual(asOfDates(["2999-01-01"], "session"), []);
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

Deno.test("closesAsOf() cleans by what was known: a ticker that stops trading later is still there", () => {
  const bars = [
    ...sessions.map((session) => rawBar("A", session, 10)),
    ...sessions.slice(0, 110).map((session) => rawBar("B", session, 20)),
  ];
  const tickers = closes(bars, [sessions[109]!, sessions[129]!]).map(({ matrix }) => matrix.tickers);
  assert.deepEqual(tickers, [["A", "B"], ["A"]]);
});

Deno.test("closesAsOf() says how many sessions it needs", () => {
  const bars = sessions.slice(0, 99).map((session) => rawBar("A", session, 10));
  assert.throws(() => closes(bars, [sessions[98]!]), /has 99 sessions with usable bars up to 2024-05-16; .* least 100/);
  assert.throws(() => closes([], ["2024-05-17"]), /has 0 sessions/);
});
