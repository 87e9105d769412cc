import { type CellRange } from "../partitions/cell_range.ts";
import type { CellState } from "./cell_state.ts";
import { CellSet } from "../partitions/mod.ts";

/** The wanted cells within a range. */
export function cellsWithin(
  { key, space, wanted }: Pick<CellState, "key" | "space" | "wanted">,
  { from, to, names, cells: exactly }: CellRange,
): CellSet {
  const named = exactly?.[key];
  let cells = named ? wanted.intersection(CellSet.fromRectangles(space, named)) : wanted;
  if (space.hasDates && (from !== undefined || to !== undefined)) {
    const start = from === undefined ? 0 : space.firstFrom(from);
    const end = to === undefined ? space.dates.length : space.lastUntil(to) + 1;
    cells = cells.during(start < end ? [start, end] : []);
  }
  if (space.hasNames && names !== undefined) {
    const asked = new Set(names);
    cells = cells.named((name) => asked.has(name));
  }
  return cells;
}

/** What there is to do for an asset that is made by cells. */
export interface CellWork {
  /** Cells to be made now. */
  make: CellSet;
  /** Cells whose rows are to be removed. */
  remove: CellSet;
  /** Cells that cannot be made before something upstream is. */
  wait: readonly { upstream: string; cells: CellSet }[];
}

/**
 * The work that a request asks for. Without a range it is what is stale and what is expected; with one it is what is stale or missing
 * there. Forced work is all cells of the range, or all that were made and all that are expected.
 *
 * Where the newest date alone is expected and one that a range names has turned out to be none, the date that is expected now takes its
 * place: whoever asked for it wanted the newest.
 */
export function cellWork(
  state: CellState,
  { force, range }: { force: boolean; range: CellRange | null },
): CellWork {
  const asked = range && restricts(range, state.key) ? cellsWithin(state, range) : null;
  const remove = asked ? goneWithin(state, range!) : state.gone;
  const upToDate = asked ?? state.made.intersection(state.wanted).union(state.expected);
  const wanted = force
    ? upToDate
    : asked
    ? asked.intersection(state.missing.union(state.stale)).union(insteadOf(remove, state))
    : state.expected.union(state.stale);
  const wait = state.waiting
    .map(({ upstream, cells }) => ({ upstream, cells: cells.intersection(wanted) }))
    .filter(({ cells }) => !cells.isEmpty);
  return {
    make: wait.reduce((rest, { cells }) => rest.difference(cells), wanted),
    remove,
    wait,
  };
}

function insteadOf(gone: CellSet, { expected, latestAlone, space }: CellState): CellSet {
  return latestAlone && !gone.isEmpty ? expected : CellSet.none(space);
}

/** Whether a range says anything of the cells of a producer. */
export function restricts({ from, to, names, cells }: CellRange, key: string): boolean {
  return !cells || key in cells || from !== undefined || to !== undefined || names !== undefined;
}

/** Cells to be removed that a range names one by one; one that is given by its bounds is about cells to be made. */
export function goneWithin({ key, space, gone }: CellState, { cells }: CellRange): CellSet {
  const named = cells?.[key];
  return named ? gone.intersection(CellSet.fromRectangles(space, named)) : CellSet.none(space);
}
