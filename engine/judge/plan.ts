import type { BlockedStep, Plan, PlannedStep, WaitingPartitions } from "../store/run_plan.ts";
import { WaitingLine, whyRejected } from "./blocking.ts";
import { gapsUpstream, readersOf } from "./partition_state.ts";
import { missingReason, type Reason, somePartitions, upstreamStale } from "../store/reasons.ts";
import { partitionWork } from "./partition_work.ts";
import type { PartitionRange } from "../partitions/partition_range.ts";
import { UnmetUpstreamError } from "../errors.ts";
import { mayBeUnknown } from "../declare/external_asset.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { reasonsOfPartitions, reasonsOfWhole, type Snapshot } from "./snapshot.ts";

/**
 * What has to run so that the selected assets are fresh. Reads nothing but its arguments.
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
  /** Partitions of planned steps; everything for those without. */
  const plannedPartitions = new Map<string, PartitionSet>();
  const fresh: string[] = [];
  const waiting: WaitingPartitions[] = [];
  const blocked: BlockedStep[] = [];
  // A forced run waits for nothing.
  const line = new WaitingLine(graph, request.force ? new Map() : snapshot.rejected, snapshot);
  for (const producer of graph.producers) {
    const rebuilt = producer.upstream.filter((key) => planned.has(graph.producerOf(key).key));
    const blocker = line.next(producer, { willReadAnew: wanted.has(producer) && rebuilt.length > 0 });
    if (!wanted.has(producer)) continue;
    if (producer.asset.external) {
      if (snapshot.latest.has(producer.key)) fresh.push(producer.key);
      continue;
    }
    // Whatever it has to do of its own: what it reads is known not to be what it should be.
    if (blocker) {
      blocked.push({ key: producer.key, because: whyRejected(blocker), blockedBy: blocker.key, run: blocker.runId });
      continue;
    }
    const step = snapshot.partitions.has(producer.key)
      ? planPartitions(producer, rebuilt, { graph, snapshot, request, plannedPartitions })
      : planWhole(producer, rebuilt, { graph, snapshot, request });
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
    if (partitions) plannedPartitions.set(producer.key, partitions);
    planned.set(producer.key, {
      key: producer.key,
      produces: producer.produces,
      after: [...new Set(rebuilt.map((key) => graph.producerOf(key).key))],
      reasons: [
        ...own,
        ...rebuilt.filter((key) => !own.some((r) => r.kind === "upstream_changed" && r.upstream === key))
          .map((key) => upstreamStale(key, !snapshot.latest.has(key))),
      ],
      certain: own.length > 0,
      ...(partitions && { partitions: somePartitions(partitions) }),
    });
  }
  return { ...request, steps: [...planned.values()], fresh, waiting, blocked };
}

interface PossibleStep {
  needed: boolean;
  own: Reason[];
  partitions?: PartitionSet;
  waiting: readonly WaitingPartitions[];
}

const forced: Reason = { kind: "forced", message: "asked for whether stale or not" };

function planWhole(
  producer: Producer,
  rebuilt: readonly string[],
  { graph, snapshot, request }: { graph: AssetGraph; snapshot: Snapshot; request: { force: boolean } },
): PossibleStep {
  const own = request.force ? [forced] : reasonsOfWhole(producer, snapshot);
  if (own.length === 0 && rebuilt.length === 0) return { needed: false, own, waiting: [] };
  // What has a gap that nothing in the plan closes is not made with the gap in it.
  const waiting = gapsUpstream(producer, snapshot, graph).filter(({ upstream }) => !rebuilt.includes(upstream))
    .map(({ upstream, partitions }) => ({ key: producer.key, upstream, partitions: somePartitions(partitions) }));
  return { needed: waiting.length === 0, own, waiting };
}

function planPartitions(
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
  const work = partitionWork(state, request);
  const isNew = producer.produces.some((key) => !snapshot.latest.has(key));
  // What the plan makes upstream lets waiting partitions go on, and may change what was made of it.
  const fromUpstream = rebuilt.reduce((all, key) => {
    const partitions = plannedPartitions.get(graph.producerOf(key).key) ?? PartitionSet.all(snapshot.spaces.get(key)!);
    return all.union(readersOf(producer.key, { upstream: key, partitions }, snapshot));
  }, PartitionSet.none(state.space));
  const released = work.wait.reduce(
    (all, { upstream, partitions }) => rebuilt.includes(upstream) ? all.union(partitions) : all,
    PartitionSet.none(state.space),
  );
  const waiting = work.wait.filter(({ upstream }) => !rebuilt.includes(upstream))
    .map(({ upstream, partitions }) => ({ key: producer.key, upstream, partitions: somePartitions(partitions) }));
  const certain = work.make.union(work.remove);
  const touched = fromUpstream.intersection(state.made);
  const partitions = certain.union(released).union(request.range ? PartitionSet.none(state.space) : touched);
  const own = request.force
    ? (certain.isEmpty ? [] : [forced])
    : isNew || !certain.isEmpty
    ? request.range ? reasonsWithin(producer, snapshot, certain) : reasonsOfPartitions(producer, snapshot)
    : [];
  return {
    needed: isNew || !partitions.isEmpty || (rebuilt.length > 0 && request.range === null),
    own,
    partitions,
    waiting,
  };
}

/** Why the partitions of a range are to be made. */
export function reasonsWithin(
  producer: Producer,
  { partitions, latest, replaced }: Snapshot,
  asked: PartitionSet,
): Reason[] {
  const state = partitions.get(producer.key)!;
  const missing = state.missing.intersection(asked);
  const reasons: Reason[] = [];
  if (!latest.has(producer.key)) {
    reasons.push(missingReason(producer.key, replaced));
  } else if (!missing.isEmpty) {
    const message = `${missing.count} of its partitions have never been materialized`;
    reasons.push({ kind: "partitions_missing", message, partitions: somePartitions(missing) });
  }
  for (const { reason, partitions: stale } of state.reasons) {
    const here = stale.intersection(asked);
    if (!here.isEmpty) reasons.push({ ...reason, partitions: somePartitions(here) });
  }
  return reasons;
}
