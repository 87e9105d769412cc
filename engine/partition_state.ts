import type { CellState } from "./cell_state.ts";
import { someCells } from "./cell_state.ts";
import { type CellRange, cellsWithin } from "./cell_work.ts";
import type { AnyAsset } from "./asset.ts";
import type { Producer } from "./graph.ts";
import { CellSet } from "./partitions/mod.ts";
import type { SomeCells } from "./staleness.ts";

/**
 * States of a cell. A cell is in one of them: it could not be made (`failed`), something that it reads is missing (`waiting`), it was
 * never made and will be without anybody asking (`expected`) or only when asked for (`missing`), it would come out differently now
 * (`stale`), or it is as it would be (`fresh`).
 */
export const partitionStates = ["fresh", "stale", "expected", "missing", "waiting", "failed"] as const;
export type PartitionStateName = typeof partitionStates[number];

/** The cells of an asset by state. */
export interface PartitionStates {
  asset: string;
  /** The asset whose function makes the cells. */
  madeBy: string;
  /** The coordinates of the cells within the range, and the columns that hold them; `null` for a dimension that there is not. */
  axes: {
    names: { column: string; values: readonly string[] } | null;
    dates: { column: string; values: readonly string[] } | null;
  };
  count: number;
  states: Record<PartitionStateName, SomeCells>;
}

/** The wanted cells of an asset within a range, by state. */
export function partitionStatesOf(
  asset: AnyAsset,
  { producer, state, range }: { producer: Producer; state: CellState; range: CellRange },
): PartitionStates {
  const asked = cellsWithin(state, range);
  const none = CellSet.none(state.space);
  const together = (parts: readonly { cells: CellSet }[]) => parts.reduce((all, { cells }) => all.union(cells), none);
  let rest = asked;
  const take = (cells: CellSet): SomeCells => {
    const taken = rest.intersection(cells);
    rest = rest.difference(taken);
    return someCells(taken);
  };
  // In the order of what says most about a cell.
  const failed = take(together(state.failed));
  const waiting = take(together(state.waiting));
  const expected = take(state.expected);
  const missing = take(state.missing);
  const stale = take(state.stale);
  const fresh = someCells(rest);
  const { hasNames, hasDates } = state.space;
  return {
    asset: asset.key,
    madeBy: producer.key,
    axes: {
      names: hasNames ? { column: asset.cells!.name!, values: asked.names } : null,
      dates: hasDates ? { column: asset.cells!.date!, values: asked.dates } : null,
    },
    count: asked.count,
    states: { fresh, stale, expected, missing, waiting, failed },
  };
}
