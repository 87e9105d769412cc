import assert from "node:assert/strict";
import fc from "fast-check";
import { CellSet, CellSpace, cutBy } from "../../../engine/partitions/mod.ts";
import { noRange } from "../../../engine/partitions/ranges.ts";
import { cellsOf, listed, someDates, someNames, spaces } from "../../support/cell_arbitraries.ts";

const oneSet = spaces.chain((space) => cellsOf(space));
const twoSets = spaces.chain((space) => fc.tuple(cellsOf(space), cellsOf(space)));

Deno.test("CellSet union, intersection and difference are those of sets of cells", () => {
  fc.assert(
    fc.property(twoSets, ([a, b]) => {
      const [inA, inB] = [new Set(listed(a.cells())), new Set(listed(b.cells()))];
      assert.deepEqual(listed(a.union(b).cells()), [...inA.union(inB)].sort());
      assert.deepEqual(listed(a.intersection(b).cells()), [...inA.intersection(inB)].sort());
      assert.deepEqual(listed(a.difference(b).cells()), [...inA.difference(inB)].sort());
    }),
    { numRuns: 300 },
  );
});

Deno.test("CellSet count, isEmpty, has, names and dates say what its cells are", () => {
  fc.assert(
    fc.property(oneSet, (cells) => {
      const list = [...cells.cells()];
      assert.equal(cells.count, list.length);
      assert.equal(cells.isEmpty, list.length === 0);
      assert.deepEqual(cells.names, cells.space.names.filter((name) => list.some(([n]) => n === name)));
      assert.deepEqual(cells.dates, cells.space.dates.filter((date) => list.some(([, d]) => d === date)));
      const known = new Set(listed(list));
      for (const name of [...cells.space.names, "Z"]) {
        for (const date of [...cells.space.dates, "2023-12-31", "2024-02-01"]) {
          assert.equal(cells.has(name, date), known.has(`${name} ${date}`));
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("CellSet.rectangles() hold its cells, each once, one for each group of names with the same dates", () => {
  fc.assert(
    fc.property(oneSet, fc.boolean(), (cells, open) => {
      const rectangles = cells.rectangles({ open });
      assert.deepEqual(listed(CellSet.fromRectangles(cells.space, rectangles).cells()), listed(cells.cells()));
      const stored = JSON.parse(JSON.stringify(rectangles));
      assert.deepEqual(listed(CellSet.fromRectangles(cells.space, stored).cells()), listed(cells.cells()));
      const perName = Map.groupBy(cells.cells(), ([name]) => name);
      const distinct = new Set([...perName.values()].map((list) => list.map(([, date]) => date).join()));
      assert.equal(rectangles.length, distinct.size);
      const named = rectangles.flatMap(({ names }) => names ?? []);
      assert.equal(new Set(named).size, named.length);
    }),
    { numRuns: 300 },
  );
});

Deno.test("CellSet shares the dates of neighbours and gives back what it was made of", () => {
  const space = new CellSpace(["A", "B", "C"], ["2024-01-01", "2024-01-02"]);
  const all = CellSet.fromRectangles(space, CellSet.all(space).rectangles());
  assert.equal(all.rangesAt(0), all.rangesAt(2));
  const both = all.union(CellSet.none(space));
  assert.equal(both.rangesAt(0), both.rangesAt(2));
  assert.equal(both.difference(all).rangesAt(1).length, noRange.length);
});

Deno.test("CellSet.in() keeps exactly its cells, whatever dates and names the other space has between them", () => {
  fc.assert(
    fc.property(oneSet, someNames, someDates, (cells, names, dates) => {
      const { space } = cells;
      const wider = space.with(space.hasNames ? names : [], space.hasDates ? dates : []);
      assert.deepEqual(listed(cells.in(wider).cells()), listed(cells.cells()));
    }),
    { numRuns: 500 },
  );
});

Deno.test("CellSpace.with() has all coordinates, dates ascending, and is itself where nothing is new", () => {
  fc.assert(fc.property(spaces, someNames, someDates, (space, names, dates) => {
    const wider = space.with(names, dates);
    assert.deepEqual(new Set(wider.names), new Set([...space.names, ...names]));
    assert.deepEqual(wider.dates, [...new Set([...space.dates, ...dates])].sort());
    assert.equal(wider.with(names, dates), wider);
    for (const [at, date] of wider.dates.entries()) assert.equal(wider.dateAt(date), at);
    for (const [at, name] of wider.names.entries()) assert.equal(wider.nameAt(name), at);
  }));
});

Deno.test("cutBy() gives each cell to one part, in order of date, and keeps to its limits", () => {
  fc.assert(fc.property(oneSet, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), (cells, days, some) => {
    for (const limits of [{ dates: days }, { names: some }, { dates: days, names: some }]) {
      const parts = cutBy(limits)(cells);
      assert.deepEqual(parts.flatMap((part) => listed(part.cells())).sort(), listed(cells.cells()));
      for (const part of parts) {
        assert.ok(!part.isEmpty);
        assert.ok(part.dates.length <= (limits.dates ?? Infinity));
        assert.ok(part.names.length <= (limits.names ?? Infinity));
      }
      if (limits.names !== undefined) continue;
      for (const [i, part] of parts.entries()) assert.ok(i === 0 || part.dates[0]! > parts[i - 1]!.dates.at(-1)!);
    }
  }));
});
