import { type BackfillFacts, backfillParts, type PartOfBackfill } from "./partitions.ts";
import type { Database } from "../../resources/database/database.ts";
import { estimate, totalSeconds } from "../judge/estimate.ts";
import type { StepHistory } from "../store/step_durations.ts";
import type {
  BackfillPlan,
  BackfillRange,
  BackfillRequest,
  PlannedAsset,
  SkippedPartitions,
} from "../store/backfill_records.ts";
import { partitionsInReason, somePartitions } from "../store/reasons.ts";
import { UnmetUpstreamError } from "../errors.ts";
import { checkRange, unknownNames } from "../judge/asked_range.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet } from "../partitions/mod.ts";
import type { Plan } from "../store/run_plan.ts";
import type { Snapshot } from "../judge/snapshot.ts";

/** Inputs of a plan. */
export interface PlanContext {
  graph: AssetGraph;
  snapshot: Snapshot;
  resources: unknown;
  database: Database;
  history: ReadonlyMap<string, StepHistory>;
}

/** The range of a request. @throws {InvalidRequestError} If it is invalid. */
export function rangeOf({ from, to, names }: BackfillRequest): BackfillRange {
  checkRange({ from, to, names });
  return {
    ...(from !== undefined && { from }),
    ...(to !== undefined && { to }),
    ...(names !== undefined && { names: [...new Set(names)] }),
  };
}

/**
 * The plan of a backfill. Depends only on its arguments.
 *
 * @throws {UnmetUpstreamError} If a selected asset reads one that was never materialized and is not selected.
 * @throws {InvalidRequestError} If the range has names, and no selected asset has any.
 */
export function planBackfill(
  selection: string,
  facts: BackfillFacts,
  { graph, snapshot, resources, database, history }: PlanContext,
): { plan: BackfillPlan; parts: PartOfBackfill[] } {
  const unknown = unknownNames(
    facts.range,
    facts.producers.map(({ key }) => ({ key, space: snapshot.partitions.get(key)!.space })),
  );
  const parts = backfillParts(facts, snapshot, graph);
  refuseUnmet(parts, { graph, snapshot });
  const assets: PlannedAsset[] = [];
  const skipped: SkippedPartitions[] = [];
  const fresh: string[] = [];
  const uncertain = new Set<string>();
  for (const part of parts) {
    const { producer } = part;
    const upstream = producer.upstream.flatMap((key) =>
      parts.filter((other) => other.producer === graph.producerOf(key))
    );
    const { isSingle } = part.all.space;
    for (const { upstream, selected, partitions } of isSingle ? [] : part.obstacles) {
      skipped.push({ key: producer.key, upstream, selected, partitions: somePartitions(partitions) });
    }
    const mayGrow = upstream.some((other) => uncertain.has(other.producer.key) || bringsMore(other, snapshot));
    if (mayGrow) uncertain.add(producer.key);
    if (part.missing.isEmpty && (isSingle || !mayGrow)) {
      if (isSingle || part.skipped.isEmpty) fresh.push(...producer.produces);
      continue;
    }
    const context = {
      config: snapshot.configs.get(producer.key),
      resources,
      database,
      history: history.get(producer.key),
    };
    assets.push({
      key: producer.key,
      produces: producer.produces,
      partitions: partitionsInReason(part.missing).partitions ?? null,
      ...estimate(producer, part.missing, context),
      certain: !mayGrow,
    });
  }
  const plan: BackfillPlan = {
    selection,
    range: facts.range,
    force: facts.force,
    assets,
    skipped,
    fresh,
    unknownNames: unknown,
    partitions: assets.reduce((sum, { partitions }) => sum + (partitions?.count ?? 0), 0),
    vendorCalls: assets.reduce((sum, { vendorCalls }) => sum + (vendorCalls ?? 0), 0),
    ...totalSeconds(assets),
  };
  return { plan, parts };
}

/** The plan of a run with an estimate for each step. */
export function withEstimates(plan: Plan, { graph, snapshot, resources, database, history }: PlanContext): Plan {
  return {
    ...plan,
    steps: plan.steps.map((step) => {
      const { partitions, key } = step;
      const context = { config: snapshot.configs.get(key), resources, database, history: history.get(key) };
      const { space } = snapshot.partitions.get(key)!;
      const made = partitions ? PartitionSet.fromRectangles(space, partitions.partitions) : PartitionSet.all(space);
      return { ...step, estimate: estimate(graph.producerOf(key), made, context) };
    }),
  };
}

/** Selected producers in dependency order. */
export function producersOf(graph: AssetGraph, keys: readonly string[]): Producer[] {
  const wanted = new Set(keys.map((key) => graph.producerOf(key)));
  return graph.producers.filter((producer) => wanted.has(producer));
}

/** Whether making it may reveal further partitions to make. */
function bringsMore(part: PartOfBackfill, { partitions }: Snapshot): boolean {
  const { missing } = part;
  return !(missing.space.isSingle ? missing : missing.intersection(partitions.get(part.producer.key)!.made)).isEmpty;
}

function refuseUnmet(
  parts: readonly PartOfBackfill[],
  { graph, snapshot }: { graph: AssetGraph; snapshot: Snapshot },
): void {
  const selected = new Set(parts.map(({ producer }) => producer));
  for (const part of parts) {
    if (part.skipped.isEmpty) continue;
    const unmet = part.producer.upstream.find((key) =>
      !snapshot.latest.has(key) && !selected.has(graph.producerOf(key))
    );
    if (unmet !== undefined) throw new UnmetUpstreamError(part.producer.key, unmet);
  }
}
