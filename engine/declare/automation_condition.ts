import type { CellSet, Rectangle } from "../partitions/mod.ts";

/** Cells to which something happened at an instant. */
export interface Moment {
  cells: CellSet;
  atMs: number;
}

/**
 * What conditions are judged by: the state of one asset at one moment. All sets are of one space; an asset that is made as a whole has
 * one cell.
 */
export interface Facts {
  readonly nowMs: number;
  /** Every cell that there should be, and those that are to be removed: what `not` is taken within. */
  readonly universe: CellSet;
  readonly wanted: CellSet;
  /** Wanted and never made. */
  readonly missing: CellSet;
  /** Missing ones that nobody has to ask for, by the `missing` of the asset's partitions. */
  readonly expected: CellSet;
  /** Made, and would come out differently now, or to be removed. */
  readonly stale: CellSet;
  /** Stale for one kind of reason. */
  staleBy(cause: "code" | "config" | "source"): CellSet;
  /** Cells that read something which changed since they were made or is about to, with when. */
  readonly upstreamUpdates: readonly Moment[];
  /** Cells that read something which is not there, and is not about to be. */
  readonly upstreamMissing: CellSet;
  readonly upstreamInProgress: CellSet;
  /** Whether the current versions of what it reads passed their checks of severity `error`. */
  readonly upstreamChecksPassed: boolean;
  /** Part of a run that has not ended. */
  readonly inProgress: CellSet;
  /** Cells that failed when they were last tried, with when. */
  readonly failures: readonly Moment[];
  /** Cells that failed or were cancelled, and would be made of the same now. */
  readonly triedInVain: CellSet;
  /** When cells were last looked at by a step, made or not. Only as far back as the condition asks. */
  readonly attempts: readonly Moment[];
  /** When cells were made. Only as far back as the condition asks. */
  readonly makings: readonly Moment[];
}

/** The cells for which a condition holds, and when it came to hold where the condition tells that. */
export interface Verdict {
  cells: CellSet;
  moments?: readonly Moment[];
}

/** Says for each cell of an asset whether something is the case. Made by the functions of this folder. */
export interface Condition {
  /** As it is declared: `and(stale(), not(inProgress()))`. */
  readonly text: string;
  /** The same for people, as the end of a sentence about cells. */
  readonly meaning: string;
  readonly operands: readonly Condition[];
  /** Whether it tells at which instant it came to hold, so that it can be a part of `since`. */
  readonly hasInstant: boolean;
  /** Whether it looks at failures itself. What does not is never asked for again before something changed. */
  readonly mindsFailures: boolean;
  /** From when on it must be known what was attempted; absent for a condition that does not ask. */
  readonly historySinceMs?: (nowMs: number) => number;
  decide(facts: Facts, operands: readonly Verdict[]): Verdict;
}

/** A condition with what was found, operand by operand. */
export interface Judgement extends Verdict {
  condition: Condition;
  operands: readonly Judgement[];
}

/** Judges a condition and all that it consists of. */
export function judge(condition: Condition, facts: Facts): Judgement {
  const operands = condition.operands.map((operand) => judge(operand, facts));
  const { cells, moments } = condition.decide(facts, operands);
  return { condition, operands, cells: cells.intersection(facts.universe), moments };
}

/** A judgement as it is stored and answered. */
export interface EvaluationNode {
  condition: string;
  meaning: string;
  /** Whether it holds for any cell. */
  holds: boolean;
  /** For how many cells it holds, of how many. */
  count: number;
  of: number;
  /** The cells for which it holds; `null` where they are too scattered to be listed. */
  cells: readonly Rectangle[] | null;
  operands: readonly EvaluationNode[];
}

/** How many names and date ranges are listed of a node. */
const listedAtMost = 100;

/** A judgement as a tree of true and false. */
export function treeOf({ condition, operands, cells }: Judgement, universe: CellSet): EvaluationNode {
  return {
    condition: condition.text,
    meaning: condition.meaning,
    holds: !cells.isEmpty,
    count: cells.count,
    of: universe.count,
    cells: listed(cells),
    operands: operands.map((operand) => treeOf(operand, universe)),
  };
}

function listed(cells: CellSet): readonly Rectangle[] | null {
  const rectangles = cells.rectangles({ open: true });
  const length = rectangles.reduce((sum, { names, dates }) => sum + (names?.length ?? 1) + (dates?.length ?? 1), 0);
  return length > listedAtMost ? null : rectangles;
}
