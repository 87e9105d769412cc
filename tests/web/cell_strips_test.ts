import assert from "node:assert/strict";
import { partitionReport } from "../../engine/judge/cell_report.ts";
import type { CellState } from "../../engine/judge/cell_state.ts";
import { CellSet, CellSpace } from "../../engine/mod.ts";
import { cellStrips, namesInWords } from "../../web/cell_strips.ts";
import { CellStrips } from "../../web/components/cell_strips.tsx";

const quotes = { key: "quotes", partitionedBy: { name: "ticker", date: "session" } };

function stateOf(
  space: CellSpace,
  cells: Partial<Record<"made" | "stale" | "expected" | "missing", CellSet>>,
): CellState {
  const none = CellSet.none(space);
  return {
    key: "quotes",
    space,
    wanted: CellSet.all(space),
    made: cells.made ?? none,
    missing: cells.missing ?? none,
    expected: cells.expected ?? none,
    stale: cells.stale ?? none,
    reasons: [],
    gone: none,
    lost: none,
    lostBecause: null,
    fresh: none,
    waiting: [],
    failed: [],
    latestAlone: false,
    groups: [],
  };
}

Deno.test("cellStrips() has a strip for each group of names in the same states, largest first", () => {
  const space = new CellSpace(["A", "B", "C"], ["2024-01-02", "2024-01-03", "2024-01-04"]);
  const missing = CellSet.at(space, [["B", "2024-01-03"]]);
  const stale = CellSet.at(space, [["A", "2024-01-04"], ["C", "2024-01-04"]]);
  const made = CellSet.all(space).difference(missing);
  assert.deepEqual(cellStrips(partitionReport(quotes, stateOf(space, { made, missing, stale }))), [
    { names: ["A", "C"], spans: [{ state: "fresh", start: 0, end: 2 }, { state: "stale", start: 2, end: 3 }] },
    {
      names: ["B"],
      spans: [
        { state: "fresh", start: 0, end: 1 },
        { state: "missing", start: 1, end: 2 },
        { state: "fresh", start: 2, end: 3 },
      ],
    },
  ]);
});

Deno.test("cellStrips() tells no name where cells have none, and nothing where they have no dates", () => {
  const dates = new CellSpace([""], ["2024-01-02", "2024-01-03"]);
  assert.deepEqual(cellStrips(partitionReport(quotes, stateOf(dates, { made: CellSet.all(dates) }))), [
    { names: [], spans: [{ state: "fresh", start: 0, end: 2 }] },
  ]);
  const names = new CellSpace(["A"], [""]);
  assert.deepEqual(cellStrips(partitionReport(quotes, stateOf(names, { made: CellSet.all(names) }))), []);
});

Deno.test("CellStrips() shows 100,000 cells in a page that stays small", () => {
  const names = Array.from({ length: 500 }, (_, i) => `T${i}`);
  const dates = Array.from(
    { length: 200 },
    (_, i) => Temporal.PlainDate.from("2024-01-01").add({ days: i }).toString(),
  );
  const space = new CellSpace(names, dates);
  // Every name begins on a day of its own.
  const made = CellSet.of(space, (at) => [at % 150, 200]);
  const report = partitionReport(quotes, stateOf(space, { made, expected: CellSet.all(space).difference(made) }));
  assert.equal(Object.values(report.states).reduce((sum, { count }) => sum + count, 0), 100_000);
  assert.equal(cellStrips(report).length, 150);
  const html = String(CellStrips({ report }));
  assert.ok(html.length < 50_000, `${html.length} characters`);
  assert.equal(html.match(/<svg/g)!.length, 40);
});

Deno.test("namesInWords() names a few and counts the others", () => {
  assert.equal(namesInWords(["A", "B"]), "A, B");
  assert.equal(namesInWords(["A", "B", "C", "D", "E"]), "A, B, C and 2 others");
});
