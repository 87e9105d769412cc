import assert from "node:assert/strict";
import fc from "fast-check";
import {
  CellSet,
  type CellSpace,
  type DateMapping,
  lastSessions,
  type NameMapping,
} from "../../../engine/partitions/mod.ts";
import { downstreamCells, upstreamCells } from "../../../engine/partitions/mapping.ts";
import { cellsOf, listed, spaces } from "../../support/cell_arbitraries.ts";
import { mappings } from "../../support/mapping_arbitraries.ts";

/** What a cell reads, by the words of the documentation, one upstream cell at a time. */
function isRead(
  { names, dates }: { names: NameMapping; dates: DateMapping },
  [name, date]: [string, string],
  [upstreamName, upstreamDate]: [string, string],
  upstream: CellSpace,
): boolean {
  const named = names.kind === "all" ||
    (names.kind === "same" ? name === upstreamName : names.read(name).includes(upstreamName));
  if (!named) return false;
  const at = upstream.dates.indexOf(upstreamDate);
  switch (dates.kind) {
    case "all":
      return true;
    case "same":
      return date === upstreamDate;
    case "last":
      return at === upstream.dates.length - 1;
    case "window": {
      const anchor = upstream.dates.filter((d) => d <= date).length - 1;
      return at >= anchor - dates.back && at <= anchor + dates.forward;
    }
    case "own": {
      const bounds = dates.read(date);
      return bounds !== null && bounds.from <= upstreamDate && upstreamDate <= bounds.to;
    }
  }
}

const worlds = fc.tuple(mappings, spaces, spaces);

Deno.test("upstreamCells() of each cell are those that its mapping says", () => {
  fc.assert(
    fc.property(worlds, ([mapping, own, upstream]) => {
      const all = [...CellSet.all(upstream).cells()];
      for (const cell of CellSet.all(own).cells()) {
        const expected = all.filter((other) => isRead(mapping, cell, other, upstream));
        assert.deepEqual(listed(upstreamCells(mapping, CellSet.at(own, [cell]), upstream).cells()), listed(expected));
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("downstreamCells() is the inverse of upstreamCells()", () => {
  fc.assert(
    fc.property(worlds, ([mapping, own, upstream]) => {
      const cells = [...CellSet.all(own).cells()];
      const read = cells.map((cell) =>
        new Set(listed(upstreamCells(mapping, CellSet.at(own, [cell]), upstream).cells()))
      );
      for (const changed of CellSet.all(upstream).cells()) {
        const readers = listed(downstreamCells(mapping, CellSet.at(upstream, [changed]), own).cells());
        const expected = cells.filter((_, i) => read[i]!.has(changed.join(" ")));
        assert.deepEqual(readers, listed(expected), `readers of ${changed.join(" ")}`);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("upstreamCells() and downstreamCells() of many cells are those of each together", () => {
  const several = worlds.chain(([mapping, own, upstream]) =>
    fc.record({
      mapping: fc.constant(mapping),
      cells: cellsOf(own),
      changed: cellsOf(upstream),
    })
  );
  fc.assert(
    fc.property(several, ({ mapping, cells, changed }) => {
      const together = (all: CellSet, each: (one: CellSet) => CellSet) =>
        [...new Set([...all.cells()].flatMap((cell) => listed(each(CellSet.at(all.space, [cell])).cells())))].sort();
      assert.deepEqual(
        listed(upstreamCells(mapping, cells, changed.space).cells()),
        together(cells, (one) => upstreamCells(mapping, one, changed.space)),
      );
      assert.deepEqual(
        listed(downstreamCells(mapping, changed, cells.space).cells()),
        together(changed, (one) => downstreamCells(mapping, one, cells.space)),
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("lastSessions() refuses a window without a session", () => {
  for (const sessions of [0, -1, NaN]) assert.throws(() => lastSessions(sessions), RangeError);
});
