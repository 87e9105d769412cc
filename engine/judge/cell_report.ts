import type { CellState } from "./cell_state.ts";
import type { AnyAsset } from "../declare/asset.ts";
import type { CellRange } from "../partitions/cell_range.ts";
import { CellSet } from "../partitions/mod.ts";
import { type SomeCells, someCells } from "../store/reasons.ts";
import { cellsWithin } from "./cell_work.ts";

/** What may be said of a cell, in the order of what says most: each cell stands in the first that holds. */
export const cellStateNames = ["gone", "failed", "waiting", "stale", "expected", "missing", "fresh"] as const;
export type CellStateName = typeof cellStateNames[number];

/**
 * Puts each cell in one state. It could not be made (`failed`), or something that it reads is missing (`waiting`); it would come out
 * differently now (`stale`); it was never made and the next run makes it (`expected`) or somebody has to ask for it (`missing`); it is
 * not part of the asset any more (`gone`); or it is as it should be (`fresh`).
 */
export function cellsByState(state: CellState): Record<CellStateName, CellSet> {
  const none = CellSet.none(state.space);
  const together = (parts: readonly { cells: CellSet }[]) => parts.reduce((all, { cells }) => all.union(cells), none);
  const due = state.expected.union(state.stale);
  const cells: Record<CellStateName, CellSet> = {
    gone: state.gone,
    failed: together(state.failed),
    waiting: together(state.waiting).intersection(due),
    stale: state.stale,
    expected: state.expected,
    missing: state.missing,
    fresh: state.made,
  };
  let left = state.wanted.union(state.made);
  for (const name of cellStateNames) {
    cells[name] = cells[name].intersection(left);
    left = left.difference(cells[name]);
  }
  return cells;
}

/** The cells of an asset by state, as rectangles: how long it is does not depend on how many cells there are. */
export interface PartitionReport {
  asset: string;
  /** The asset whose function makes the cells. */
  madeBy: string;
  /** The coordinates of the cells within the range, and the columns that hold them; `null` for a dimension that there is not. */
  axes: {
    names: { column: string; values: readonly string[] } | null;
    dates: { column: string; values: readonly string[] } | null;
  };
  count: number;
  /** Each cell stands in one of them. */
  states: Record<CellStateName, SomeCells>;
}

/** The cells of an asset within a range that there are or should be, by state. */
export function partitionReport(
  { key, partitionedBy }: Pick<AnyAsset, "key" | "partitionedBy">,
  state: CellState,
  range: CellRange = {},
): PartitionReport {
  const asked = cellsWithin({ ...state, wanted: state.wanted.union(state.made) }, range);
  const cells = cellsByState(state);
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
      cellStateNames.map((name) => [name, someCells(cells[name].intersection(asked))]),
    ) as Record<CellStateName, SomeCells>,
  };
}
