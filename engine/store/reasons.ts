import type { PartitionSet, Rectangle } from "../partitions/mod.ts";

/** A materialization as staleness needs to know it. */
export interface Versions {
  materialization: number;
  dataVersion: string;
  codeVersion: string;
  configHash: string;
  sourceVersion: string | null;
  upstream: Readonly<Record<string, { materialization: number; version: string }>>;
  /** Why it is to be made again whatever it was made of; `null` where it is not. */
  remake: string | null;
  /** Names of `error` checks that this materialization was published in spite of. */
  failedChecks: readonly string[];
}

/** Partitions that something is said of. */
export interface SomePartitions {
  count: number;
  partitions: readonly Rectangle[];
}

/** Why an asset is not what it would be if it were made now; `partitions` tells for which of its partitions, where it has any. */
export type Reason =
  & (
    | { kind: "never_materialized" }
    | { kind: "table_replaced" }
    | { kind: "definition_changed" }
    | { kind: "partitions_missing" }
    | { kind: "partitions_gone" }
    | { kind: "partitions_due"; from: string | null; to: string | null }
    | { kind: "upstream_changed"; upstream: string; materialization?: number }
    | { kind: "upstream_stale"; upstream: string }
    | { kind: "source_changed"; from: string | null; to: string | null }
    | { kind: "source_unreadable" }
    | { kind: "code_changed"; from: string; to: string }
    | { kind: "config_changed" }
    | { kind: "check_failed"; check: string }
    | { kind: "blocked"; upstream: string; run: number }
    | { kind: "forced" }
    | { kind: "retried"; run: number }
    | { kind: "automation" }
  )
  & { message: string; partitions?: SomePartitions };

/** The reason of an asset that has no version whose rows there are. @param because Why its table was replaced, where it was. */
export function missingReason(key: string, because: string | undefined): Reason {
  return because === undefined
    ? { kind: "never_materialized", message: `${key} has never been materialized` }
    : { kind: "table_replaced", message: `the table of ${key} was replaced, because ${because}` };
}

/** Whether a reason says that there is no version at all. */
export function saysMissing({ kind }: Pick<Reason, "kind">): boolean {
  return kind === "never_materialized" || kind === "table_replaced";
}

/** The reason that an asset has from an upstream asset which is itself not fresh. */
export function upstreamStale(
  upstream: string,
  { latest, replaced }: { latest: ReadonlyMap<string, unknown>; replaced: ReadonlyMap<string, string> },
): Reason {
  const named = `upstream ${upstream}`;
  const message = latest.has(upstream) ? `${named} is stale` : missingReason(named, replaced.get(upstream)).message;
  return { kind: "upstream_stale", message, upstream };
}

/** Partitions for storing and answering, with how many they are. */
export function somePartitions(partitions: PartitionSet): SomePartitions {
  return { count: partitions.count, partitions: partitions.rectangles() };
}

/** The partitions that something holds for, as a field of what is told; none for an asset without partitions. */
export function toldPartitions(partitions: PartitionSet): { partitions?: SomePartitions } {
  return partitions.space.isSingle ? {} : { partitions: somePartitions(partitions) };
}
