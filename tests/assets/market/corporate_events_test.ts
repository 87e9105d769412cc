import assert from "node:assert/strict";
import type { BarColumns } from "../../../assets/market/bar_judgement.ts";
import {
  type MoveInto,
  type ReportedDividend,
  type ReportedSplit,
  settledDividends,
  settledSplits,
  splitsInDoubt,
  withSettledEvents,
} from "../../../assets/market/corporate_events.ts";
import { type RawBar, rawBar } from "../../support/bars.ts";
import { columnsOf } from "../../support/market_of.ts";

const split = (ticker: string, session: string, ratio: number, place = session): ReportedSplit => ({
  ticker,
  session,
  ratio,
  place,
});
const dividend = (session: string, cash: number, kind: string | null = null): ReportedDividend => ({
  ticker: "A",
  session,
  cash,
  kind,
  place: `${session} ${kind}`,
});
const noPrices: MoveInto = () => null;
/** Prices that fell to a part of 1/ratio in these sessions, and by a percent in all others. */
const movedIn = (moves: Readonly<Record<string, number>>): MoveInto => (_, session) => ({
  ratio: moves[session] ?? 1.01,
  session,
});

function settle(reported: ReportedSplit[], moveInto: MoveInto) {
  const contradictions: string[] = [];
  const { events, repeated } = settledSplits(reported, {
    moveInto,
    onContradiction: ({ place, reason }) => contradictions.push(`${place}: ${reason}`),
  });
  return { splits: events.map(({ ticker, session, ratio }) => [ticker, session, ratio]), repeated, contradictions };
}

Deno.test("settledSplits() counts a repeated split of one ticker, session and ratio once", () => {
  const reported = [
    split("A", "2024-02-01", 2),
    split("A", "2024-02-01", 2),
    split("A", "2024-02-01", 2.000001),
    split("B", "2024-02-01", 2),
    split("A", "2024-06-03", 2),
  ];
  assert.deepEqual(settle(reported, noPrices), {
    splits: [["A", "2024-02-01", 2], ["A", "2024-06-03", 2], ["B", "2024-02-01", 2]],
    repeated: 2,
    contradictions: [],
  });
});

Deno.test("settledSplits() counts a split on near days once, in the session in which prices moved", () => {
  // Friday and Monday.
  const reported = [split("A", "2024-02-02", 0.1), split("A", "2024-02-05", 0.1)];
  const once = (session: string) => ({ splits: [["A", session, 0.1]], repeated: 1, contradictions: [] });
  assert.deepEqual(settle(reported, movedIn({ "2024-02-02": 0.098 })), once("2024-02-02"));
  assert.deepEqual(settle(reported, movedIn({ "2024-02-05": 0.104 })), once("2024-02-05"));
  // Nothing to tell by, no move at all, or one that both explain.
  assert.deepEqual(settle(reported, noPrices), once("2024-02-02"));
  assert.deepEqual(settle(reported, movedIn({})), once("2024-02-02"));
  assert.deepEqual(settle(reported, () => ({ ratio: 0.1, session: "2024-02-05" })), once("2024-02-02"));
  // Three days in a row.
  const thrice = [...reported, split("A", "2024-02-06", 0.1)];
  assert.deepEqual(settle(thrice, movedIn({ "2024-02-06": 0.1 })).splits, [["A", "2024-02-06", 0.1]]);
});

Deno.test("settledSplits() keeps two splits where prices moved twice, and says so", () => {
  const reported = [split("A", "2024-02-02", 3), split("A", "2024-02-05", 3)];
  const { splits, repeated, contradictions } = settle(reported, movedIn({ "2024-02-02": 3, "2024-02-05": 3.1 }));
  assert.deepEqual([splits.length, repeated], [2, 0]);
  assert.deepEqual(contradictions, [
    "2024-02-05: the same split as on 2024-02-02; prices moved in both sessions, so both are applied",
  ]);
  // A week apart they are two, and need no prices.
  const apart = [split("A", "2024-02-02", 3), split("A", "2024-02-09", 3)];
  assert.deepEqual([settle(apart, noPrices).splits.length, splitsInDoubt(apart)], [2, []]);
});

Deno.test("settledSplits() does not take an ordinary day for a split that is too small to show", () => {
  const reported = [split("A", "2024-02-02", 1.05), split("A", "2024-02-05", 1.05)];
  const moves = movedIn({ "2024-02-02": 1.04, "2024-02-05": 1.04 });
  assert.deepEqual(settle(reported, moves).splits, [["A", "2024-02-02", 1.05]]);
});

Deno.test("settledSplits() applies of differing splits the one that prices show, without prices all, and reports each", () => {
  const reported = [split("A", "2024-02-02", 2, "first"), split("A", "2024-02-02", 3, "second")];
  const ratioBy = (move: number) => settle(reported, movedIn({ "2024-02-02": move })).splits[0]![2];
  assert.deepEqual([ratioBy(2.05), ratioBy(2.9), ratioBy(6.2)], [2, 3, 6]);
  const { splits, repeated, contradictions } = settle(reported, noPrices);
  assert.deepEqual([splits, repeated], [[["A", "2024-02-02", 6]], 0]);
  const reason =
    "one of the differing splits 2, 3 of a session: 6 is applied, all of them, because there are no prices to compare with";
  assert.deepEqual(contradictions, [`first: ${reason}`, `second: ${reason}`]);
  // A split and its opposite: from and to were taken for each other.
  const opposite = [split("A", "2024-02-02", 4), split("A", "2024-02-02", 0.25)];
  assert.deepEqual(settle(opposite, movedIn({ "2024-02-02": 4 })).splits, [["A", "2024-02-02", 4]]);
  assert.deepEqual(settle(opposite, noPrices).splits, []);
});

Deno.test("splitsInDoubt() names the spans whose prices have to be known, and no others", () => {
  assert.deepEqual(
    splitsInDoubt([
      split("B", "2024-02-05", 2),
      split("B", "2024-02-02", 2),
      split("C", "2024-02-02", 2),
      split("C", "2024-02-02", 2),
      split("D", "2024-02-02", 2),
      split("D", "2024-02-02", 3),
    ]),
    [
      { ticker: "B", from: "2024-02-02", to: "2024-02-05" },
      { ticker: "D", from: "2024-02-02", to: "2024-02-02" },
    ],
  );
});

Deno.test("settledDividends() counts the same cash once, in one session and within days, and adds up differing ones", () => {
  const settleAll = (reported: ReportedDividend[]) => {
    const contradictions: string[] = [];
    const { events, repeated } = settledDividends(reported, {
      onContradiction: ({ place, reason }) => contradictions.push(`${place}: ${reason}`),
    });
    return { paid: events.map(({ session, cash }) => [session, cash]), repeated, contradictions };
  };
  assert.deepEqual(settleAll([dividend("2024-02-02", 0.42), dividend("2024-02-02", 0.42, "recurring")]), {
    paid: [["2024-02-02", 0.42]],
    repeated: 1,
    contradictions: [],
  });
  assert.deepEqual(settleAll([dividend("2024-02-05", 0.42), dividend("2024-02-02", 0.42)]).paid, [[
    "2024-02-02",
    0.42,
  ]]);
  // A weekly payer.
  const weekly = [dividend("2024-02-02", 0.1), dividend("2024-02-08", 0.1), dividend("2024-02-15", 0.1)];
  assert.equal(settleAll(weekly).paid.length, 3);
  // A regular and a special one may be of one size.
  const both = [dividend("2024-02-02", 0.5, "recurring"), dividend("2024-02-02", 0.5, "special")];
  assert.deepEqual(settleAll(both), { paid: [["2024-02-02", 1]], repeated: 0, contradictions: [] });
  const differing = settleAll([dividend("2024-02-02", 0.5, "recurring"), dividend("2024-02-02", 0.25, "recurring")]);
  assert.deepEqual(differing.paid, [["2024-02-02", 0.75]]);
  assert.equal(differing.contradictions.length, 2);
  assert.match(differing.contradictions[0]!, /differing dividends 0\.5, 0\.25 of a session: all count/);
});

function settledBars(bars: readonly RawBar[]): BarColumns {
  const given = { ...columnsOf(bars), occurrence: Float64Array.from(bars, (bar) => bar.occurrence) };
  return withSettledEvents(given, { onContradiction: ({ reason }) => assert.fail(reason) }).bars;
}

Deno.test("withSettledEvents() leaves bars with a split on two rows one split, where the price moved", () => {
  const bars = settledBars([
    rawBar("A", "2024-02-01", 100, { dividend: 0.2 }),
    rawBar("A", "2024-02-02", 101, { split: 4, dividend: 0.2 }),
    rawBar("A", "2024-02-05", 25, { split: 4 }),
    rawBar("A", "2024-02-05", 25, { split: 4, occurrence: 2 }),
    rawBar("B", "2024-02-01", 100),
    rawBar("B", "2024-02-02", 50, { split: 2 }),
    rawBar("B", "2024-02-05", 50, { split: 2 }),
  ]);
  assert.deepEqual([...bars.split], [1, 1, 4, 4, 1, 2, 1]);
  assert.deepEqual([...bars.dividend], [0.2, 0, 0, 0, 0, 0, 0]);
});

/** The settled columns of bars, and what is told of contradictions. */
function settledWithWords(bars: readonly RawBar[]) {
  const given = { ...columnsOf(bars), occurrence: Float64Array.from(bars, (bar) => bar.occurrence) };
  const reported: string[] = [];
  const onContradiction = (row: { ticker: string; session: string; reason: string }) =>
    reported.push(`${row.ticker} ${row.session} ${row.reason}`);
  const { bars: { split, dividend } } = withSettledEvents(given, { onContradiction });
  return { split: [...split], dividend: [...dividend], reported };
}

for (const ratios of [[2, 3], [3, 2]]) {
  Deno.test(`withSettledEvents() applies of the splits ${ratios.join(" and ")} on two rows of a bar the one that prices show, and tells`, () => {
    const { split, reported } = settledWithWords([
      rawBar("A", "2024-02-01", 100),
      ...ratios.map((ratio, i) => rawBar("A", "2024-02-02", 50, { split: ratio, occurrence: i + 1 })),
      rawBar("A", "2024-02-05", 51),
    ]);
    assert.deepEqual(split.filter((_, i) => i !== 2), [1, 2, 1]);
    assert.equal(reported.length, 2);
    assert.match(
      reported[0]!,
      /^A 2024-02-02 one of the differing splits [23], [23] of a session: 2 is applied, which fits/,
    );
  });
}

Deno.test("withSettledEvents() counts further events of a repeated bar, and none of a bar with other prices", () => {
  const { split, dividend, reported } = settledWithWords([
    rawBar("A", "2024-02-01", 100),
    rawBar("A", "2024-02-02", 50),
    rawBar("A", "2024-02-02", 50, { split: 2, dividend: 0.4, occurrence: 2 }),
    rawBar("A", "2024-02-02", 50, { dividend: 0.1, occurrence: 3 }),
    rawBar("A", "2024-02-02", 51, { split: 7, dividend: 7, occurrence: 4 }),
    rawBar("A", "2024-02-02", 50, { dividend: 0.4, occurrence: 5 }),
    rawBar("B", "2024-02-02", null),
    rawBar("B", "2024-02-02", 9, { occurrence: 2 }),
    rawBar("B", "2024-02-02", 9, { dividend: 0.3, occurrence: 3 }),
  ]);
  assert.deepEqual([split[1], dividend[1]], [2, 0.4]);
  assert.deepEqual([split[7], dividend[7], split[6], dividend[6]], [1, 0.3, 1, 0]);
  assert.deepEqual(reported, ["A 2024-02-02 its dividend is 0.4, and 0.1 in another row: the first counts"]);
});

Deno.test("withSettledEvents() returns the same columns without repeated events", () => {
  const bars = [rawBar("A", "2024-02-01", 100, { dividend: 1 }), rawBar("A", "2024-02-02", 50, { split: 2 })];
  const given = { ...columnsOf(bars), occurrence: Float64Array.of(1, 1) };
  assert.equal(withSettledEvents(given, { onContradiction: ({ reason }) => assert.fail(reason) }).bars, given);
});
