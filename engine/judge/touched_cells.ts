import { CellSet, type CellSpace, type Mapping, type Rectangle } from "../partitions/mod.ts";
import { downstreamCells } from "../partitions/mapping.ts";

/**
 * The cells of a reader that read any of what changed in an upstream asset, be it that they read it now or that they did before.
 *
 * Names and dates that the upstream asset does not have any more count as well: a cell that read them would come out differently
 * without them; where it counts dates, a few more may be told than those. Dates are expected to come and go for all names at once, as
 * sessions do: one that comes late for some names alone shifts the windows of the others, which are not told then.
 *
 * @param upstream Names and dates that the upstream asset has now.
 * @param changed As {@link changedRectangles} gave them.
 * @param own Names and dates of the reader.
 */
export function readersOfChange(
  mapping: Mapping,
  { upstream, changed, own }: { upstream: CellSpace; changed: readonly Rectangle[]; own: CellSpace },
): CellSet {
  const wider = upstream.with(
    changed.flatMap(({ names }) => names ?? []),
    changed.flatMap(({ dates }) => (dates ?? []).flat()),
  );
  return downstreamCells(mapping, CellSet.fromRectangles(wider, changed), own);
}

/**
 * Changed cells for storing. Names and dates that are not there any more are named one by one, so that whoever reads the rectangles
 * later knows of them without knowing what there was.
 *
 * @param left Names and dates that the asset has after the change.
 */
export function changedRectangles(changed: CellSet, left: CellSpace): Rectangle[] {
  return changed.rectangles({
    open: changed.names.every((name) => left.nameAt(name) >= 0),
    alone: (date) => left.dateAt(date) < 0,
  });
}
