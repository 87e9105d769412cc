import assert from "node:assert/strict";
import fc from "fast-check";
import {
  identity,
  lastSessions,
  laterSessions,
  newest,
  PartitionSet,
  PartitionSpace,
  type Rectangle,
} from "../../../engine/partitions/mod.ts";
import { upstreamPartitions } from "../../../engine/partitions/mapping.ts";
import { changedRectangles, readersOfChange } from "../../../engine/judge/touched_partitions.ts";
import { listed, partitionsOf, someDates, someNames, spaces } from "../../support/partition_arbitraries.ts";
import { mappings } from "../../support/mapping_arbitraries.ts";

/** Names and dates of an asset before and after a materialization, and all partitions that it changed. */
const change = spaces.chain((before) =>
  fc.tuple(
    before.hasNames ? someNames : fc.constant([""]),
    before.hasDates ? someDates : fc.constant([""]),
  ).chain(([names, dates]) => {
    // What has no partitions has neither names nor dates.
    const after = names.length === 0 || dates.length === 0
      ? new PartitionSpace(before.hasNames ? [] : [""], before.hasDates ? [] : [""])
      : new PartitionSpace(names, dates);
    const both = before.with(after.names, after.dates);
    const [old, now] = [PartitionSet.all(before).in(both), PartitionSet.all(after).in(both)];
    const others = both.dates.filter((date) => before.dateAt(date) < 0 || after.dateAt(date) < 0);
    const replaced = old.union(now).difference(old.intersection(now))
      .union(
        PartitionSet.fromRectangles(
          both,
          others.map((date) => ({ names: null, dates: both.hasDates ? [[date, date]] : null })),
        ),
      );
    return partitionsOf(both).map((more) => ({ before, after, changed: replaced.union(more) }));
  })
);

Deno.test("readersOfChange() has every partition that reads something changed, or that read something which is gone", () => {
  fc.assert(
    fc.property(mappings, spaces, change, (mapping, own, { before, after, changed }) => {
      const stored = JSON.parse(JSON.stringify(changedRectangles(changed, after)));
      const readers = readersOfChange(mapping, { upstream: after, changed: stored, own });
      for (const partition of PartitionSet.all(own).partitions()) {
        const isTouched = [before, after].some((space) => {
          const read = upstreamPartitions(mapping, PartitionSet.at(own, [partition]), space);
          return !read.intersection(PartitionSet.at(space, changed.partitions())).isEmpty;
        });
        if (isTouched) assert.ok(readers.has(...partition), `${partition} is a reader of ${JSON.stringify(stored)}`);
      }
    }),
    { numRuns: 2_000 },
  );
});

Deno.test("readersOfChange() has no partition besides, where every date and name is still there", () => {
  fc.assert(
    fc.property(mappings, spaces, spaces.chain((space) => partitionsOf(space)), (mapping, own, changed) => {
      const { space } = changed;
      const stored = changedRectangles(changed, space);
      const readers = readersOfChange(mapping, { upstream: space, changed: stored, own });
      for (const partition of readers.partitions()) {
        const read = upstreamPartitions(mapping, PartitionSet.at(own, [partition]), space);
        assert.ok(!read.intersection(changed).isEmpty, `${partition} reads nothing of what changed`);
      }
    }),
    { numRuns: 1_000 },
  );
});

Deno.test("changedRectangles() names removed partitions, and covers all names only without any", () => {
  const space = new PartitionSpace(["A", "B"], ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05", "2024-01-08"]);
  const all = PartitionSet.all(space);
  assert.deepEqual(changedRectangles(all, space), [{ names: null, dates: [["2024-01-02", "2024-01-08"]] }]);
  assert.deepEqual(changedRectangles(all, new PartitionSpace(["A"], ["2024-01-02", "2024-01-03", "2024-01-08"])), [{
    names: ["A", "B"],
    dates: [
      ["2024-01-02", "2024-01-03"],
      ["2024-01-04", "2024-01-04"],
      ["2024-01-05", "2024-01-05"],
      ["2024-01-08", "2024-01-08"],
    ],
  }]);
});

const days = ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"];
const own = new PartitionSpace(["A", "B"], days);
const gone = (date: string, ...names: string[]): Rectangle[] => [{ names, dates: [[date, date]] }];

Deno.test("readersOfChange() reaches back from the last later session that is gone", () => {
  const upstream = new PartitionSpace(["A"], ["2024-01-02"]);
  const readers = readersOfChange(laterSessions(), { upstream, changed: gone("2024-01-04", "B"), own });
  assert.deepEqual(listed(readers.partitions()), ["B 2024-01-02", "B 2024-01-03"]);
});

Deno.test("readersOfChange() finds the readers of removed rows of an empty asset", () => {
  const upstream = new PartitionSpace([], []);
  const changed = gone("2024-01-04", "A", "B");
  assert.deepEqual(listed(readersOfChange(identity, { upstream, changed, own }).partitions()), [
    "A 2024-01-04",
    "B 2024-01-04",
  ]);
  assert.equal(readersOfChange(lastSessions(1), { upstream, changed, own }).count, 4);
  assert.equal(readersOfChange(newest, { upstream, changed, own }).count, 8);
});
