import type { BackfillStep } from "./ledger.ts";
import type { BackfillRange } from "../store/backfill_records.ts";
import { type PartitionState, readersOf } from "../judge/partition_state.ts";
import { partitionsWithin } from "../judge/partition_work.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet, type Rectangle } from "../partitions/mod.ts";
import { isFinished } from "../store/records.ts";
import type { Snapshot } from "../judge/snapshot.ts";

/** The target and the progress of a backfill. */
export interface BackfillFacts {
  /** Selected producers, in dependency order. */
  producers: readonly Producer[];
  range: BackfillRange;
  force: boolean;
  /** Recorded target partitions, by asset. */
  partitions: Readonly<Record<string, readonly Rectangle[]>>;
  steps: readonly BackfillStep[];
  /** Failures in runs up to this id are tried again. */
  retriedRun: number;
}

/** A reason why partitions cannot be made: upstream that is missing and stays missing after the backfill. */
export interface Obstacle {
  upstream: string;
  /** Whether the backfill contains the upstream asset; if not, selecting it removes the obstacle. */
  selected: boolean;
  partitions: PartitionSet;
}

/** An asset within a backfill: each partition of `all` is in exactly one of the five sets. */
export interface PartOfBackfill {
  producer: Producer;
  all: PartitionSet;
  done: PartitionSet;
  running: PartitionSet;
  /** To be made by this backfill. */
  missing: PartitionSet;
  failed: PartitionSet;
  skipped: PartitionSet;
  obstacles: readonly Obstacle[];
  /** Those of `missing` with complete upstream: they can be made now. */
  ready: PartitionSet;
  error: string | null;
}

/** State of a backfill by asset, in dependency order. Depends only on its arguments. */
export function backfillParts(facts: BackfillFacts, snapshot: Snapshot, graph: AssetGraph): PartOfBackfill[] {
  const parts = new Map<string, PartOfBackfill>();
  for (const producer of facts.producers) {
    const around = { facts, snapshot, graph, parts, steps: facts.steps.filter(({ key }) => key === producer.key) };
    const { space } = snapshot.partitions.get(producer.key)!;
    parts.set(producer.key, space.isSingle ? singleOf(producer, around) : partitionsOf(producer, around));
  }
  return [...parts.values()];
}

interface Around {
  facts: BackfillFacts;
  snapshot: Snapshot;
  graph: AssetGraph;
  parts: ReadonlyMap<string, PartOfBackfill>;
  steps: readonly BackfillStep[];
}

function partitionsOf(producer: Producer, around: Around): PartOfBackfill {
  const { facts, snapshot } = around;
  const state = snapshot.partitions.get(producer.key)!;
  const { space } = state;
  const asked = partitionsWithin(state, facts.range);
  const notRight = state.missing.union(state.stale);
  const { settled, failed: tried, running: begun, error } = settledPartitions(around.steps, {
    of: (rectangles) => PartitionSet.fromRectangles(space, rectangles),
    none: PartitionSet.none(space),
    facts,
  });
  const recorded = PartitionSet.fromRectangles(space, facts.partitions[producer.key] ?? []).intersection(state.wanted);
  // Includes partitions that became wanted, or stale by new upstream content, since the backfill started.
  const all = recorded.union(facts.force ? asked : asked.intersection(notRight));
  const todo = (facts.force ? all : all.intersection(notRight)).difference(settled);
  const failed = todo.intersection(tried);
  const running = todo.intersection(begun);
  const open = todo.difference(failed).difference(running);
  const { obstacles, held } = obstaclesOf(producer, open, around);
  const skipped = PartitionSet.together(space, obstacles);
  const missing = open.difference(skipped);
  return {
    producer,
    all,
    done: all.difference(todo),
    running,
    missing,
    failed,
    skipped,
    obstacles,
    ready: missing.difference(held),
    error: failed.isEmpty ? null : errorOf(state, { key: producer.key, partitions: failed }) ?? error,
  };
}

/** The errors of the failed partitions, newest first: the step's own error has only their number. */
function errorOf(
  { failed: failures }: PartitionState,
  { key, partitions }: { key: string; partitions: PartitionSet },
): string | null {
  const said = new Set(
    failures.filter((failure) => !failure.partitions.intersection(partitions).isEmpty).map(({ error }) =>
      error.message
    ),
  );
  if (said.size === 0) return null;
  const [first] = said;
  const others = said.size === 1 ? "" : ` (and ${said.size - 1} other error${said.size === 2 ? "" : "s"})`;
  return `${partitions.count} partition${partitions.count === 1 ? "" : "s"} of ${key} could not be made: ${
    first!.replace(/\.$/, "")
  }${others}.`;
}

/** Results of a backfill's runs for the partitions of an asset. */
function settledPartitions(
  steps: readonly BackfillStep[],
  { of, none, facts }: {
    of: (rectangles: readonly Rectangle[]) => PartitionSet;
    none: PartitionSet;
    facts: BackfillFacts;
  },
): { settled: PartitionSet; failed: PartitionSet; running: PartitionSet; error: string | null } {
  let [settled, failed, running] = [none, none, none];
  let message: string | null = null;
  for (const { runId, runStatus, status, error, ...partitions } of steps) {
    const given = of(partitions.given ?? []);
    const done = of(partitions.done?.partitions ?? []);
    if (runId <= facts.retriedRun) {
      // Before a retry only materialized partitions count, and only with `force`: otherwise staleness decides.
      if (facts.force) settled = settled.union(status === "succeeded" ? given : done);
      continue;
    }
    if (status === "succeeded" || status === "up_to_date") {
      settled = settled.union(given);
      failed = failed.difference(given);
      continue;
    }
    settled = settled.union(done);
    if (status === "failed") {
      const own = of(partitions.failed?.partitions ?? []);
      // If no partition is named, the step failed as a whole, with all its partitions.
      const lost = own.isEmpty ? given.difference(done) : own;
      failed = failed.union(lost);
      if (error?.partial) settled = settled.union(given.difference(lost));
      message = error?.message ?? message;
    } else if (!isFinished(runStatus)) {
      failed = failed.union(of(partitions.failed?.partitions ?? []));
      running = running.union(given);
    }
  }
  return { settled, failed, running: running.difference(failed), error: message };
}

/** Partitions blocked by missing upstream: for good, or until the backfill has made it. */
function obstaclesOf(
  producer: Producer,
  open: PartitionSet,
  around: Around,
): { obstacles: Obstacle[]; held: PartitionSet } {
  const { snapshot, graph, parts } = around;
  const obstacles: Obstacle[] = [];
  let held = PartitionSet.none(open.space);
  if (open.isEmpty) return { obstacles, held };
  for (const upstream of producer.upstream) {
    const maker = graph.producerOf(upstream).key;
    const part = parts.get(maker);
    const { missing: absent } = snapshot.partitions.get(maker)!;
    const gone = (partitions: PartitionSet) => {
      const kept = partitions.intersection(open);
      if (!kept.isEmpty) obstacles.push({ upstream, selected: part !== undefined, partitions: kept });
    };
    if (!absent.isEmpty && !absent.space.isSingle) {
      const coming = part ? part.missing.union(part.running) : PartitionSet.none(absent.space);
      const readers = (partitions: PartitionSet) => readersOf(producer.key, { upstream, partitions }, snapshot);
      gone(readers(absent.difference(coming)));
      held = held.union(readers(absent.intersection(coming)));
    }
    if (!snapshot.latest.has(upstream)) {
      if (isComing(part)) held = held.union(open);
      else gone(open);
    }
  }
  return { obstacles, held };
}

/**
 * An unpartitioned asset, which runs of a backfill do not name. It is made again if some of its upstream is pending, and counts as
 * done once it was made, even if its source has changed since.
 */
function singleOf(producer: Producer, { facts, snapshot, graph, parts, steps }: Around): PartOfBackfill {
  const { wanted: all, missing, stale } = snapshot.partitions.get(producer.key)!;
  const last = steps.findLast(({ runId }) => runId > facts.retriedRun);
  const comes = producer.upstream.filter((key) => isComing(parts.get(graph.producerOf(key).key)));
  const obstacle = producer.upstream.find((key) => !snapshot.latest.has(key) && !comes.includes(key));
  const state = last && !isFinished(last.runStatus)
    ? "running"
    : last?.status === "failed"
    ? "failed"
    : last?.status === "succeeded" || last?.status === "up_to_date"
    ? "done"
    : !facts.force && missing.union(stale).isEmpty && comes.length === 0
    ? "done"
    : obstacle !== undefined
    ? "skipped"
    : "missing";
  const none = PartitionSet.none(all.space);
  return {
    producer,
    all,
    ...{ done: none, running: none, missing: none, failed: none, skipped: none, [state]: all },
    obstacles: state === "skipped"
      ? [{ upstream: obstacle!, selected: parts.has(graph.producerOf(obstacle!).key), partitions: all }]
      : [],
    ready: state === "missing" && comes.length === 0 ? all : none,
    error: last?.error?.message ?? null,
  };
}

/** Whether the backfill still has to make some of it. */
function isComing(part: PartOfBackfill | undefined): boolean {
  return part !== undefined && !(part.missing.isEmpty && part.running.isEmpty);
}

/** Next work of a backfill: partitions of the first asset that has ready ones, or all ready unpartitioned assets. */
export function nextWork(parts: readonly PartOfBackfill[]): readonly PartOfBackfill[] {
  const ready = parts.filter((part) => !part.ready.isEmpty);
  return ready[0]?.all.space.isSingle ? ready.filter(({ all }) => all.space.isSingle) : ready.slice(0, 1);
}
