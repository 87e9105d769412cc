import { missingReason, type Reason, type Versions } from "../store/reasons.ts";
import type { Producer } from "../declare/graph.ts";

/** What a producer would run with now. */
export interface Present {
  codeVersion: string;
  configHash: string;
  /** `null` where the asset reads nothing from outside. */
  sourceVersion: string | null;
  /** Why the source could not say its version; then the step runs, and fails with the source's own words if they still hold. */
  sourceError?: string;
}

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
    if (now && read?.version !== now.dataVersion && !(read && isUntouched(key, read.materialization))) {
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

/** Why an external asset is not fresh: it was never reported. */
export function externalReasons(key: string, latest: ReadonlyMap<string, Versions>): Reason[] {
  return latest.has(key) ? [] : [{ kind: "never_materialized", message: `${key} has never been reported` }];
}
