import assert from "node:assert/strict";
import fc from "fast-check";
import {
  type DateMapping,
  lastSessions,
  type NameMapping,
  PartitionSet,
  type PartitionSpace,
} from "../../../engine/partitions/mod.ts";
import { downstreamPartitions, upstreamPartitions } from "../../../engine/partitions/mapping.ts";
import { listed, partitionsOf, spaces } from "../../support/partition_arbitraries.ts";
import { mappings } from "../../support/mapping_arbitraries.ts";

/** What a partition reads, by the words of the documentation, one upstream partition at a time. */
function isRead(
  { names, dates }: { names: NameMapping; dates: DateMapping },
  [name, date]: [string, string],
  [upstreamName, upstreamDate]: [string, string],
  upstream: PartitionSpace,
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

Deno.test("upstreamPartitions() of each partition are those that its mapping says", () => {
  fc.assert(
    fc.property(worlds, ([mapping, own, upstream]) => {
      const all = [...PartitionSet.all(upstream).partitions()];
      for (const partition of PartitionSet.all(own).partitions()) {
        const expected = all.filter((other) => isRead(mapping, partition, other, upstream));
        assert.deepEqual(
          listed(upstreamPartitions(mapping, PartitionSet.at(own, [partition]), upstream).partitions()),
          listed(expected),
        );
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("downstreamPartitions() is the inverse of upstreamPartitions()", () => {
  fc.assert(
    fc.property(worlds, ([mapping, own, upstream]) => {
      const partitions = [...PartitionSet.all(own).partitions()];
      const read = partitions.map((partition) =>
        new Set(listed(upstreamPartitions(mapping, PartitionSet.at(own, [partition]), upstream).partitions()))
      );
      for (const changed of PartitionSet.all(upstream).partitions()) {
        const readers = listed(downstreamPartitions(mapping, PartitionSet.at(upstream, [changed]), own).partitions());
        const expected = partitions.filter((_, i) => read[i]!.has(changed.join(" ")));
        assert.deepEqual(readers, listed(expected), `readers of ${changed.join(" ")}`);
      }
    }),
    { numRuns: 300 },
  );
});

Deno.test("upstreamPartitions() and downstreamPartitions() of many partitions are those of each together", () => {
  const several = worlds.chain(([mapping, own, upstream]) =>
    fc.record({
      mapping: fc.constant(mapping),
      partitions: partitionsOf(own),
      changed: partitionsOf(upstream),
    })
  );
  fc.assert(
    fc.property(several, ({ mapping, partitions, changed }) => {
      const together = (all: PartitionSet, each: (one: PartitionSet) => PartitionSet) =>
        [
          ...new Set([...all.partitions()].flatMap((partition) =>
            listed(each(PartitionSet.at(all.space, [partition])).partitions())
          )),
        ].sort();
      assert.deepEqual(
        listed(upstreamPartitions(mapping, partitions, changed.space).partitions()),
        together(partitions, (one) => upstreamPartitions(mapping, one, changed.space)),
      );
      assert.deepEqual(
        listed(downstreamPartitions(mapping, changed, partitions.space).partitions()),
        together(changed, (one) => downstreamPartitions(mapping, one, partitions.space)),
      );
    }),
    { numRuns: 300 },
  );
});

Deno.test("lastSessions() refuses a window without a session", () => {
  for (const sessions of [0, -1, NaN]) assert.throws(() => lastSessions(sessions), RangeError);
});
