import { PartitionSet } from "./partition_set.ts";
import type { PartitionSpace } from "./partition_space.ts";
import { noRange, numbersOf, type Ranges, rangesOf, union } from "./ranges.ts";

/**
 * The dates of an upstream asset that a partition reads.
 *
 * A window counts dates of the *upstream* asset from its anchor, the last one that is not after the partition's own date: `back` of
 * them before it and `forward` after it, including itself unless `back` is −1.
 */
export type DateMapping =
  | { kind: "same" }
  | { kind: "all" }
  | { kind: "last" }
  | { kind: "window"; back: number; forward: number }
  | { kind: "own"; read(date: string): { from: string; to: string } | null };

/** The names of an upstream asset that a partition reads. */
export type NameMapping =
  | { kind: "same" }
  | { kind: "all" }
  | { kind: "own"; read(name: string): readonly string[] };

/** Maps partitions to the upstream partitions that they read, and changed upstream partitions to their readers. */
export interface PartitionMapping {
  names: NameMapping;
  dates: DateMapping;
}

/** The partition with the same coordinates. */
export const identity: PartitionMapping = { names: { kind: "same" }, dates: { kind: "same" } };

/** Every partition. */
export const everything: PartitionMapping = { names: { kind: "all" }, dates: { kind: "all" } };

/** All names of the newest date. */
export const newest: PartitionMapping = { names: { kind: "all" }, dates: { kind: "last" } };

/** The last `sessions` dates up to the partition's own, of all names or of the partition's own. `Infinity` for all of them. */
export function lastSessions(sessions: number, names: "all" | "same" = "all"): PartitionMapping {
  if (!(sessions >= 1)) throw new RangeError(`A window has at least one session, not ${sessions}.`);
  return { names: { kind: names }, dates: { kind: "window", back: sessions - 1, forward: 0 } };
}

/** All dates after the partition's own: for later events that affect earlier dates, such as splits. */
export function laterSessions(names: "all" | "same" = "same"): PartitionMapping {
  return { names: { kind: names }, dates: { kind: "window", back: -1, forward: Infinity } };
}

/** All dates of the partition's own name. */
export const wholeSeries: PartitionMapping = { names: { kind: "same" }, dates: { kind: "all" } };

/** The upstream partitions that a set of partitions reads. */
export function upstreamPartitions(
  mapping: PartitionMapping,
  partitions: PartitionSet,
  upstream: PartitionSpace,
): PartitionSet {
  const datesOf = memo((ranges: Ranges) => upstreamDates(mapping.dates, ranges, partitions.space, upstream));
  const rows: Ranges[] = upstream.names.map(() => noRange);
  const { names } = mapping;
  if (names.kind === "all") {
    const read = datesOf(partitions.dateRanges);
    return PartitionSet.of(upstream, () => read);
  }
  partitions.space.names.forEach((name, i) => {
    const ranges = partitions.rangesAt(i);
    if (ranges.length === 0) return;
    const read = datesOf(ranges);
    for (const other of names.kind === "same" ? [name] : names.read(name)) {
      const at = upstream.nameAt(other);
      if (at >= 0) rows[at] = rows[at]!.length === 0 ? read : union(rows[at]!, read);
    }
  });
  return PartitionSet.of(upstream, (at) => rows[at]!);
}

/** The partitions of `downstream` that read any of `changed`. */
export function downstreamPartitions(
  mapping: PartitionMapping,
  changed: PartitionSet,
  downstream: PartitionSpace,
): PartitionSet {
  const datesOf = memo((ranges: Ranges) => downstreamDates(mapping.dates, ranges, changed.space, downstream));
  const { names } = mapping;
  if (names.kind === "all") {
    const readers = datesOf(changed.dateRanges);
    return PartitionSet.of(downstream, () => readers);
  }
  const { space } = changed;
  if (names.kind === "same") {
    return PartitionSet.of(downstream, (at) => {
      const upstreamAt = space.nameAt(downstream.names[at]!);
      const ranges = upstreamAt < 0 ? noRange : changed.rangesAt(upstreamAt);
      return ranges.length === 0 ? noRange : datesOf(ranges);
    });
  }
  return PartitionSet.of(downstream, (at) => {
    let readers: Ranges = noRange;
    for (const name of names.read(downstream.names[at]!)) {
      const upstreamAt = space.nameAt(name);
      const ranges = upstreamAt < 0 ? noRange : changed.rangesAt(upstreamAt);
      if (ranges.length > 0) readers = union(readers, datesOf(ranges));
    }
    return readers;
  });
}

function upstreamDates(mapping: DateMapping, ranges: Ranges, own: PartitionSpace, upstream: PartitionSpace): Ranges {
  const count = upstream.dates.length;
  if (ranges.length === 0 || count === 0) return noRange;
  switch (mapping.kind) {
    case "all":
      return [0, count];
    case "last":
      return [count - 1, count];
    case "same":
      return rangesOf(
        Array.from(numbersOf(ranges), (at) => upstream.dateAt(own.dates[at]!)).filter((at) => at >= 0),
      );
    case "window": {
      let read: Ranges = noRange;
      for (const at of numbersOf(ranges)) {
        const anchor = upstream.lastUntil(own.dates[at]!);
        const start = Math.max(0, anchor - mapping.back);
        const end = Math.min(count, anchor + mapping.forward + 1);
        if (start < end) read = union(read, [start, end]);
      }
      return read;
    }
    case "own": {
      let read: Ranges = noRange;
      for (const at of numbersOf(ranges)) {
        const bounds = mapping.read(own.dates[at]!);
        if (!bounds) continue;
        const start = upstream.firstFrom(bounds.from);
        const end = upstream.lastUntil(bounds.to) + 1;
        if (start < end) read = union(read, [start, end]);
      }
      return read;
    }
  }
}

function downstreamDates(mapping: DateMapping, changed: Ranges, upstream: PartitionSpace, own: PartitionSpace): Ranges {
  const count = own.dates.length;
  if (changed.length === 0 || count === 0) return noRange;
  switch (mapping.kind) {
    case "all":
      return [0, count];
    case "last":
      return changed.at(-1) === upstream.dates.length ? [0, count] : noRange;
    case "same":
      return rangesOf(
        Array.from(numbersOf(changed), (at) => own.dateAt(upstream.dates[at]!)).filter((at) => at >= 0),
      );
    case "window": {
      let readers: Ranges = noRange;
      // An empty window has no reader; the bounds below would not detect that for a range of several changed dates.
      if (mapping.back + mapping.forward < 0) return noRange;
      for (let i = 0; i < changed.length; i += 2) {
        // A partition reads place p if anchor − back ≤ p ≤ anchor + forward; the anchor rises with the partition's date.
        const start = firstWithAnchor(own, upstream, changed[i]! - mapping.forward);
        const end = firstWithAnchor(own, upstream, changed[i + 1]! + mapping.back);
        if (start < end) readers = union(readers, [start, end]);
      }
      return readers;
    }
    case "own": {
      const all = Array.from({ length: count }, (_, at) => at);
      return rangesOf(all.filter((at) => {
        const bounds = mapping.read(own.dates[at]!);
        if (!bounds) return false;
        const start = upstream.firstFrom(bounds.from);
        const end = upstream.lastUntil(bounds.to) + 1;
        for (let i = 0; i < changed.length; i += 2) {
          if (Math.max(start, changed[i]!) < Math.min(end, changed[i + 1]!)) return true;
        }
        return false;
      }));
    }
  }
}

/** Place of the first date of `own` whose anchor in `upstream` is at `place` or later. */
function firstWithAnchor(own: PartitionSpace, upstream: PartitionSpace, place: number): number {
  // Before the first date of upstream the anchor is −1.
  if (place <= -1) return 0;
  if (place >= upstream.dates.length) return own.dates.length;
  return own.firstFrom(upstream.dates[place]!);
}

function memo(compute: (ranges: Ranges) => Ranges): (ranges: Ranges) => Ranges {
  const known = new Map<Ranges, Ranges>();
  return (ranges) => {
    let result = known.get(ranges);
    if (!result) known.set(ranges, result = compute(ranges));
    return result;
  };
}

/** Whether a mapping reads every partition. */
export function readsEverything({ names, dates }: PartitionMapping): boolean {
  return names.kind === "all" && dates.kind === "all";
}
