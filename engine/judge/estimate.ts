import { type Estimate } from "../store/run_plan.ts";
import type { Producer } from "../declare/graph.ts";
import type { CellSet } from "../partitions/mod.ts";

/** How long the last steps of a producer took together, and what they made. */
export interface StepHistory {
  seconds: number;
  steps: number;
  parts: number;
  /** None for what is made as a whole. */
  cells: number;
}

/** Into what the making of some cells is cut. */
export function partsOf(
  { recipe }: Producer,
  cells: CellSet,
  context: { config: unknown; resources: unknown },
): readonly CellSet[] {
  if (cells.isEmpty) return [];
  return recipe.partitionsDef?.chunks?.(cells, context) ?? [cells];
}

/**
 * What making some cells takes: as long as the same took before, and no less than the vendor's rate of calls allows.
 *
 * @param cells `null` for an asset that is made as a whole.
 */
export function estimate(
  producer: Producer,
  cells: CellSet | null,
  { config, resources, history }: { config: unknown; resources: unknown; history: StepHistory | undefined },
): Estimate {
  if (cells === null) {
    const seconds = history ? history.seconds / history.steps : null;
    return { parts: 1, vendorCalls: null, seconds, boundBy: seconds === null ? null : "history" };
  }
  const { partitionsDef } = producer.recipe;
  const parts = partsOf(producer, cells, { config, resources }).length;
  if (cells.isEmpty) return { parts, vendorCalls: partitionsDef?.calls ? 0 : null, seconds: 0, boundBy: null };
  const vendorCalls = partitionsDef?.calls?.(cells, { config, resources }) ?? null;
  // Where the work is cut, a part is what costs; where it is not, there is one part of any size.
  const worked = !history || history.cells === 0
    ? null
    : partitionsDef?.chunks && history.parts > 0
    ? parts * history.seconds / history.parts
    : cells.count * history.seconds / history.cells;
  const rate = partitionsDef?.callsPerMinute?.(resources);
  const called = vendorCalls === null || rate === undefined || !(rate > 0) ? null : vendorCalls * 60 / rate;
  if (worked === null && called === null) return { parts, vendorCalls, seconds: null, boundBy: null };
  return (called ?? 0) >= (worked ?? 0)
    ? { parts, vendorCalls, seconds: called ?? worked, boundBy: called === null ? "history" : "calls" }
    : { parts, vendorCalls, seconds: worked, boundBy: "history" };
}

/** A sum of times, as far as they are known, and whose are not. */
export function totalSeconds(
  parts: readonly { key: string; seconds: number | null }[],
): { seconds: number; unknown: string[] } {
  return {
    seconds: parts.reduce((sum, { seconds }) => sum + (seconds ?? 0), 0),
    unknown: parts.filter(({ seconds }) => seconds === null).map(({ key }) => key),
  };
}
