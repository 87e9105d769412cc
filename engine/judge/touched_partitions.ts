import { type PartitionMapping, PartitionSet, type PartitionSpace, type Rectangle } from "../partitions/mod.ts";
import { downstreamPartitions } from "../partitions/mapping.ts";

/**
 * The partitions of a reader that read any of what changed in an upstream asset, be it that they read it now or that they did before.
 *
 * Names and dates that the upstream asset does not have any more count as well: a partition that read them would come out differently
 * without them; where it counts dates, a few more may be told than those. Dates are expected to come and go for all names at once, as
 * sessions do: one that comes late for some names alone shifts the windows of the others, which are not told then.
 *
 * @param upstream Names and dates that the upstream asset has now.
 * @param changed As {@link changedRectangles} gave them.
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
 * Changed partitions for storing. Names and dates that are not there any more are named one by one, so that later readers
 * of the rectangles know of them without the partitions of then.
 *
 * @param left Names and dates that the asset has after the change.
 */
export function changedRectangles(changed: PartitionSet, left: PartitionSpace): Rectangle[] {
  return changed.rectangles({
    open: changed.names.every((name) => left.nameAt(name) >= 0),
    alone: (date) => left.dateAt(date) < 0,
  });
}
