import assert from "node:assert/strict";
import fc from "fast-check";
import { cutBy, PartitionSet, PartitionSpace } from "../../../engine/partitions/mod.ts";
import { noRange } from "../../../engine/partitions/ranges.ts";
import { listed, partitionsOf, someDates, someNames, spaces } from "../../support/partition_arbitraries.ts";

const oneSet = spaces.chain((space) => partitionsOf(space));
const twoSets = spaces.chain((space) => fc.tuple(partitionsOf(space), partitionsOf(space)));

Deno.test("PartitionSet union, intersection and difference are those of sets of partitions", () => {
  fc.assert(
    fc.property(twoSets, ([a, b]) => {
      const [inA, inB] = [new Set(listed(a.partitions())), new Set(listed(b.partitions()))];
      assert.deepEqual(listed(a.union(b).partitions()), [...inA.union(inB)].sort());
      assert.deepEqual(listed(a.intersection(b).partitions()), [...inA.intersection(inB)].sort());
      assert.deepEqual(listed(a.difference(b).partitions()), [...inA.difference(inB)].sort());
    }),
    { numRuns: 300 },
  );
});

Deno.test("PartitionSet count, isEmpty, has, names and dates describe its partitions", () => {
  fc.assert(
    fc.property(oneSet, (partitions) => {
      const list = [...partitions.partitions()];
      assert.equal(partitions.count, list.length);
      assert.equal(partitions.isEmpty, list.length === 0);
      assert.deepEqual(partitions.names, partitions.space.names.filter((name) => list.some(([n]) => n === name)));
      assert.deepEqual(partitions.dates, partitions.space.dates.filter((date) => list.some(([, d]) => d === date)));
      const known = new Set(listed(list));
      for (const name of [...partitions.space.names, "Z"]) {
        for (const date of [...partitions.space.dates, "2023-12-31", "2024-02-01"]) {
          assert.equal(partitions.has(name, date), known.has(`${name} ${date}`));
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("PartitionSet.rectangles() hold its partitions, each once, one for each group of names with the same dates", () => {
  fc.assert(
    fc.property(oneSet, fc.boolean(), (partitions, open) => {
      const rectangles = partitions.rectangles({ open });
      assert.deepEqual(
        listed(PartitionSet.fromRectangles(partitions.space, rectangles).partitions()),
        listed(partitions.partitions()),
      );
      const stored = JSON.parse(JSON.stringify(rectangles));
      assert.deepEqual(
        listed(PartitionSet.fromRectangles(partitions.space, stored).partitions()),
        listed(partitions.partitions()),
      );
      const perName = Map.groupBy(partitions.partitions(), ([name]) => name);
      const distinct = new Set([...perName.values()].map((list) => list.map(([, date]) => date).join()));
      assert.equal(rectangles.length, distinct.size);
      const named = rectangles.flatMap(({ names }) => names ?? []);
      assert.equal(new Set(named).size, named.length);
    }),
    { numRuns: 300 },
  );
});

Deno.test("PartitionSet shares the dates of neighbours and returns its input", () => {
  const space = new PartitionSpace(["A", "B", "C"], ["2024-01-01", "2024-01-02"]);
  const all = PartitionSet.fromRectangles(space, PartitionSet.all(space).rectangles());
  assert.equal(all.rangesAt(0), all.rangesAt(2));
  const both = all.union(PartitionSet.none(space));
  assert.equal(both.rangesAt(0), both.rangesAt(2));
  assert.equal(both.difference(all).rangesAt(1).length, noRange.length);
});

Deno.test("PartitionSet.in() keeps exactly its partitions, whatever dates and names the other space has between them", () => {
  fc.assert(
    fc.property(oneSet, someNames, someDates, (partitions, names, dates) => {
      const { space } = partitions;
      const wider = space.with(space.hasNames ? names : [], space.hasDates ? dates : []);
      assert.deepEqual(listed(partitions.in(wider).partitions()), listed(partitions.partitions()));
    }),
    { numRuns: 500 },
  );
});

Deno.test("PartitionSpace.with() has all coordinates, dates ascending, and is itself where nothing is new", () => {
  fc.assert(fc.property(spaces, someNames, someDates, (space, names, dates) => {
    const wider = space.with(names, dates);
    assert.deepEqual(new Set(wider.names), new Set([...space.names, ...names]));
    assert.deepEqual(wider.dates, [...new Set([...space.dates, ...dates])].sort());
    assert.equal(wider.with(names, dates), wider);
    for (const [at, date] of wider.dates.entries()) assert.equal(wider.dateAt(date), at);
    for (const [at, name] of wider.names.entries()) assert.equal(wider.nameAt(name), at);
  }));
});

Deno.test("cutBy() gives each partition to one part, in order of date, and keeps to its limits", () => {
  fc.assert(
    fc.property(oneSet, fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 3 }), (partitions, days, some) => {
      const atMost: Parameters<typeof cutBy>[0][] = [
        { dates: days },
        { names: some },
        { dates: days, names: some },
        { dates: days, partitions: days * some },
        { partitions: days * some },
      ];
      for (const limits of atMost) {
        const parts = cutBy(limits)(partitions);
        assert.deepEqual(parts.flatMap((part) => listed(part.partitions())).sort(), listed(partitions.partitions()));
        for (const part of parts) {
          assert.ok(!part.isEmpty);
          assert.ok(part.dates.length <= (limits.dates ?? Infinity));
          assert.ok(part.names.length <= (limits.names ?? Infinity));
          const cells = part.names.length * part.dates.length;
          assert.ok(part.names.length === 1 || cells <= (limits.partitions ?? Infinity));
        }
        if (limits.names !== undefined || limits.partitions !== undefined) continue;
        for (const [i, part] of parts.entries()) assert.ok(i === 0 || part.dates[0]! > parts[i - 1]!.dates.at(-1)!);
      }
    }),
  );
});

Deno.test("cutBy() cuts between months where the rows are in files, each with those of one month", () => {
  const dates = Array.from(
    { length: 100 },
    (_, day) => new Date(Date.UTC(2024, 0, 20 + day)).toISOString().slice(0, 10),
  );
  const space = new PartitionSpace(["A", "B", "C"], dates);
  const partitions = PartitionSet.all(space).difference(PartitionSet.at(space, [["B", dates[3]!]]));
  for (const atMost of [1, 3 * 31, 3 * 60, 3 * 1_000]) {
    const parts = cutBy({ partitions: atMost })(partitions, { inFiles: true });
    assert.deepEqual(parts.flatMap((part) => listed(part.partitions())).sort(), listed(partitions.partitions()));
    const monthsOf = parts.map((part) => [...new Set(part.dates.map((date) => date.slice(0, 7)))]);
    assert.deepEqual(monthsOf.flat(), ["2024-01", "2024-02", "2024-03", "2024-04"], "each month is in one part");
    for (const [i, months] of monthsOf.entries()) {
      assert.ok(months.length === 1 || 3 * parts[i]!.dates.length <= atMost, `${months} of at most ${atMost}`);
    }
  }
  assert.deepEqual(
    cutBy({ partitions: 3 * 60 })(partitions, { inFiles: true }).map((part) => part.dates.length),
    [41, 59],
  );
  const named = PartitionSet.all(new PartitionSpace(["A", "B", "C"], [""]));
  assert.equal(cutBy({ partitions: 1 })(named, { inFiles: true }).length, 3, "without dates, names are cut");
});
