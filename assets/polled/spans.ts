import type { PartitionSet } from "../../engine/mod.ts";

/** Up to this many instruments, a call each costs no more than reading all of them. */
const FEW_NAMES = 3;

/**
 * Cuts partitions into parts of one call each: consecutive dates, of one name or of many. Endpoints of events cover a span of
 * dates for all names or for one; names that lack the same dates are requested together.
 *
 * @param options.maxDates Most dates of a part; limits the loss if a part fails.
 */
export function cutIntoSpans(
  partitions: PartitionSet,
  { maxDates = Infinity }: { maxDates?: number } = {},
): PartitionSet[] {
  return partitions.groups().flatMap(({ names, ranges }) => {
    const together = names.length > FEW_NAMES ? [new Set(names)] : names.map((name) => new Set([name]));
    return together.flatMap((some) => {
      const group = partitions.named((name) => some.has(name));
      const parts: PartitionSet[] = [];
      for (let i = 0; i < ranges.length; i += 2) {
        for (let start = ranges[i]!; start < ranges[i + 1]!; start += maxDates) {
          parts.push(group.during([start, Math.min(ranges[i + 1]!, start + maxDates)]));
        }
      }
      return parts;
    });
  });
}

/** The request for a part of {@link cutIntoSpans}; without `ticker`, for all. */
export function spanOf({ names, dates }: PartitionSet): { ticker?: string; from: string; to: string } {
  return { ...(names.length === 1 && { ticker: names[0]! }), from: dates[0]!, to: dates.at(-1)! };
}
