import { z } from "zod";
import { list, named } from "../record_schema.ts";
import { estimate } from "./estimate.ts";
import { stepDurations } from "../store/step_durations.ts";
import { partitionsOfAsset, readSpace } from "./partition_state.ts";
import { partitionsInReason, SomePartitions, somePartitions } from "../store/reasons.ts";
import { partitionsWithin } from "./partition_work.ts";
import { PartitionRange } from "../partitions/partition_range.ts";
import { checkRange, refuseUnknownNames } from "./asked_range.ts";
import { InvalidRequestError } from "../errors.ts";
import type { Producer } from "../declare/graph.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { downstreamPartitions } from "../partitions/mapping.ts";
import { type Snapshot, takeSnapshot } from "./snapshot.ts";
import type { EngineContext } from "../store/context.ts";

const ImpactStep = z.strictObject({
  key: z.string(),
  produces: list(z.string()),
  /** The partitions; `null` for an unpartitioned asset. */
  partitions: SomePartitions.nullable(),
  /** Estimated from past steps; `null` if it never ran. */
  minutes: z.number().nullable(),
  /** Calls to the vendor; `null` if the asset declares none. */
  vendorCalls: z.number().nullable(),
});
export type ImpactStep = z.infer<typeof ImpactStep>;

/** Impact of a change of an asset. */
export const Impact = named(
  "Impact",
  z.strictObject({
    key: z.string(),
    range: PartitionRange.nullable(),
    /** The partitions assumed to change; `null` for an unpartitioned asset. */
    changed: SomePartitions.nullable(),
    /** In dependency order. */
    steps: list(ImpactStep),
    /** Number of partitions of all steps; an unpartitioned asset counts as one. */
    partitions: z.int(),
    /** Sum over the steps; `null` if one of them is unknown. */
    minutes: z.number().nullable(),
    vendorCalls: z.number(),
  }),
);
export type Impact = z.infer<typeof Impact>;

/**
 * The partitions of all downstream assets that would become stale if an asset, or its partitions within a range, changed; with an
 * estimate of making them again. Changes nothing.
 *
 * @throws {UnknownAssetError}
 * @throws {InvalidRequestError} If a range is given for an unpartitioned asset, ends before it begins, has names that the asset has not,
 *   or contains none of the partitions.
 */
export async function impactOf(
  around: EngineContext,
  key: string,
  range: PartitionRange | null = null,
): Promise<Impact> {
  const { graph } = around;
  const origin = graph.producerOf(key);
  if (range) checkRange(range);
  const snapshot = await takeSnapshot(around, { config: {} });
  const changed = changedPartitionsOf(origin, key, { range, snapshot, around });
  const touched = new Map<string, PartitionSet>(origin.produces.map((made) => [made, changed]));
  const found: { producer: Producer; partitions: PartitionSet }[] = [];
  for (const producer of snapshot.producers) {
    if (producer === origin) continue;
    const partitions = touchedOf(producer, touched, snapshot);
    if (partitions.isEmpty) continue;
    found.push({ producer, partitions });
    for (const made of producer.produces) touched.set(made, partitionsOfAsset(made, partitions, snapshot));
  }
  const history = await stepDurations(around.database.sql, found.map(({ producer }) => producer.key));
  const steps = found.map(({ producer, partitions }): ImpactStep => {
    const { key, produces } = producer;
    const context = {
      config: snapshot.configs.get(key),
      resources: around.resources,
      database: around.database,
      history: history.get(key),
    };
    const { seconds, vendorCalls } = estimate(producer, partitions, context);
    return {
      key,
      produces,
      partitions: partitionsInReason(partitions).partitions ?? null,
      minutes: seconds === null ? null : seconds / 60,
      vendorCalls,
    };
  });
  return {
    key,
    range,
    changed: graph.asset(key).partitionedBy ? somePartitions(changed) : null,
    steps,
    partitions: steps.reduce((sum, { partitions }) => sum + (partitions?.count ?? 1), 0),
    minutes: steps.reduce<number | null>(
      (sum, { minutes }) => sum === null || minutes === null ? null : sum + minutes,
      0,
    ),
    vendorCalls: steps.reduce((sum, { vendorCalls }) => sum + (vendorCalls ?? 0), 0),
  };
}

function changedPartitionsOf(
  origin: Producer,
  key: string,
  { range, snapshot, around }: { range: PartitionRange | null; snapshot: Snapshot; around: EngineContext },
): PartitionSet {
  const space = snapshot.spaces.get(key)!;
  const { wanted, made } = snapshot.partitions.get(origin.key)!;
  const all = partitionsOfAsset(key, wanted.union(made), snapshot);
  if (!range) return all;
  if (!around.graph.asset(key).partitionedBy) {
    throw new InvalidRequestError(`"${key}" has no partitions: omit the range.`);
  }
  refuseUnknownNames(range, [{ key, space }]);
  const partitions = partitionsWithin({ key: origin.key, space, wanted: all }, range);
  if (partitions.isEmpty) throw new InvalidRequestError(`"${key}" has no partitions in this range.`);
  return partitions;
}

/** The partitions of a producer that would become stale: materialized or expected ones that read the changed partitions. */
function touchedOf(
  producer: Producer,
  touched: ReadonlyMap<string, PartitionSet>,
  snapshot: Snapshot,
): PartitionSet {
  const { space, made, wanted, expected } = snapshot.partitions.get(producer.key)!;
  return snapshot.reads.get(producer.key)!.reduce((readers, read) => {
    const all = touched.get(read.upstream);
    if (!all) return readers;
    // The newest date is the newest materialized one, including those made with the change.
    const there = PartitionSet.fromRectangles(readSpace(read, snapshot), all.rectangles());
    return readers.union(downstreamPartitions(read.mapping, all, space))
      .union(downstreamPartitions(read.mapping, there, space));
  }, PartitionSet.none(space)).intersection(made.intersection(wanted).union(expected));
}
