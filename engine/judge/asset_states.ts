import { failedChecks } from "../checks/failed_checks.ts";
import { PartitionSet } from "../partitions/mod.ts";
import { lastSteps } from "../store/asset_records.ts";
import type { EngineContext } from "../store/context.ts";
import { freshnessStates } from "../store/freshness_record.ts";
import type { AssetState, AssetStateName, PartitionCounts } from "./asset_state.ts";
import type { PartitionState } from "./partition_state.ts";
import { reasonsOfAll, takeSnapshot } from "./snapshot.ts";

/** Some assets with their state, in the order of their keys. Reads only their upstream. @throws {UnknownAssetError} */
export async function assetStates(around: EngineContext, keys: readonly string[]): Promise<AssetState[]> {
  const { graph, ledger, database } = around;
  const producers = [...new Set(keys.map((key) => graph.producerOf(key).key))];
  const [snapshot, materializations, steps, freshness] = await Promise.all([
    takeSnapshot(around, { config: {}, of: producers }),
    ledger.materializations.latest(keys),
    lastSteps(database.sql, producers),
    freshnessStates(database.sql, graph, keys),
  ]);
  const { latest } = snapshot;
  const reasons = reasonsOfAll(snapshot, graph);
  const failed = await failedChecks(database.sql, graph, { keys, spaces: snapshot.spaces });
  return keys.map((key) => {
    const asset = graph.asset(key);
    const producer = graph.producerOf(key);
    const lastStep = steps.get(producer.key) ?? null;
    const why = reasons.get(key)!;
    const state: AssetStateName = lastStep?.status === "running"
      ? "running"
      : why.length > 0 && lastStep?.status === "failed"
      ? "failed"
      : !latest.has(key)
      ? "missing"
      : why.length > 0
      ? "stale"
      : "fresh";
    return {
      key,
      group: asset.group,
      layer: asset.layer,
      description: asset.description,
      state,
      reasons: why,
      upstream: graph.upstream(key),
      downstream: graph.downstream(key),
      madeBy: producer.key === key ? null : producer.key,
      external: asset.external,
      lastMaterialization: materializations.get(key) ?? null,
      lastStep,
      partitions: partitionCounts(snapshot.partitions.get(producer.key)!),
      automation: producer.recipe.automation?.text ?? null,
      freshness: freshness.get(key) ?? null,
      // Rejected rows do not concern a fresh asset: its inputs are the same as before them.
      failedChecks: (failed.get(key) ?? []).filter(({ published }) => published || state !== "fresh"),
    };
  });
}

function partitionCounts(state: PartitionState): PartitionCounts | null {
  if (state.space.isSingle) return null;
  return {
    wanted: state.wanted.count,
    made: state.made.count,
    missing: state.missing.count,
    expected: state.expected.count,
    stale: state.stale.count,
    waiting: PartitionSet.together(state.space, state.waiting).count,
    failed: PartitionSet.together(state.space, state.failed).count,
  };
}
