import type { AnyAsset } from "../declare/asset.ts";
import { cellsByState, type CellStateName } from "./cell_report.ts";
import { type CellState } from "./cell_state.ts";
import { someCells } from "../store/reasons.ts";
import { cellsWithin } from "./cell_work.ts";
import { type CellRange } from "../partitions/cell_range.ts";
import type { Producer } from "../declare/graph.ts";
import type { SomeCells } from "../store/reasons.ts";

/** States of a wanted cell; see {@link cellsByState}. */
export const partitionStates = [
  "fresh",
  "stale",
  "expected",
  "missing",
  "waiting",
  "failed",
] as const satisfies readonly CellStateName[];
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
  const cells = cellsByState(state);
  const { hasNames, hasDates } = state.space;
  return {
    asset: asset.key,
    madeBy: producer.key,
    axes: {
      names: hasNames ? { column: asset.cells!.name!, values: asked.names } : null,
      dates: hasDates ? { column: asset.cells!.date!, values: asked.dates } : null,
    },
    count: asked.count,
    states: Object.fromEntries(
      partitionStates.map((name) => [name, someCells(cells[name].intersection(asked))]),
    ) as Record<PartitionStateName, SomeCells>,
  };
}
