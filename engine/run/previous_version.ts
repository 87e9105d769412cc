import type { Database } from "../../resources/database/database.ts";
import type { PreviousVersion } from "../declare/asset.ts";
import { earliest } from "../declare/earliest.ts";
import type { AssetGraph, Producer } from "../declare/graph.ts";
import type { Snapshot } from "../judge/snapshot.ts";
import { PartitionSet, PartitionSpace } from "../partitions/mod.ts";
import { ownRows } from "./step_inputs.ts";
import { isPartitionVersion } from "./partition_version.ts";

/**
 * The version that a function may carry on; `null` if none of its tables is `carriedOn`, or if its rows have to be made from nothing:
 * there is no version of a table, its checks failed as errors, or code or settings have changed. The source may have changed.
 */
export function previousVersion(
  producer: Producer,
  graph: AssetGraph,
  { snapshot, ...reading }: {
    database: Database;
    snapshot: Pick<Snapshot, "latest" | "present" | "records">;
    signal: AbortSignal;
  },
): PreviousVersion | null {
  const assets = producer.produces.map((key) => graph.asset(key));
  if (!assets.some(({ carriedOn }) => carriedOn)) return null;
  const { latest, records } = snapshot;
  for (const { key, carriedOn } of assets) {
    const version = latest.get(key);
    if (!version || version.remake !== null || version.failedChecks.length > 0) return null;
    if (carriedOn && !isPartitionVersion(version.dataVersion)) return null;
  }
  const made = latest.get(producer.key)!;
  const present = snapshot.present.get(producer.key)!;
  const isSame = made.codeVersion === present.codeVersion && made.configHash === present.configHash &&
    present.sourceError === undefined;
  if (!isSame) return null;
  const changedFrom = (key: string): string | null => {
    const [read, now] = [made.upstream[key], latest.get(key)];
    if (!read || !now) return "";
    if (read.version === now.dataVersion) return null;
    const changes = records.changes.get(key)?.filter(({ materialization }) => materialization > read.materialization);
    const rectangles = (changes ?? [{ changed: null }]).flatMap(({ changed }) =>
      changed ?? [{ names: null, dates: null }]
    );
    // Another shape of the rows is another version without a changed row.
    return earliest(...rectangles.map(({ dates }) => dates === null ? "" : dates[0]?.[0] ?? null)) ?? "";
  };
  const rowsOf = (key: string) =>
    ownRows(graph.asset(key), PartitionSet.all(PartitionSpace.single), { ...reading, snapshot });
  const { deps, outs } = producer.recipe;
  return {
    changedFrom: Object.fromEntries(Object.entries(deps).map(([name, { key }]) => [name, changedFrom(key)])),
    rows: rowsOf(producer.key),
    outs: Object.fromEntries(Object.entries(outs).map(([name, { key }]) => [name, rowsOf(key)])),
  };
}
