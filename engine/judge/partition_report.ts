import { z } from "zod";
import { byName, date, list, named } from "../record_schema.ts";
import type { PartitionState } from "./partition_state.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { SomePartitions, somePartitions } from "../store/reasons.ts";
import { partitionsWithin } from "./partition_work.ts";

/** States of a partition, by precedence: each partition has the first that applies. */
export const partitionStateNames = ["gone", "failed", "waiting", "stale", "expected", "missing", "fresh"] as const;
export type PartitionStateName = typeof partitionStateNames[number];

/**
 * Assigns each partition one state: `failed` (its last attempt failed), `waiting` (some of its upstream is missing), `stale` (its
 * inputs changed), `expected` (missing, and made by the next run), `missing` (made only on request), `gone` (no longer part of the
 * asset) or `fresh`.
 */
export function partitionsByState(state: PartitionState): Record<PartitionStateName, PartitionSet> {
  const due = state.expected.union(state.stale);
  const partitions: Record<PartitionStateName, PartitionSet> = {
    gone: state.gone,
    failed: PartitionSet.together(state.space, state.failed),
    waiting: PartitionSet.together(state.space, state.waiting).intersection(due),
    stale: state.stale,
    expected: state.expected,
    missing: state.missing,
    fresh: state.made,
  };
  let left = state.wanted.union(state.made);
  for (const name of partitionStateNames) {
    partitions[name] = partitions[name].intersection(left);
    left = left.difference(partitions[name]);
  }
  return partitions;
}

/** The partitions of an asset by state, as rectangles: the size does not depend on the number of partitions. */
export const PartitionReport = named(
  "Partitions",
  z.strictObject({
    asset: z.string(),
    /** The asset whose function makes the partitions. */
    madeBy: z.string(),
    /** The coordinates of the partitions within the range, and their columns; `null` for a missing dimension. */
    axes: z.strictObject({
      names: z.strictObject({ column: z.string(), values: list(z.string()) }).nullable(),
      dates: z.strictObject({ column: z.string(), values: list(date) }).nullable(),
    }),
    count: z.int(),
    /** Each partition is in exactly one of them. */
    states: byName(partitionStateNames, SomePartitions),
  }),
);
export type PartitionReport = z.infer<typeof PartitionReport>;

/** The materialized and wanted partitions of an asset within a range, by state. */
export function partitionReport(
  { key, partitionedBy }: Pick<AnyAsset, "key" | "partitionedBy">,
  state: PartitionState,
  range: PartitionRange = {},
): PartitionReport {
  const asked = partitionsWithin({ ...state, wanted: state.wanted.union(state.made) }, range);
  const partitions = partitionsByState(state);
  const { hasNames, hasDates } = state.space;
  return {
    asset: key,
    madeBy: state.key,
    axes: {
      names: hasNames ? { column: partitionedBy!.name!, values: asked.names } : null,
      dates: hasDates ? { column: partitionedBy!.date!, values: asked.dates } : null,
    },
    count: asked.count,
    states: Object.fromEntries(
      partitionStateNames.map((name) => [name, somePartitions(partitions[name].intersection(asked))]),
    ) as Record<PartitionStateName, SomePartitions>,
  };
}
