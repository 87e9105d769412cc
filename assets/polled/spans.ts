import type { PartitionSet } from "../../engine/mod.ts";

/** For so few instruments it is no dearer to ask for each than for all that there are. */
const FEW_NAMES = 3;

/**
 * Cuts partitions into parts that a call each can answer: dates without a gap, of one name or of many. An endpoint that lists what
 * happened answers a span of dates for all names or for one; names that lack the same dates are asked for together.
 *
 * @param options.maxDates The most dates of a part, so that not too much is lost with one that fails.
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

/** What a part of {@link cutIntoSpans} asks for; without `ticker` of all there are. */
export function spanOf({ names, dates }: PartitionSet): { ticker?: string; from: string; to: string } {
  return { ...(names.length === 1 && { ticker: names[0]! }), from: dates[0]!, to: dates.at(-1)! };
}
