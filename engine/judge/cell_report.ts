import type { CellState } from "./cell_state.ts";
import { CellSet, type Rectangle } from "../partitions/mod.ts";

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

/** The cells of an asset by their state, as rectangles: how long it is does not depend on how many cells there are. */
export interface CellReport {
  names: { count: number; first: readonly string[] } | null;
  /** All dates, ascending; `null` for an asset whose cells have none. */
  dates: readonly string[] | null;
  /** Each cell stands in one of them; states without a cell are left out. */
  states: readonly { state: CellStateName; count: number; cells: readonly Rectangle[] }[];
}

/** The cells of an asset for showing them, those included that are not wanted any more. */
export function cellReport(state: CellState): CellReport {
  const { space } = state;
  const cells = cellsByState(state);
  return {
    names: space.hasNames ? { count: space.names.length, first: space.names.slice(0, 5) } : null,
    dates: space.hasDates ? space.dates : null,
    states: cellStateNames.filter((name) => !cells[name].isEmpty).map((name) => ({
      state: name,
      count: cells[name].count,
      cells: cells[name].rectangles(),
    })),
  };
}
