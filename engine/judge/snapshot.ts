import { blockedReason, WaitingLine } from "./blocking.ts";
import type { RejectedAttempt, StepTask } from "../store/records.ts";
import type { Database } from "../../resources/database/database.ts";
import type { EngineContext } from "../store/context.ts";
import { addState, noStates, type PartitionStates, partitionStates, readersOf } from "./partition_state.ts";
import type { PartitionRecords } from "../store/partition_records.ts";
import { missingReason, partitionsInReason, type Reason, upstreamStale, type Versions } from "../store/reasons.ts";
import type { Producer } from "../declare/graph.ts";
import { latestVersions, rejectedAttempts, replacedTables } from "../store/asset_records.ts";
import { readColumns } from "../store/read_columns.ts";
import { readsEverything } from "../partitions/mapping.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { toRows } from "../declare/row_schema.ts";
import { type Present, sourceUnreadable } from "./staleness.ts";
import { configOf, presentOf } from "./present.ts";

export type LatestVersions = ReadonlyMap<string, Versions & { rowCount: number }>;

/** The state of some producers at one moment: their current inputs, their recorded inputs, and their partitions. */
export interface Snapshot extends PartitionStates {
  producers: readonly Producer[];
  present: ReadonlyMap<string, Present>;
  latest: LatestVersions;
  configs: ReadonlyMap<string, unknown>;
  records: PartitionRecords;
  /** The latest rejected attempt of each producer, regardless of later events. */
  rejected: ReadonlyMap<string, RejectedAttempt>;
  /** Why tables were replaced, by key of the assets that were not made since. */
  replaced: ReadonlyMap<string, string>;
}

/**
 * Reads the state of producers and all their upstream.
 *
 * @param config Settings of a run, by asset key.
 */
export async function takeSnapshot(
  around: EngineContext,
  { config, of }: { config: Readonly<Record<string, unknown>>; of?: readonly string[] },
): Promise<Snapshot> {
  const { graph, database, partitionLedger, standingConfig, resources, clock } = around;
  const producers = of === undefined ? graph.producers : upstreamClosure(around, of);
  const keys = producers.flatMap((producer) => producer.produces);
  const configs = new Map(producers.map((p) => [p.key, configOf(p, standingConfig, config)]));
  const [present, latest, rejected, replaced] = await Promise.all([
    Promise.all(
      producers.map(async (p): Promise<[string, Present]> => [p.key, await presentOf(p, configs.get(p.key), around)]),
    ),
    latestVersions(database.sql, keys),
    rejectedAttempts(database.sql),
    replacedTables(database.sql, keys),
  ]);
  const tracked = keys.filter((key) => graph.asset(key).partitionedBy !== undefined);
  const records = await partitionLedger.records({
    producers: producers.filter((p) => p.recipe.partitionsDef).map((p) => p.key),
    tracked,
    readers: producers.filter((p) => !p.recipe.partitionsDef).flatMap((p) => latest.get(p.key) ?? []),
  });
  const states = await partitionStates(producers, {
    graph,
    present: new Map(present),
    latest,
    records,
    configs,
    resources,
    clock,
    rows: (key) => currentRows(around, key, latest),
  });
  return {
    producers,
    present: new Map(present),
    latest,
    configs,
    records,
    rejected: ofThese(rejected, producers),
    replaced,
    ...states,
  };
}

function ofThese<T>(byProducer: ReadonlyMap<string, T>, producers: readonly Producer[]): Map<string, T> {
  return new Map(producers.flatMap(({ key }) => byProducer.has(key) ? [[key, byProducer.get(key)!] as const] : []));
}

/** The snapshot of a step: only the producer's own record if none of its inputs is partitioned. */
export async function takeStepSnapshot(around: EngineContext, task: StepTask): Promise<Snapshot> {
  const { graph, standingConfig } = around;
  const producer = graph.producerOf(task.key);
  const config = configOf(producer, standingConfig, task.config);
  const byPartitions = producer.recipe.partitionsDef !== undefined ||
    producer.produces.some((key) => graph.asset(key).carriedOn) ||
    Object.entries(producer.recipe.deps).some(([name, { key, partitionedBy }]) =>
      graph.producerOf(key).recipe.partitionsDef !== undefined ||
      (partitionedBy !== undefined && !readsEverything(producer.recipe.mappings[name]!(config)))
    );
  if (byPartitions) return await takeSnapshot(around, { config: task.config, of: [task.key] });
  const facts = {
    graph,
    present: new Map([[producer.key, await presentOf(producer, config, around)]]),
    latest: await latestVersions(around.database.sql, [...producer.produces, ...producer.upstream]),
    configs: new Map([[producer.key, config]]),
    records: { made: new Map(), failed: new Map(), extents: new Map(), changes: new Map() },
  };
  const states = noStates();
  addState(producer, null, facts, states);
  return { producers: [producer], ...facts, rejected: new Map(), replaced: new Map(), ...states };
}

/** Reasons of every asset, including those inherited from upstream. */
export function reasonsOfAll(snapshot: Snapshot, graph: EngineContext["graph"]): Map<string, Reason[]> {
  const reasons = new Map<string, Reason[]>();
  const unsettled: Unsettled = new Map();
  const line = new WaitingLine(graph, snapshot.rejected, snapshot);
  for (const producer of snapshot.producers) {
    const state = snapshot.partitions.get(producer.key)!;
    const own = reasonsOf(producer, snapshot);
    const changed = new Set(own.flatMap((r) => r.kind === "upstream_changed" ? [r.upstream] : []));
    const inherited: Reason[] = [];
    let partitions = state.expected.union(state.stale);
    for (const key of producer.upstream) {
      if (reasons.get(key)!.length === 0) continue;
      const readers = readersOfUnsettled(producer, key, { snapshot, graph, unsettled });
      partitions = partitions.union(readers ?? state.made.union(state.expected));
      if (!readers?.isEmpty && !changed.has(key)) inherited.push(upstreamStale(key, snapshot));
    }
    unsettled.set(producer.key, partitions);
    const blocker = line.next(producer, { willReadAnew: false });
    // First, because it has to be fixed first.
    const all = [...blocker ? [blockedReason(blocker)] : [], ...own, ...inherited];
    for (const key of producer.produces) reasons.set(key, all);
  }
  return reasons;
}

/** Partitions that are to be made again, or may be after their upstream; by producer. */
type Unsettled = Map<string, PartitionSet>;

/**
 * The partitions of a producer that read an unsettled partition of an upstream asset; `undefined` if these may be all, and further
 * ones: for an upstream asset with a single partition, one never made, or one listed under `after`.
 */
function readersOfUnsettled(
  producer: Producer,
  upstream: string,
  { snapshot, graph, unsettled }: { snapshot: Snapshot; graph: EngineContext["graph"]; unsettled: Unsettled },
): PartitionSet | undefined {
  const { made, expected } = snapshot.partitions.get(producer.key)!;
  const partitions = unsettled.get(graph.producerOf(upstream).key)!;
  const reads = snapshot.reads.get(producer.key)!.some((read) => read.upstream === upstream);
  if (partitions.space.isSingle || !snapshot.latest.has(upstream) || !reads) return undefined;
  return readersOf(producer.key, { upstream, partitions }, snapshot).intersection(made.union(expected));
}

/**
 * The producer's own reasons for not being fresh, without those inherited from upstream.
 *
 * @param within Only reasons of these partitions; then missing ones count whether expected or not.
 */
export function reasonsOf(
  producer: Producer,
  { partitions, latest, present, replaced }: Snapshot,
  within?: PartitionSet,
): Reason[] {
  const state = partitions.get(producer.key)!;
  const absent = producer.produces.find((key) => !latest.has(key));
  if (producer.asset.external && absent !== undefined) {
    return [{ kind: "never_materialized", message: `${absent} has never been reported` }];
  }
  const reasons: Reason[] = [];
  if (absent !== undefined) {
    reasons.push(missingReason(absent, replaced.get(absent)));
  } else {
    const missing = within ? state.missing.intersection(within) : state.expected;
    const lost = state.lost.intersection(missing);
    const never = missing.difference(lost);
    if (!never.isEmpty) {
      const message = `${never.count} of its partitions have never been materialized`;
      reasons.push({ kind: "partitions_missing", message, ...partitionsInReason(never) });
    }
    if (!lost.isEmpty) {
      const message = `${lost.count} of its partitions are no longer in its tables: ${state.lostBecause}`;
      reasons.push({ kind: "table_replaced", message, ...partitionsInReason(lost) });
    }
  }
  for (const { reason, partitions: stale } of state.reasons) {
    const here = within ? stale.intersection(within) : stale;
    if (!here.isEmpty) reasons.push(here === stale ? reason : { ...reason, ...partitionsInReason(here) });
  }
  const gone = within ? state.gone.intersection(within) : state.gone;
  if (!gone.isEmpty) {
    const message = `${gone.count} of its partitions are no longer part of it`;
    reasons.push({ kind: "partitions_gone", message, ...partitionsInReason(gone) });
  }
  const { sourceError } = present.get(producer.key)!;
  if (sourceError !== undefined && !within && !state.space.isSingle) reasons.push(sourceUnreadable(sourceError));
  return reasons;
}

/** Last rows read, by key: a materialization never changes, and partitions are judged far more often than rows change. */
const knownRows = new WeakMap<Database, Map<string, { materialization: number; rows: Record<string, unknown>[] }>>();

async function currentRows(
  { database, graph }: EngineContext,
  key: string,
  latest: LatestVersions,
): Promise<readonly Record<string, unknown>[]> {
  const version = latest.get(key);
  if (!version) return [];
  let known = knownRows.get(database);
  if (!known) knownRows.set(database, known = new Map());
  const before = known.get(key);
  if (before?.materialization === version.materialization) return before.rows;
  const asset = graph.asset(key);
  const columns = await readColumns(database, asset, asset.schema.columns.map((c) => c.name), version.materialization);
  const rows = toRows(asset.schema, columns) as Record<string, unknown>[];
  known.set(key, { materialization: version.materialization, rows });
  return rows;
}

function upstreamClosure({ graph }: EngineContext, keys: readonly string[]): Producer[] {
  const wanted = new Set<string>();
  const open = [...keys];
  while (open.length > 0) {
    const producer = graph.producerOf(open.pop()!);
    if (wanted.has(producer.key)) continue;
    wanted.add(producer.key);
    open.push(...producer.upstream);
  }
  return graph.producers.filter((producer) => wanted.has(producer.key));
}
