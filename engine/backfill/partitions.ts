import type { BackfillStep } from "./ledger.ts";
import type { BackfillRange } from "../store/backfill_records.ts";
import { type PartitionState, readersOf } from "../judge/partition_state.ts";
import { partitionsWithin } from "../judge/partition_work.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import { PartitionSet, type Rectangle } from "../partitions/mod.ts";
import { isFinished } from "../store/records.ts";
import { reasonsOfWhole, type Snapshot } from "../judge/snapshot.ts";

/** What a backfill is about, and what became of it up to now. */
export interface BackfillFacts {
  /** Producers that are selected, in dependency order. */
  producers: readonly Producer[];
  range: BackfillRange;
  force: boolean;
  /** The partitions that it is about as far as that is on record, by asset. */
  partitions: Readonly<Record<string, readonly Rectangle[]>>;
  steps: readonly BackfillStep[];
  /** What failed in runs up to this one is tried again. */
  retriedRun: number;
}

/** Why some partitions cannot be made: something that they read is missing, and will be after the backfill. */
export interface Obstacle {
  upstream: string;
  partitions: PartitionSet;
}

/** An asset made by partitions within a backfill: each of `all` is in exactly one of the five sets. */
export interface PartitionsOfBackfill {
  kind: "partitions";
  producer: Producer;
  all: PartitionSet;
  done: PartitionSet;
  running: PartitionSet;
  /** To be made by this backfill. */
  missing: PartitionSet;
  failed: PartitionSet;
  skipped: PartitionSet;
  obstacles: readonly Obstacle[];
  /** Those of `missing` that can be made now, because what they read is there. */
  ready: PartitionSet;
  error: string | null;
}

/** An asset made as a whole within a backfill. */
export interface WholeOfBackfill {
  kind: "whole";
  producer: Producer;
  state: "done" | "running" | "missing" | "failed" | "skipped";
  /** The upstream asset that keeps it from being made. */
  obstacle: string | null;
  ready: boolean;
  error: string | null;
}

export type PartOfBackfill = PartitionsOfBackfill | WholeOfBackfill;

/** How a backfill stands, asset by asset in the order in which they are made. Reads nothing but its arguments. */
export function backfillParts(facts: BackfillFacts, snapshot: Snapshot, graph: AssetGraph): PartOfBackfill[] {
  const parts = new Map<string, PartOfBackfill>();
  for (const producer of facts.producers) {
    const around = { facts, snapshot, graph, parts, steps: facts.steps.filter(({ key }) => key === producer.key) };
    parts.set(producer.key, producer.recipe.partitionsDef ? partitionsOf(producer, around) : wholeOf(producer, around));
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

function partitionsOf(producer: Producer, around: Around): PartitionsOfBackfill {
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
  // What comes to light on the way belongs to it: a partition that is wanted since, or that a new upstream content made stale.
  const all = recorded.union(facts.force ? asked : asked.intersection(notRight));
  const todo = (facts.force ? all : all.intersection(notRight)).difference(settled);
  const failed = todo.intersection(tried);
  const running = todo.intersection(begun);
  const open = todo.difference(failed).difference(running);
  const { obstacles, held } = obstaclesOf(producer, open, around);
  const skipped = obstacles.reduce((sum, { partitions }) => sum.union(partitions), PartitionSet.none(space));
  const missing = open.difference(skipped);
  return {
    kind: "partitions",
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

/** What the failed partitions themselves say, the newest first; a step says only how many of them it had. */
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

/** What the runs of a backfill have done with the partitions of an asset. */
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
      // Before a retry only what was made counts, and only where being stale does not say more.
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
      // Where no partition is named the step failed as a whole, and with it whatever it was given.
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

/** Partitions that something upstream keeps from being made: for good, or until the backfill has made it. */
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
    const state = snapshot.partitions.get(maker);
    const gone = (partitions: PartitionSet) => {
      const kept = partitions.intersection(open);
      if (!kept.isEmpty) obstacles.push({ upstream, partitions: kept });
    };
    if (state) {
      if (state.missing.isEmpty && snapshot.latest.has(upstream)) continue;
      const coming = part?.kind === "partitions" ? part.missing.union(part.running) : PartitionSet.none(state.space);
      const readers = (partitions: PartitionSet) => readersOf(producer.key, { upstream, partitions }, snapshot);
      gone(readers(state.missing.difference(coming)));
      held = held.union(readers(state.missing.intersection(coming)));
    }
    if (!snapshot.latest.has(upstream)) {
      if (isComing(part)) held = held.union(open);
      else gone(open);
    }
  }
  return { obstacles, held };
}

function wholeOf(producer: Producer, { facts, snapshot, graph, parts, steps }: Around): WholeOfBackfill {
  const last = steps.findLast(({ runId }) => runId > facts.retriedRun);
  const whole = { kind: "whole", producer, obstacle: null, ready: false, error: last?.error?.message ?? null } as const;
  if (last && !isFinished(last.runStatus)) return { ...whole, state: "running" };
  if (last?.status === "failed") return { ...whole, state: "failed" };
  const made = last?.status === "succeeded" || last?.status === "up_to_date";
  // Made once, though its source may have moved on since.
  if (made) return { ...whole, state: "done" };
  const absent = producer.upstream.filter((key) => !snapshot.latest.has(key));
  const obstacle = absent.find((key) => !isComing(parts.get(graph.producerOf(key).key)));
  const upstream = producer.upstream.map((key) => parts.get(graph.producerOf(key).key));
  const due = facts.force || reasonsOfWhole(producer, snapshot).length > 0 || upstream.some(isComing);
  if (!due) return { ...whole, state: "done" };
  if (obstacle !== undefined) return { ...whole, state: "skipped", obstacle };
  return { ...whole, state: "missing", ready: !upstream.some(isComing) };
}

/** Whether the backfill has yet to make some of it. */
function isComing(part: PartOfBackfill | undefined): boolean {
  if (!part) return false;
  return part.kind === "partitions"
    ? !part.missing.isEmpty || !part.running.isEmpty
    : part.state === "missing" || part.state === "running";
}

/** What a backfill can do next: partitions of the first asset that has ready ones, or assets that are made as a whole. */
export function nextWork(
  parts: readonly PartOfBackfill[],
): { kind: "partitions"; part: PartitionsOfBackfill } | { kind: "whole"; producers: Producer[] } | undefined {
  for (const part of parts) {
    if (part.kind === "partitions" ? part.ready.isEmpty : !part.ready) continue;
    if (part.kind === "partitions") return { kind: "partitions", part };
    const whole = parts.filter((other) => other.kind === "whole" && other.ready).map(({ producer }) => producer);
    return { kind: "whole", producers: whole };
  }
  return undefined;
}
