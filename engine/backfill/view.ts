import type { Database } from "../../resources/database/database.ts";
import { backfillParts, type PartOfBackfill } from "./partitions.ts";
import { estimate, totalSeconds } from "../judge/estimate.ts";
import { stepDurations, type StepHistory } from "../store/step_durations.ts";
import type { BackfillLedger, BackfillStep, StoredBackfill } from "./ledger.ts";
import { producersOf } from "./plan.ts";
import {
  type Backfill,
  type BackfillAssetState,
  type BackfillPartitionState,
  backfillPartitionStates,
  type BackfillProgress,
} from "../store/backfill_records.ts";
import { type SomePartitions, somePartitions } from "../store/reasons.ts";
import type { Rectangle } from "../partitions/mod.ts";
import { select } from "../declare/selection.ts";
import { type Snapshot, takeSnapshot } from "../judge/snapshot.ts";
import type { EngineContext } from "../store/context.ts";

/** A backfill, and the current state of its assets. */
export interface LookedAt {
  backfill: StoredBackfill;
  steps: readonly BackfillStep[];
  snapshot: Snapshot;
  parts: PartOfBackfill[];
}

/** Number of runs returned with a backfill. */
const shownRuns = 20;

/** Reads the state of an unfinished backfill. @throws {UnknownAssetError} If the selection names assets that are gone. */
export async function lookAt(
  backfill: StoredBackfill,
  { around, ledger }: { around: EngineContext; ledger: BackfillLedger },
): Promise<LookedAt> {
  const { graph } = around;
  const producers = producersOf(graph, select(graph, backfill.selection));
  // Steps first: partitions made after this read then show in the snapshot. In the other order they could be missing in both.
  const steps = await ledger.steps(backfill.id);
  const snapshot = await takeSnapshot(around, { config: {}, of: producers.map(({ key }) => key) });
  const { range, force, partitions, retriedRun } = backfill;
  const parts = backfillParts({ producers, range, force, partitions, steps, retriedRun }, snapshot, graph);
  return { backfill, steps, snapshot, parts };
}

/** The target partitions of a backfill, for storing. */
export function partitionsOnRecord(parts: readonly PartOfBackfill[]): Record<string, Rectangle[]> {
  return Object.fromEntries(
    parts.flatMap(({ producer, all }) => all.space.isSingle ? [] : [[producer.key, all.rectangles()]]),
  );
}

/** Partitions of all assets by state. */
export function progressOf(parts: readonly PartOfBackfill[]): BackfillProgress {
  const progress: BackfillProgress = { partitions: 0, done: 0, running: 0, missing: 0, failed: 0, skipped: 0 };
  for (const part of parts) {
    if (part.all.space.isSingle) continue;
    progress.partitions += part.all.count;
    for (const state of backfillPartitionStates) progress[state] += part[state].count;
  }
  return progress;
}

/** Why a backfill did not make everything, as a sentence; `null` if it did. */
export function shortfallOf(parts: readonly PartOfBackfill[]): string | null {
  const messages = parts.flatMap((part) => {
    const { key } = part.producer;
    const message = messageOfPart(part);
    return message === null ? [] : [part.all.space.isSingle ? `${key}: ${message}` : message];
  });
  return messages.length === 0 ? null : messages.join(" ");
}

/** State of each asset. */
export function assetStates(
  parts: readonly PartOfBackfill[],
  { snapshot, resources, database, own, before }: {
    snapshot: Snapshot;
    resources: unknown;
    database: Database;
    /** Durations of this backfill's steps. */
    own: ReadonlyMap<string, StepHistory>;
    /** Durations of the last steps of any run. */
    before: ReadonlyMap<string, StepHistory>;
  },
): BackfillAssetState[] {
  return parts.map((part) => {
    const { key } = part.producer;
    const observed = own.get(key);
    const history = observed && observed.partitions > 0 ? observed : before.get(key);
    const left = part.missing.union(part.running);
    const context = { config: snapshot.configs.get(key), resources, database, history };
    return {
      key,
      state: stateOf(part),
      partitions: part.all.space.isSingle
        ? null
        : Object.fromEntries(backfillPartitionStates.map((state) => [state, somePartitions(part[state])])) as Record<
          BackfillPartitionState,
          SomePartitions
        >,
      message: messageOfPart(part),
      remainingSeconds: estimate(part.producer, left, context).seconds,
    };
  });
}

/** A backfill with its assets, runs and remaining time. */
export async function viewOf(
  stored: StoredBackfill,
  { around, ledger }: { around: EngineContext; ledger: BackfillLedger },
): Promise<Backfill> {
  const { partitions: _, outcome, acknowledgedRun: __, retriedRun: ___, processId: ____, ...backfill } = stored;
  const { runs, count: runCount } = await ledger.runs(stored.id, shownRuns);
  if (outcome) {
    return { ...backfill, assets: outcome, runs, runCount, remainingSeconds: null, expectedAt: null };
  }
  const looked = await lookAt(stored, { around, ledger });
  const assets = await statesOf(looked, around);
  const { seconds, unknown } = totalSeconds(
    assets.map(({ key, remainingSeconds }) => ({ key, seconds: remainingSeconds })),
  );
  const running = stored.status === "running";
  const remainingSeconds = running ? seconds : null;
  return {
    ...backfill,
    progress: progressOf(looked.parts),
    assets,
    runs,
    runCount,
    remainingSeconds,
    expectedAt: running && unknown.length === 0
      ? around.clock.now().add({ milliseconds: Math.round(seconds * 1000) }).toString()
      : null,
  };
}

/** State of each asset of a backfill, with the remaining time at the observed rate. */
export async function statesOf(
  { backfill, parts, snapshot }: LookedAt,
  around: EngineContext,
): Promise<BackfillAssetState[]> {
  const keys = parts.map(({ producer }) => producer.key);
  const { sql } = around.database;
  const [own, before] = await Promise.all([stepDurations(sql, keys, backfill.id), stepDurations(sql, keys)]);
  return assetStates(parts, { snapshot, resources: around.resources, database: around.database, own, before });
}

function stateOf(part: PartOfBackfill): BackfillPartitionState {
  const order = ["running", "missing", "failed", "skipped"] as const;
  return order.find((state) => !part[state].isEmpty) ?? "done";
}

function messageOfPart(part: PartOfBackfill): string | null {
  if (part.all.space.isSingle) {
    const [obstacle] = part.obstacles;
    if (obstacle) return `skipped, because its upstream ${obstacle.upstream} has not been made.`;
    return part.failed.isEmpty ? null : part.error;
  }
  const said = [
    ...(part.failed.isEmpty
      ? []
      : [part.error ?? `${partitionsText(part.failed.count)} of ${part.producer.key} failed.`]),
    ...skippedText(part),
  ];
  return said.length === 0 ? null : said.map((text) => text.endsWith(".") ? text : `${text}.`).join(" ");
}

function skippedText({ skipped, obstacles, producer }: PartOfBackfill): string[] {
  if (skipped.isEmpty) return [];
  const upstream = [...new Set(obstacles.map((obstacle) => obstacle.upstream))].join(" and ");
  const remedy = obstacles.some(({ selected }) => !selected) ? ` Select +${producer.key} to make those as well.` : "";
  return [
    `${
      partitionsText(skipped.count)
    } of ${producer.key} are skipped: their inputs from ${upstream} are missing.${remedy}`,
  ];
}

function partitionsText(count: number): string {
  return `${count} partition${count === 1 ? "" : "s"}`;
}
