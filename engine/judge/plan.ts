import type { BlockedStep, Plan, PlannedStep, WaitingPartitions } from "../store/run_plan.ts";
import { WaitingLine, whyRejected } from "./blocking.ts";
import { partitionsOfAsset, readersOf } from "./partition_state.ts";
import { partitionsInReason, type Reason, somePartitions, upstreamStale } from "../store/reasons.ts";
import { partitionWork } from "./partition_work.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import { UnmetUpstreamError } from "../errors.ts";
import { mayBeUnknown } from "../declare/external_asset.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { reasonsOf, type Snapshot } from "./snapshot.ts";

/**
 * The steps that make the selected assets fresh. A pure function of its arguments.
 *
 * @throws {UnmetUpstreamError} If a step would read an asset that has never been materialized and is not selected.
 */
export function planRun(
  graph: AssetGraph,
  selected: readonly string[],
  snapshot: Snapshot,
  request: { selection: string; force: boolean; range: PartitionRange | null },
): Plan {
  const wanted = new Set(selected.map((key) => graph.producerOf(key)));
  const planned = new Map<string, PlannedStep>();
  /** Partitions of planned steps, by producer. */
  const plannedPartitions = new Map<string, PartitionSet>();
  const fresh: string[] = [];
  const waiting: WaitingPartitions[] = [];
  const blocked: BlockedStep[] = [];
  // A forced run is never blocked.
  const line = new WaitingLine(graph, request.force ? new Map() : snapshot.rejected, snapshot);
  for (const producer of graph.producers) {
    const rebuilt = producer.upstream.filter((key) => planned.has(graph.producerOf(key).key));
    const blocker = line.next(producer, { willReadAnew: wanted.has(producer) && rebuilt.length > 0 });
    if (!wanted.has(producer)) continue;
    if (producer.asset.external) {
      if (snapshot.latest.has(producer.key)) fresh.push(producer.key);
      continue;
    }
    // Regardless of its own work: its upstream is known to be outdated.
    if (blocker) {
      blocked.push({ key: producer.key, because: whyRejected(blocker), blockedBy: blocker.key, run: blocker.runId });
      continue;
    }
    const step = planStep(producer, rebuilt, { graph, snapshot, request, plannedPartitions });
    waiting.push(...step.waiting);
    if (!step.needed) {
      fresh.push(...producer.produces.filter((key) => selected.includes(key)));
      continue;
    }
    for (const key of producer.upstream) {
      if (snapshot.latest.has(key) || rebuilt.includes(key) || mayBeUnknown(graph, key)) continue;
      throw new UnmetUpstreamError(producer.key, key);
    }
    const { own, partitions } = step;
    plannedPartitions.set(producer.key, partitions);
    planned.set(producer.key, {
      key: producer.key,
      produces: producer.produces,
      after: [...new Set(rebuilt.map((key) => graph.producerOf(key).key))],
      reasons: [
        ...own,
        ...rebuilt.filter((key) => !own.some((r) => r.kind === "upstream_changed" && r.upstream === key))
          .map((key) => upstreamStale(key, snapshot)),
      ],
      certain: own.length > 0,
      ...partitionsInReason(partitions),
    });
  }
  return { ...request, steps: [...planned.values()], fresh, waiting, blocked };
}

interface PossibleStep {
  needed: boolean;
  own: Reason[];
  partitions: PartitionSet;
  waiting: readonly WaitingPartitions[];
}

const forced: Reason = { kind: "forced", message: "forced, whether stale or not" };

function planStep(
  producer: Producer,
  rebuilt: readonly string[],
  { graph, snapshot, request, plannedPartitions }: {
    graph: AssetGraph;
    snapshot: Snapshot;
    request: { force: boolean; range: PartitionRange | null };
    plannedPartitions: ReadonlyMap<string, PartitionSet>;
  },
): PossibleStep {
  const state = snapshot.partitions.get(producer.key)!;
  const { space } = state;
  const none = PartitionSet.none(space);
  // A range does not restrict a single partition, which is judged again whenever one of its inputs is made.
  const range = space.isSingle ? null : request.range;
  const force = request.force || (space.isSingle && rebuilt.length > 0);
  const work = partitionWork(state, { force, range });
  const isNew = producer.produces.some((key) => !snapshot.latest.has(key));
  // Planned upstream steps unblock waiting partitions, and may make downstream ones stale.
  const fromUpstream = rebuilt.reduce((all, key) => {
    const made = plannedPartitions.get(graph.producerOf(key).key)!;
    return all.union(
      readersOf(producer.key, { upstream: key, partitions: partitionsOfAsset(key, made, snapshot) }, snapshot),
    );
  }, none);
  const released = PartitionSet.together(space, work.wait.filter(({ upstream }) => rebuilt.includes(upstream)));
  const waits = work.wait.filter(({ upstream }) => !rebuilt.includes(upstream));
  const certain = work.make.union(work.remove).union(space.isSingle ? released : none);
  const partitions = certain.union(released).union(range ? none : fromUpstream.intersection(state.made));
  const needed = isNew || !partitions.isEmpty || (rebuilt.length > 0 && range === null);
  return {
    // A single partition is not made while upstream is missing that the plan does not make.
    needed: needed && !(space.isSingle && waits.length > 0),
    own: request.force
      ? (certain.isEmpty ? [] : [forced])
      : isNew || !certain.isEmpty
      ? reasonsOf(producer, snapshot, range ? certain : undefined)
      : [],
    partitions,
    waiting: waits.map(({ upstream, partitions, lacking = partitions }) => ({
      key: producer.key,
      upstream,
      partitions: somePartitions(lacking),
    })),
  };
}
