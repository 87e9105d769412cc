import { WaitingLine } from "../judge/blocking.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { hashOf } from "../declare/row_schema.ts";
import { type SomePartitions, somePartitions } from "../store/reasons.ts";
import type { Snapshot } from "../judge/snapshot.ts";
import type { Activity } from "./activity.ts";
import { AssetFacts } from "./asset_facts.ts";
import {
  type Condition,
  type EvaluationNode,
  type Facts,
  judge,
  type Judgement,
  treeOf,
} from "../declare/automation_condition.ts";
import { partitionsOf } from "./conditions.ts";

/** Evaluation of one asset's condition, and its result. */
export interface Evaluation {
  key: string;
  paused: boolean;
  tree: EvaluationNode;
  /** The requested partitions; `null` for none. */
  requested: SomePartitions | null;
  /** Equal for equal judgements. */
  fingerprint: string;
}

/** Result of an evaluation of all conditions. */
export interface Outcome {
  evaluations: readonly Evaluation[];
  /** Requested partitions by producer, in dependency order. */
  requests: ReadonlyMap<string, PartitionSet>;
}

/** Producers that declare an automation. */
export function automated(graph: AssetGraph): { producer: Producer; condition: Condition }[] {
  return graph.producers.flatMap((producer) => {
    const condition = producer.recipe.automation;
    return condition ? [{ producer, condition }] : [];
  });
}

/**
 * Evaluates the conditions of all assets, upstream first: requested partitions count as about to be made for downstream assets, so
 * that one run contains all that follows. Depends only on its arguments, and requests nothing twice for the same state.
 */
export function evaluateAll(
  { graph, snapshot, activity, nowMs }: {
    graph: AssetGraph;
    snapshot: Snapshot;
    activity: Activity;
    nowMs: number;
  },
): Outcome {
  const requests = new Map<string, PartitionSet>();
  const line = new WaitingLine(graph, snapshot.rejected, snapshot);
  const fingerprintOf = hashesOfRepeated();
  const evaluations = graph.producers.flatMap((producer): Evaluation[] => {
    const { key, upstream, recipe: { automation: condition } } = producer;
    // Steps that would read outdated rows wait, as in any plan.
    const willReadAnew = upstream.some((up) => requests.has(graph.producerOf(up).key));
    const blocked = line.next(producer, { willReadAnew }) !== undefined;
    if (!condition) return [];
    const facts = new AssetFacts(producer, { graph, snapshot, activity, nowMs, requested: requests });
    const paused = activity.paused.has(key);
    const judgement = judge(condition, facts);
    const partitions = paused || blocked
      ? PartitionSet.none(facts.universe.space)
      : possible(judgement.partitions, condition, facts);
    if (!partitions.isEmpty) requests.set(key, partitions);
    const tree = sharedTreeOf(judgement, facts.universe);
    const requested = partitions.isEmpty ? null : somePartitions(partitions);
    const isIdle = !paused && requested === null;
    const known = isIdle ? idleFingerprints.get(tree) : undefined;
    const fingerprint = known ?? fingerprintOf({ paused, tree, requested });
    if (isIdle) idleFingerprints.set(tree, fingerprint);
    return [{ key, paused, tree, requested, fingerprint }];
  });
  return { evaluations, requests };
}

/** Trees of conditions of assets with a single partition, by which of their operands hold. */
const wholeTrees = new WeakMap<Condition, Map<string, EvaluationNode>>();
/** Fingerprints of trees of assets that are neither paused nor requested. */
const idleFingerprints = new WeakMap<EvaluationNode, string>();

/** The tree of a judgement; the same object as before if it is equal and its asset has a single partition. */
function sharedTreeOf(judgement: Judgement, universe: PartitionSet): EvaluationNode {
  if (!universe.space.isSingle) return treeOf(judgement, universe);
  let trees = wholeTrees.get(judgement.condition);
  if (!trees) wholeTrees.set(judgement.condition, trees = new Map());
  const pattern = patternOf(judgement) + universe.count;
  let tree = trees.get(pattern);
  if (!tree) trees.set(pattern, tree = treeOf(judgement, universe));
  return tree;
}

/** A digit for each node of a judgement: whether it holds for the single partition. */
function patternOf({ partitions, operands }: Judgement): string {
  let pattern = partitions.isEmpty ? "0" : "1";
  for (const operand of operands) pattern += patternOf(operand);
  return pattern;
}

/** {@link hashOf}, computed once for values with the same text: most idle assets have equal judgements. */
function hashesOfRepeated(): (value: unknown) => string {
  const known = new Map<string, string>();
  return (value) => {
    const text = JSON.stringify(value);
    let hash = known.get(text);
    if (hash === undefined) known.set(text, hash = hashOf(value));
    return hash;
  };
}

/**
 * Those of the partitions that a run could change. Prevents an incomplete condition from starting endless runs for the same state.
 */
function possible(partitions: PartitionSet, condition: Condition, facts: Facts): PartitionSet {
  if (partitions.isEmpty) return partitions;
  let left = partitions.difference(facts.inProgress).difference(facts.upstreamMissing);
  if (condition.dependsOnFailures && condition.historySinceMs) return left;
  left = left.intersection(facts.missing.union(facts.stale).union(partitionsOf(facts.upstreamUpdates, facts)));
  return condition.dependsOnFailures ? left : left.difference(facts.failedOnSameInputs);
}
