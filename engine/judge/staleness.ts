import type { MadePartitions, PartitionRecords } from "../store/partition_records.ts";
import type { Reason, Versions } from "../store/reasons.ts";
import type { Producer } from "../declare/graph.ts";
import type { PartitionMapping, PartitionSet, PartitionSpace } from "../partitions/mod.ts";
import { readersOfChange } from "./touched_partitions.ts";

/** Current code version, settings and source version of a producer. */
export interface Present {
  codeVersion: string;
  configHash: string;
  /** `null` for an asset without a source. */
  sourceVersion: string | null;
  /** Why the source could not say its version; then the step runs, and fails with the source's own words if they still hold. */
  sourceError?: string;
}

/** Why the source's version could not be read; then the step runs, and fails with the source's own error if it persists. */
export interface Read {
  upstream: string;
  mapping: PartitionMapping;
}

/** Partitions made together, and the current inputs to compare with. */
export interface Judged {
  producer: Producer;
  /** Their recorded inputs. */
  group: MadePartitions;
  /** The partitions of the group to judge. */
  partitions: PartitionSet;
  present: Present;
  latest: ReadonlyMap<string, Versions>;
  changes: PartitionRecords["changes"];
  reads: readonly Read[];
  /** The space in which the partitions of a mapping are looked up. */
  readSpace(read: Read): PartitionSpace;
}

/** Called with the partitions that a reason applies to. Equal `id`s mean the same reason. */
export type OnStale = (partitions: PartitionSet, id: string, reason: () => Reason) => void;

/**
 * Finds the reasons why partitions made again from their current upstream could differ. Without a reason they would be the same:
 * only versions count, not times.
 */
export function judgeGroup(judged: Judged, onStale: OnStale): void {
  const { group, partitions, present } = judged;
  for (const message of group.remake) {
    onStale(partitions, `definition ${message}`, () => ({ kind: "definition_changed", message }));
  }
  if (group.codeVersion !== present.codeVersion) {
    const [from, to] = [group.codeVersion, present.codeVersion];
    onStale(partitions, "code", () => ({
      kind: "code_changed",
      message: `its code changed from version ${from} to ${to}`,
      from,
      to,
    }));
  }
  if (group.configHash !== present.configHash) {
    onStale(partitions, "config", () => ({ kind: "config_changed", message: "its configuration changed" }));
  }
  judgeSource(judged, onStale);
  for (const upstream of judged.producer.upstream) judgeUpstream(upstream, judged, onStale);
  for (const { key, check } of group.failedChecks) {
    onStale(partitions, `check ${check} of ${key}`, () => ({
      kind: "check_failed",
      message: `check ${check} of ${key} failed`,
      check,
    }));
  }
}

/** The reason for a source whose version cannot be read. */
export function sourceUnreadable(error: string): Reason {
  return { kind: "source_unreadable", message: `its source cannot be read: ${error}` };
}

function judgeSource({ producer, group, partitions, present }: Judged, onStale: OnStale): void {
  const { sourceError } = present;
  if (sourceError !== undefined) {
    // Of several partitions none is known to be outdated; a single one is tried again, and fails with the source's error.
    if (partitions.space.isSingle) onStale(partitions, "source", () => sourceUnreadable(sourceError));
    return;
  }
  if (group.sourceVersion === present.sourceVersion) return;
  const [from, to] = [group.sourceVersion, present.sourceVersion];
  onStale(duePartitions(partitions, from, to, producer), "source", () =>
    producer.recipe.partitionsDef?.due
      ? {
        kind: "partitions_due",
        message: `it was read at ${from ?? "no version"} and is due again, because later restatements are possible`,
        from,
        to,
      }
      : { kind: "source_changed", message: "the data of its source changed", from, to });
}

function judgeUpstream(
  upstream: string,
  { group, partitions, latest, changes, reads, readSpace }: Judged,
  onStale: OnStale,
): void {
  const now = latest.get(upstream);
  const read = group.upstream[upstream];
  if (!now || read?.version === now.dataVersion) return;
  const { isSingle } = partitions.space;
  const after = read && changes.get(upstream)?.filter((change) => change.materialization > read.materialization);
  const mappings = reads.filter((r) => r.upstream === upstream);
  const reason = (materialization: number, message: string): Reason => ({
    kind: "upstream_changed",
    message,
    upstream,
    ...(!isSingle && { materialization }),
  });
  const anywhere = `upstream ${upstream} changed`;
  // Without a record of partitions, changes may be anywhere; assets listed under `after` affect every partition.
  if (!after || mappings.length === 0 || after.some(({ changed }) => changed === null)) {
    return onStale(partitions, anywhere, () => reason(now.materialization, anywhere));
  }
  for (const { materialization, changed } of after) {
    // A single partition has one reason, whichever materialization changed its upstream.
    const message = isSingle ? anywhere : `${anywhere} in materialization ${materialization}`;
    for (const read of mappings) {
      const touched = { upstream: readSpace(read), changed: changed!, own: partitions.space };
      const readers = readersOfChange(read.mapping, touched).intersection(partitions);
      onStale(readers, message, () => reason(materialization, message));
      if (isSingle && !readers.isEmpty) return;
    }
  }
}

/** Partitions whose date requires a later version of the source than the one recorded. */
function duePartitions(
  partitions: PartitionSet,
  made: string | null,
  now: string | null,
  { recipe }: Producer,
): PartitionSet {
  const due = recipe.partitionsDef?.due;
  if (!due || now === null || made === null) return partitions;
  const { dates } = partitions.space;
  // The required version increases with the date: those that require a later one are the last.
  let low = 0;
  let high = dates.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (due(dates[middle]!, now) > made) high = middle;
    else low = middle + 1;
  }
  return partitions.during(low < dates.length ? [low, dates.length] : []);
}
