import {
  type BackfillPartitionState,
  backfillPartitionStates,
  type Rectangle,
  type SomePartitions,
} from "../engine/mod.ts";

/** Consecutive buckets with the same shares of states. */
export interface StripColumn {
  /** Index of its first bucket, and number of buckets. */
  at: number;
  width: number;
  /** Share of each state that occurs, in stacking order; the shares sum to 1. */
  shares: readonly { state: BackfillPartitionState; share: number }[];
}

/** Partitions over time, as a picture of `width` buckets. */
export interface Strip {
  width: number;
  columns: readonly StripColumn[];
  /** First and last date; `null` for partitions without dates. */
  dates: readonly [first: string, last: string] | null;
}

/** More buckets cannot be told apart on a screen. */
const mostBuckets = 240;
const dayMs = 86_400_000;

/** The states of an asset's partitions over time: days from left to right, each with the share of names in each state. */
export function stripOf(partitions: Record<BackfillPartitionState, SomePartitions>): Strip {
  const rectangles = backfillPartitionStates.flatMap((state) =>
    partitions[state].partitions.map((rectangle) => ({ state, rectangle }))
  );
  const ends = rectangles.flatMap(({ rectangle }) => (rectangle.dates ?? []).flat()).sort();
  const [first, last] = [ends[0], ends.at(-1)];
  const start = first === undefined ? 0 : dayOf(first);
  const days = first === undefined ? 1 : dayOf(last!) - start + 1;
  const width = Math.min(mostBuckets, days);
  const weights = new Map(backfillPartitionStates.map((state) => [state, new Float64Array(width)]));
  for (const { state, rectangle } of rectangles) addRectangle(weights.get(state)!, rectangle, { start, days });
  return { width, columns: columnsOf(weights, width), dates: first === undefined ? null : [first, last!] };
}

/** Adds the days of a rectangle, times its names, to their buckets. */
function addRectangle(
  buckets: Float64Array,
  { names, dates }: Rectangle,
  { start, days }: { start: number; days: number },
): void {
  const weight = names?.length ?? 1;
  const daysPerBucket = days / buckets.length;
  const spans = dates?.map(([from, to]) => [dayOf(from) - start, dayOf(to) - start + 1] as const) ??
    [[0, days] as const];
  for (const [from, to] of spans) {
    for (let b = Math.floor(from / daysPerBucket); b < buckets.length && b * daysPerBucket < to; b++) {
      const overlap = Math.min(to, (b + 1) * daysPerBucket) - Math.max(from, b * daysPerBucket);
      if (overlap > 0) buckets[b]! += weight * overlap;
    }
  }
}

function columnsOf(weights: ReadonlyMap<BackfillPartitionState, Float64Array>, width: number): StripColumn[] {
  const columns: StripColumn[] = [];
  let before = "";
  for (let at = 0; at < width; at++) {
    const found = [...weights].map(([state, buckets]) => ({ state, weight: buckets[at]! }))
      .filter(({ weight }) => weight > 0);
    const total = found.reduce((sum, { weight }) => sum + weight, 0);
    const shares = found.map(({ state, weight }) => ({ state, share: Math.round((1000 * weight) / total) / 1000 }));
    const key = shares.map(({ state, share }) => `${state} ${share}`).join();
    if (key !== "" && key === before) {
      const column = columns.at(-1)!;
      columns[columns.length - 1] = { ...column, width: column.width + 1 };
    } else if (key !== "") {
      columns.push({ at, width: 1, shares });
    }
    before = key;
  }
  return columns;
}

function dayOf(date: string): number {
  return Date.parse(date) / dayMs;
}
