import type { PartitionRange } from "../partitions/partition_range.ts";
import type { PartitionState } from "./partition_state.ts";
import { PartitionSet } from "../partitions/mod.ts";

/** The wanted partitions within a range. */
export function partitionsWithin(
  { key, space, wanted }: Pick<PartitionState, "key" | "space" | "wanted">,
  { from, to, names, partitions: exactly }: PartitionRange,
): PartitionSet {
  const named = exactly?.[key];
  let partitions = named ? wanted.intersection(PartitionSet.fromRectangles(space, named)) : wanted;
  if (space.hasDates && (from !== undefined || to !== undefined)) {
    const start = from === undefined ? 0 : space.firstFrom(from);
    const end = to === undefined ? space.dates.length : space.lastUntil(to) + 1;
    partitions = partitions.during(start < end ? [start, end] : []);
  }
  if (space.hasNames && names !== undefined) {
    const asked = new Set(names);
    partitions = partitions.named((name) => asked.has(name));
  }
  return partitions;
}

/** Work for a producer. */
export interface PartitionWork {
  /** Partitions to be made now. */
  make: PartitionSet;
  /** Partitions whose rows are to be removed. */
  remove: PartitionSet;
  /** Partitions that wait for missing upstream. */
  wait: PartitionState["waiting"];
}

/**
 * The work of a request: without a range, stale and expected partitions; with one, stale and missing partitions in it. A single
 * partition is in every range. Forced work is all partitions of the range, or all materialized and expected ones.
 *
 * If only the newest date is expected, and a date named by the range is no longer a date, the currently expected date replaces it:
 * the request was for the newest.
 */
export function partitionWork(
  state: PartitionState,
  { force, range }: { force: boolean; range: PartitionRange | null },
): PartitionWork {
  const asked = range && !state.space.isSingle && restricts(range, state.key) ? partitionsWithin(state, range) : null;
  const remove = asked ? goneWithin(state, range!) : state.gone;
  const upToDate = asked ?? state.made.intersection(state.wanted).union(state.expected);
  const wanted = force
    ? upToDate
    : asked
    ? asked.intersection(state.missing.union(state.stale)).union(insteadOf(remove, state))
    : state.expected.union(state.stale);
  const wait = state.waiting
    .map((waiting) => ({ ...waiting, partitions: waiting.partitions.intersection(wanted) }))
    .filter(({ partitions }) => !partitions.isEmpty);
  return {
    make: wait.reduce((rest, { partitions }) => rest.difference(partitions), wanted),
    remove,
    wait,
  };
}

function insteadOf(gone: PartitionSet, { expected, latestAlone, space }: PartitionState): PartitionSet {
  return latestAlone && !gone.isEmpty ? expected : PartitionSet.none(space);
}

/** Whether a range restricts the partitions of a producer. */
export function restricts({ from, to, names, partitions }: PartitionRange, key: string): boolean {
  return !partitions || key in partitions || from !== undefined || to !== undefined || names !== undefined;
}

/** Partitions to be removed that a range lists one by one; a range given by bounds covers only partitions to be made. */
export function goneWithin({ key, space, gone }: PartitionState, { partitions }: PartitionRange): PartitionSet {
  const named = partitions?.[key];
  return named ? gone.intersection(PartitionSet.fromRectangles(space, named)) : PartitionSet.none(space);
}
