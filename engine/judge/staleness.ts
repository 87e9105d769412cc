import { externalReasons } from "../declare/external_asset.ts";
import type { Producer } from "../declare/graph.ts";
import type { Rectangle } from "../partitions/mod.ts";

/** A materialization as staleness needs to know it. */
export interface Versions {
  materialization: number;
  contentVersion: string;
  codeVersion: string;
  configHash: string;
  sourceVersion: string | null;
  upstream: Readonly<Record<string, { materialization: number; version: string }>>;
  /** Why it is to be made again whatever it was made of; `null` where it is not. */
  remake: string | null;
  /** Names of `error` checks that this materialization was published in spite of. */
  failedChecks: readonly string[];
}

/** What a producer would run with now. */
export interface Present {
  codeVersion: string;
  configHash: string;
  /** `null` where the asset reads nothing from outside. */
  sourceVersion: string | null;
  /** Why the source could not say its version; then the step runs, and fails with the source's own words if they still hold. */
  sourceError?: string;
}

/** Cells that something is said of. */
export interface SomeCells {
  count: number;
  cells: readonly Rectangle[];
}

/** Why an asset is not what it would be if it were made now; `cells` tells for which of its cells, where it has any. */
export type Reason =
  & (
    | { kind: "never_materialized" }
    | { kind: "table_replaced" }
    | { kind: "definition_changed" }
    | { kind: "cells_missing" }
    | { kind: "cells_gone" }
    | { kind: "cells_due"; from: string | null; to: string | null }
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
  & { message: string; cells?: SomeCells };

/**
 * The reasons for which making the producer's assets again, from what its upstream holds now, could give something else.
 * Empty means that it would give the same: clocks are not asked, only versions.
 *
 * @param latest The latest materialization of each asset, by key.
 * @param replaced Why the tables of assets were replaced that have not been made since, by key.
 * @param isUntouched Whether what changed in an upstream asset since a materialization is nothing that the producer reads.
 */
export function ownReasons(
  producer: Producer,
  present: Present,
  latest: ReadonlyMap<string, Versions>,
  { replaced = new Map(), isUntouched = () => false }: {
    replaced?: ReadonlyMap<string, string>;
    isUntouched?: (upstream: string, since: number) => boolean;
  } = {},
): Reason[] {
  if (producer.asset.external) return externalReasons(producer.key, latest);
  const missing = producer.produces.find((key) => !latest.has(key));
  if (missing !== undefined) return [missingReason(missing, replaced)];
  const made = latest.get(producer.key)!;
  const reasons: Reason[] = [];
  for (const key of producer.produces) {
    const { remake } = latest.get(key)!;
    if (remake === null) continue;
    reasons.push({ kind: "definition_changed", message: key === producer.key ? remake : `${key}: ${remake}` });
  }
  if (made.codeVersion !== present.codeVersion) {
    reasons.push({
      kind: "code_changed",
      message: `its code changed from version ${made.codeVersion} to ${present.codeVersion}`,
      from: made.codeVersion,
      to: present.codeVersion,
    });
  }
  if (made.configHash !== present.configHash) {
    reasons.push({ kind: "config_changed", message: "its configuration changed" });
  }
  if (present.sourceError !== undefined) {
    reasons.push({ kind: "source_unreadable", message: `its source cannot be read: ${present.sourceError}` });
  } else if (made.sourceVersion !== present.sourceVersion) {
    reasons.push({
      kind: "source_changed",
      message: "its source has other data than when it was read",
      from: made.sourceVersion,
      to: present.sourceVersion,
    });
  }
  for (const key of producer.upstream) {
    const now = latest.get(key);
    const read = made.upstream[key];
    if (now && read?.version !== now.contentVersion && !(read && isUntouched(key, read.materialization))) {
      reasons.push({ kind: "upstream_changed", message: `upstream ${key} changed`, upstream: key });
    }
  }
  for (const key of producer.produces) {
    for (const check of latest.get(key)!.failedChecks) {
      reasons.push({ kind: "check_failed", message: `check ${check} of ${key} failed`, check });
    }
  }
  return reasons;
}

/** The reason of an asset that has no version whose rows there are. */
export function missingReason(key: string, replaced: ReadonlyMap<string, string>): Reason {
  const because = replaced.get(key);
  return because === undefined
    ? { kind: "never_materialized", message: `${key} has never been materialized` }
    : { kind: "table_replaced", message: `the table of ${key} was replaced, because ${because}` };
}

/** Whether a reason says that there is no version at all. */
export function saysMissing({ kind }: Pick<Reason, "kind">): boolean {
  return kind === "never_materialized" || kind === "table_replaced";
}

/** The reason that an asset has from an upstream asset which is itself not fresh. */
export function upstreamStale(upstream: string, missing: boolean): Reason {
  return {
    kind: "upstream_stale",
    message: `upstream ${upstream} ${missing ? "has never been materialized" : "is stale"}`,
    upstream,
  };
}
