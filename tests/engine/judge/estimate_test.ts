import assert from "node:assert/strict";
import type { Database } from "../../../resources/database/mod.ts";
import { z } from "zod";
import { assetGraph, assetsWith, cutBy, PartitionSet, PartitionSpace } from "../../../engine/mod.ts";
import { estimate, totalSeconds } from "../../../engine/judge/estimate.ts";

const { asset } = assetsWith<{ perMinute: number }>();
const row = z.object({ name: z.string(), date: z.iso.date() });
const table = {
  group: "t",
  layer: "raw",
  description: "t",
  row,
  primaryKey: ["name", "date"],
  partitionedBy: { name: "name", date: "date" },
  materialize: () => ({ rows: [] }),
} as const;
const wanted = () => ({ names: [], dates: [] });

const graph = assetGraph([
  asset({ key: "uncut", ...table, primaryKey: ["name", "date"], partitionsDef: { wanted } }),
  asset({
    key: "called",
    ...table,
    primaryKey: ["name", "date"],
    partitionsDef: {
      wanted,
      chunks: cutBy({ dates: 2 }),
      calls: (partitions) => partitions.dates.length,
      callsPerMinute: ({ perMinute }) => perMinute,
    },
  }),
  asset({ key: "whole", ...table, primaryKey: ["name", "date"] }),
]);
const partitions = PartitionSet.all(
  new PartitionSpace(["A", "B"], ["2024-01-02", "2024-01-03", "2024-01-04", "2024-01-05"]),
);
/** All rows are in tables. */
const database = {} as Database;
const of = (
  key: string,
  history?: { seconds: number; parts: number; partitions: number },
  perMinute = 5,
) =>
  estimate(graph.producerOf(key), key === "whole" ? PartitionSet.all(PartitionSpace.single) : partitions, {
    config: {},
    resources: { perMinute },
    database,
    history,
  });

Deno.test("estimate() goes by the vendor's rate of calls where nothing is known", () => {
  assert.deepEqual(of("called"), { parts: 2, vendorCalls: 4, seconds: 48, boundBy: "calls" });
  assert.deepEqual(of("uncut"), { parts: 1, vendorCalls: null, seconds: null, boundBy: null });
  assert.deepEqual(of("whole"), { parts: 1, vendorCalls: null, seconds: null, boundBy: null });
});

Deno.test("estimate() uses past durations, by part for chunked assets and by partition for others", () => {
  assert.deepEqual(of("uncut", { seconds: 10, parts: 1, partitions: 4 }).seconds, 20);
  assert.deepEqual(of("whole", { seconds: 9, parts: 3, partitions: 3 }).seconds, 3);
  const slow = { seconds: 300, parts: 3, partitions: 12 };
  assert.deepEqual(of("called", slow), { parts: 2, vendorCalls: 4, seconds: 200, boundBy: "history" });
});

Deno.test("estimate() takes the slower of the two, and says which it is", () => {
  const fast = { seconds: 3, parts: 3, partitions: 12 };
  assert.deepEqual(of("called", fast), { parts: 2, vendorCalls: 4, seconds: 48, boundBy: "calls" });
  assert.deepEqual(of("called", fast, 1_000), { parts: 2, vendorCalls: 4, seconds: 2, boundBy: "history" });
});

Deno.test("estimate() of no partitions is no time and no calls", () => {
  const none = estimate(graph.producerOf("called"), PartitionSet.none(partitions.space), {
    config: {},
    resources: { perMinute: 5 },
    database,
    history: undefined,
  });
  assert.deepEqual(none, { parts: 0, vendorCalls: 0, seconds: 0, boundBy: null });
});

Deno.test("totalSeconds() adds known durations and names the rest", () => {
  assert.deepEqual(totalSeconds([{ key: "a", seconds: 2 }, { key: "b", seconds: null }, { key: "c", seconds: 3 }]), {
    seconds: 5,
    unknown: ["b"],
  });
});
