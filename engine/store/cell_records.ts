import { type Rectangle } from "../partitions/mod.ts";
import { type StepError } from "./records.ts";
import { type Versions } from "./reasons.ts";

/** Cells that are what they would be if this materialization had made them. */
export interface MadeCells extends Versions {
  cells: readonly Rectangle[];
  /** Why their rows are not in the tables any more; `null` where they are. */
  lost: string | null;
}

/** Cells that could not be made when they were last tried. */
export interface FailedCells {
  cells: readonly Rectangle[];
  runId: number;
  error: StepError;
  failedAt: string;
}

/** What is on record of the cells of all assets. */
export interface CellRecords {
  /** By producer. */
  made: ReadonlyMap<string, readonly MadeCells[]>;
  /** By producer. */
  failed: ReadonlyMap<string, readonly FailedCells[]>;
  /** Coordinates of assets that are made as a whole, and of the cells that are made of others, by key. */
  extents: ReadonlyMap<string, { names: readonly string[] | null; dates: readonly string[] | null }>;
  /** What changed in assets with cells, oldest first, by key; `null` where that may be everything. */
  changes: ReadonlyMap<string, readonly { materialization: number; changed: readonly Rectangle[] | null }[]>;
}
