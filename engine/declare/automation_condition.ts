import { z } from "zod";
import { type PartitionSet, Rectangle } from "../partitions/mod.ts";
import { list, named } from "../record_schema.ts";

/** Partitions with the instant of an event. */
export interface Moment {
  partitions: PartitionSet;
  atMs: number;
}

/** State of one asset at one moment, as conditions see it. All sets are of one space; an unpartitioned asset has one partition. */
export interface Facts {
  readonly nowMs: number;
  /** Wanted partitions and those to be removed: `not` is the complement within it. */
  readonly universe: PartitionSet;
  readonly wanted: PartitionSet;
  /** Wanted and never made. */
  readonly missing: PartitionSet;
  /** Missing partitions that the next run makes by default, according to `missing` in the partitions definition. */
  readonly expected: PartitionSet;
  /** Materialized with other inputs than the current ones, or to be removed. */
  readonly stale: PartitionSet;
  /** Stale for one kind of reason. */
  staleBy(cause: "code" | "config" | "source"): PartitionSet;
  /** Partitions whose upstream changed since they were made, or is about to change, with the instant. */
  readonly upstreamUpdates: readonly Moment[];
  /** Partitions with missing upstream that is not about to be made. */
  readonly upstreamMissing: PartitionSet;
  readonly upstreamInProgress: PartitionSet;
  /** Whether the current versions of what it reads passed their checks of severity `error`. */
  readonly upstreamChecksPassed: boolean;
  /** Part of a run that has not ended. */
  readonly inProgress: PartitionSet;
  /** Partitions whose last attempt failed, with the instant. */
  readonly failures: readonly Moment[];
  /** Partitions that failed or were cancelled, with unchanged inputs. */
  readonly failedOnSameInputs: PartitionSet;
  /** Last attempts of partitions by a step, successful or not. Only as far back as the condition requires. */
  readonly attempts: readonly Moment[];
  /** Times at which partitions were made. Only as far back as the condition requires. */
  readonly makings: readonly Moment[];
}

/** The partitions for which a condition holds, with instants if the condition reports them. */
export interface Verdict {
  partitions: PartitionSet;
  moments?: readonly Moment[];
}

/** Selects partitions of an asset. Created by the functions of `engine/automation`. */
export interface Condition {
  /** As declared: `and(stale(), not(inProgress()))`. */
  readonly text: string;
  /** In words, as the end of a sentence about partitions. */
  readonly meaning: string;
  readonly operands: readonly Condition[];
  /** Whether it reports the instant since when it holds, which `since` requires. */
  readonly hasInstant: boolean;
  /** Whether it considers failures itself. Without it, failed partitions are not requested again until something changes. */
  readonly dependsOnFailures: boolean;
  /** Start of the history of attempts that it needs; absent for a condition that needs none. */
  readonly historySinceMs?: (nowMs: number) => number;
  decide(facts: Facts, operands: readonly Verdict[]): Verdict;
}

/** The verdict of a condition, with those of its operands. */
export interface Judgement extends Verdict {
  condition: Condition;
  operands: readonly Judgement[];
}

/** Evaluates a condition and its operands. */
export function judge(condition: Condition, facts: Facts): Judgement {
  const operands = condition.operands.map((operand) => judge(operand, facts));
  const { partitions, moments } = condition.decide(facts, operands);
  return { condition, operands, partitions: partitions.intersection(facts.universe), moments };
}

/** A judgement as stored and returned. */
export const EvaluationNode = z.strictObject({
  condition: z.string(),
  meaning: z.string(),
  /** Whether it holds for any partition. */
  holds: z.boolean(),
  /** Number of partitions for which it holds, out of `of`. */
  count: z.int(),
  of: z.int(),
  /** The partitions for which it holds; `null` if they are too scattered to list. */
  partitions: list(Rectangle).nullable(),
  get operands() {
    return list(EvaluationNode);
  },
});
export type EvaluationNode = z.infer<typeof EvaluationNode>;
named("EvaluationNode", EvaluationNode);

/** Maximum number of names and date ranges listed for a node. */
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
