import type { Estimate } from "../store/run_plan.ts";
import type { StepHistory } from "../store/step_durations.ts";
import type { Producer } from "../declare/graph.ts";
import type { Database } from "../../resources/database/database.ts";
import type { PartitionSet } from "../partitions/mod.ts";
import { rowFilesOf } from "../store/row_files.ts";

/** What the parts of an asset depend on. */
interface PartContext {
  config: unknown;
  resources: unknown;
  database: Database;
}

/** The parts in which some partitions are made. */
export function partsOf(
  { recipe, asset }: Producer,
  partitions: PartitionSet,
  { config, resources, database }: PartContext,
): readonly PartitionSet[] {
  if (partitions.isEmpty) return [];
  const inFiles = rowFilesOf(database, asset) !== undefined;
  return recipe.partitionsDef?.chunks?.(partitions, { config, resources, inFiles }) ?? [partitions];
}

/** Estimated duration for some partitions: the past duration, and at least the time required by the vendor's rate limit. */
export function estimate(
  producer: Producer,
  partitions: PartitionSet,
  { history, ...context }: PartContext & { history: StepHistory | undefined },
): Estimate {
  const { partitionsDef } = producer.recipe;
  const { config, resources } = context;
  const parts = partsOf(producer, partitions, context).length;
  if (partitions.isEmpty) return { parts, vendorCalls: partitionsDef?.calls ? 0 : null, seconds: 0, boundBy: null };
  const vendorCalls = partitionsDef?.calls?.(partitions, { config, resources }) ?? null;
  // Cost is by part for divided work; undivided work is one part of any size.
  const worked = !history || history.partitions === 0
    ? null
    : partitionsDef?.chunks && history.parts > 0
    ? parts * history.seconds / history.parts
    : partitions.count * history.seconds / history.partitions;
  const rate = partitionsDef?.callsPerMinute?.(resources);
  const called = vendorCalls === null || rate === undefined || !(rate > 0) ? null : vendorCalls * 60 / rate;
  if (worked === null && called === null) return { parts, vendorCalls, seconds: null, boundBy: null };
  return (called ?? 0) >= (worked ?? 0)
    ? { parts, vendorCalls, seconds: called ?? worked, boundBy: called === null ? "history" : "calls" }
    : { parts, vendorCalls, seconds: worked, boundBy: "history" };
}

/** The sum of the known times, and the assets without one. */
export function totalSeconds(
  parts: readonly { key: string; seconds: number | null }[],
): { seconds: number; unknown: string[] } {
  return {
    seconds: parts.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    unknown: parts.filter(({ seconds }) => seconds === null).map(({ key }) => key),
  };
}
