import { z } from "zod";
import { type PartitionSet, Rectangle } from "../partitions/mod.ts";
import { date, list, named } from "../record_schema.ts";

/** A materialization as needed for staleness. */
export interface Versions {
  materialization: number;
  dataVersion: string;
  codeVersion: string;
  configHash: string;
  sourceVersion: string | null;
  upstream: Readonly<Record<string, { materialization: number; version: string }>>;
  /** Why it has to be made again regardless of its inputs; `null` if it need not. */
  remake: string | null;
  /** Names of failed `error` checks despite which this materialization was published. */
  failedChecks: readonly string[];
}

/** Partitions as stored and returned, with their number. */
export const SomePartitions = named("SomePartitions", z.strictObject({ count: z.int(), partitions: list(Rectangle) }));
export type SomePartitions = z.infer<typeof SomePartitions>;

const reason = <K extends string, S extends z.ZodRawShape>(kind: K, shape: S) =>
  z.strictObject({ kind: z.literal(kind), ...shape, message: z.string(), partitions: SomePartitions.optional() });
const version = z.string().nullable();

/** A reason why an asset is stale or missing; `partitions` lists the affected partitions, if the asset has any. */
export const Reason = named(
  "Reason",
  z.discriminatedUnion("kind", [
    reason("never_materialized", {}),
    reason("table_replaced", {}),
    reason("definition_changed", {}),
    reason("partitions_missing", {}),
    reason("partitions_gone", {}),
    reason("partitions_due", { from: date.nullable(), to: date.nullable() }),
    reason("upstream_changed", { upstream: z.string(), materialization: z.int().optional() }),
    reason("upstream_stale", { upstream: z.string() }),
    reason("source_changed", { from: version, to: version }),
    reason("source_unreadable", {}),
    reason("code_changed", { from: z.string(), to: z.string() }),
    reason("config_changed", {}),
    reason("check_failed", { check: z.string() }),
    reason("blocked", { upstream: z.string(), run: z.int() }),
    reason("forced", {}),
    reason("retried", { run: z.int() }),
    reason("automation", {}),
  ]).describe("A reason why an asset is stale or missing"),
);
export type Reason = z.infer<typeof Reason>;

/** The reason for an asset without a version that has rows. @param because Why its table was replaced, if it was. */
export function missingReason(key: string, because: string | undefined): Reason {
  return because === undefined
    ? { kind: "never_materialized", message: `${key} has never been materialized` }
    : { kind: "table_replaced", message: `the table of ${key} was replaced, because ${because}` };
}

/** Whether a reason means that there is no version at all. */
export function saysMissing({ kind }: Pick<Reason, "kind">): boolean {
  return kind === "never_materialized" || kind === "table_replaced";
}

/** The reason for an asset with an upstream asset that is not fresh. */
export function upstreamStale(
  upstream: string,
  { latest, replaced }: { latest: ReadonlyMap<string, unknown>; replaced: ReadonlyMap<string, string> },
): Reason {
  const named = `upstream ${upstream}`;
  const message = latest.has(upstream) ? `${named} is stale` : missingReason(named, replaced.get(upstream)).message;
  return { kind: "upstream_stale", message, upstream };
}

/** Partitions for storing and returning, with their number. */
export function somePartitions(partitions: PartitionSet): SomePartitions {
  return { count: partitions.count, partitions: partitions.rectangles() };
}

/** The affected partitions, as an optional field; absent for an unpartitioned asset. */
export function partitionsInReason(partitions: PartitionSet): { partitions?: SomePartitions } {
  return partitions.space.isSingle ? {} : { partitions: somePartitions(partitions) };
}
