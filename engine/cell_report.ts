import type { CellState } from "./cell_state.ts";
import { CellSet, type Rectangle } from "./partitions/mod.ts";

export type CellStateName = "fresh" | "stale" | "missing" | "expected" | "waiting" | "failed" | "gone";

/** The cells of an asset by their state, as rectangles: how long it is does not depend on how many cells there are. */
export interface CellReport {
  names: { count: number; first: readonly string[] } | null;
  /** All dates, ascending; `null` for an asset whose cells have none. */
  dates: readonly string[] | null;
  /** Each cell stands in one of them. */
  states: readonly { state: CellStateName; count: number; cells: readonly Rectangle[] }[];
}

/**
 * Puts each cell in one state: `failed` before `waiting` before `stale`; `expected` are missing ones that the next run makes, and
 * `missing` those that somebody has to ask for.
 */
export function cellReport(state: CellState): CellReport {
  const { space } = state;
  const none = CellSet.none(space);
  const together = (parts: readonly { cells: CellSet }[]) => parts.reduce((all, { cells }) => all.union(cells), none);
  const due = state.expected.union(state.stale);
  let left = state.wanted.union(state.made);
  const states: CellReport["states"][number][] = [];
  for (
    const [name, cells] of [
      ["gone", state.gone],
      ["failed", together(state.failed)],
      ["waiting", together(state.waiting).intersection(due)],
      ["stale", state.stale],
      ["expected", state.expected],
      ["missing", state.missing],
      ["fresh", state.made],
    ] as const
  ) {
    const here = cells.intersection(left);
    if (here.isEmpty) continue;
    left = left.difference(here);
    states.push({ state: name, count: here.count, cells: here.rectangles() });
  }
  return {
    names: space.hasNames ? { count: space.names.length, first: space.names.slice(0, 5) } : null,
    dates: space.hasDates ? space.dates : null,
    states,
  };
}
