import { type PartitionMapping, PartitionSet, type PartitionSpace, type Rectangle } from "../partitions/mod.ts";
import { downstreamPartitions } from "../partitions/mapping.ts";

/**
 * The partitions of a reader that read any of the changes in an upstream asset, now or before.
 *
 * Names and dates that were removed from the upstream asset count as well: a partition that read them would come out differently
 * without them. For a mapping that counts dates, the result may contain a few more partitions. Dates are expected to be added and
 * removed for all names at once, as sessions are: a date added late for some names shifts the windows of the others, which the
 * result then lacks.
 *
 * @param upstream Current names and dates of the upstream asset.
 * @param changed Result of {@link changedRectangles}.
 * @param own Names and dates of the reader.
 */
export function readersOfChange(
  mapping: PartitionMapping,
  { upstream, changed, own }: { upstream: PartitionSpace; changed: readonly Rectangle[]; own: PartitionSpace },
): PartitionSet {
  const wider = upstream.with(
    changed.flatMap(({ names }) => names ?? []),
    changed.flatMap(({ dates }) => (dates ?? []).flat()),
  );
  return downstreamPartitions(mapping, PartitionSet.fromRectangles(wider, changed), own);
}

/**
 * Changed partitions for storing. Removed names and dates are listed one by one: later readers of the rectangles no longer have
 * their partitions.
 *
 * @param left Names and dates of the asset after the change.
 */
export function changedRectangles(changed: PartitionSet, left: PartitionSpace): Rectangle[] {
  return changed.rectangles({
    open: changed.names.every((name) => left.nameAt(name) >= 0),
    alone: (date) => left.dateAt(date) < 0,
  });
}
