import { z } from "zod";
import { type PartitionSet, Rectangle } from "../partitions/mod.ts";
import { list, named } from "../record_schema.ts";

/** Partitions to which something happened at an instant. */
export interface Moment {
  partitions: PartitionSet;
  atMs: number;
}

/**
 * What conditions are judged by: the state of one asset at one moment. All sets are of one space; an asset that is made as a whole has
 * one partition.
 */
export interface Facts {
  readonly nowMs: number;
  /** Every partition that there should be, and those that are to be removed: what `not` is taken within. */
  readonly universe: PartitionSet;
  readonly wanted: PartitionSet;
  /** Wanted and never made. */
  readonly missing: PartitionSet;
  /** Missing ones that the next run makes by default, by the `missing` of the asset's partitions. */
  readonly expected: PartitionSet;
  /** Made, and would come out differently now, or to be removed. */
  readonly stale: PartitionSet;
  /** Stale for one kind of reason. */
  staleBy(cause: "code" | "config" | "source"): PartitionSet;
  /** Partitions that read something which changed since they were made or is about to, with when. */
  readonly upstreamUpdates: readonly Moment[];
  /** Partitions that read something which is not there, and is not about to be. */
  readonly upstreamMissing: PartitionSet;
  readonly upstreamInProgress: PartitionSet;
  /** Whether the current versions of what it reads passed their checks of severity `error`. */
  readonly upstreamChecksPassed: boolean;
  /** Part of a run that has not ended. */
  readonly inProgress: PartitionSet;
  /** Partitions that failed in their last attempt, with when. */
  readonly failures: readonly Moment[];
  /** Partitions that failed or were cancelled, and would be made of the same now. */
  readonly triedInVain: PartitionSet;
  /** When partitions were last looked at by a step, made or not. Only as far back as the condition asks. */
  readonly attempts: readonly Moment[];
  /** When partitions were made. Only as far back as the condition asks. */
  readonly makings: readonly Moment[];
}

/** The partitions for which a condition holds, and when it came to hold where the condition tells that. */
export interface Verdict {
  partitions: PartitionSet;
  moments?: readonly Moment[];
}

/** Says for each partition of an asset whether something is the case. Made by the functions of this folder. */
export interface Condition {
  /** As it is declared: `and(stale(), not(inProgress()))`. */
  readonly text: string;
  /** The same for people, as the end of a sentence about partitions. */
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
  const { partitions, moments } = condition.decide(facts, operands);
  return { condition, operands, partitions: partitions.intersection(facts.universe), moments };
}

/** A judgement as it is stored and answered. */
export const EvaluationNode = z.strictObject({
  condition: z.string(),
  meaning: z.string(),
  /** Whether it holds for any partition. */
  holds: z.boolean(),
  /** For how many partitions it holds, of how many. */
  count: z.int(),
  of: z.int(),
  /** The partitions for which it holds; `null` where they are too scattered to be listed. */
  partitions: list(Rectangle).nullable(),
  get operands() {
    return list(EvaluationNode);
  },
});
export type EvaluationNode = z.infer<typeof EvaluationNode>;
named("EvaluationNode", EvaluationNode);

/** How many names and date ranges are listed of a node. */
const listedAtMost = 100;

/** A judgement as a tree of true and false. */
export function treeOf({ condition, operands, partitions }: Judgement, universe: PartitionSet): EvaluationNode {
  return {
    condition: condition.text,
    meaning: condition.meaning,
    holds: !partitions.isEmpty,
    count: partitions.count,
    of: universe.count,
    partitions: listed(partitions),
    operands: operands.map((operand) => treeOf(operand, universe)),
  };
}

function listed(partitions: PartitionSet): readonly Rectangle[] | null {
  const rectangles = partitions.rectangles({ open: true });
  const length = rectangles.reduce((sum, { names, dates }) => sum + (names?.length ?? 1) + (dates?.length ?? 1), 0);
  return length > listedAtMost ? null : rectangles;
}
