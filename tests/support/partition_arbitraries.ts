import fc from "fast-check";
import { PartitionSet, PartitionSpace } from "../../engine/partitions/mod.ts";

const DAYS = Array.from({ length: 14 }, (_, i) => `2024-01-${String(i + 1).padStart(2, "0")}`);
const NAMES = ["A", "B", "C", "D", "E"];

/** Days of January 2024, ascending, without duplicates; may be empty. */
export const someDates: fc.Arbitrary<string[]> = fc.subarray(DAYS);

/** Names in any order, without duplicates; may be empty. */
export const someNames: fc.Arbitrary<string[]> = fc.shuffledSubarray(NAMES);

/** Spaces with both dimensions, with one of them, and with neither; also empty ones. */
export const spaces: fc.Arbitrary<PartitionSpace> = fc.tuple(
  fc.oneof({ weight: 4, arbitrary: someNames }, { weight: 1, arbitrary: fc.constant([""]) }),
  fc.oneof({ weight: 4, arbitrary: someDates }, { weight: 1, arbitrary: fc.constant([""]) }),
).map(([names, dates]) => new PartitionSpace(names, dates));

/** Any partitions of a space; names often have the same dates, as in practice. */
export function partitionsOf(space: PartitionSpace): fc.Arbitrary<PartitionSet> {
  const row = fc.subarray([...space.dates]);
  return fc.tuple(fc.array(row, { minLength: 1, maxLength: 3 }), fc.array(fc.nat(2), { minLength: 5, maxLength: 5 }))
    .map(([rows, choice]) =>
      PartitionSet.at(
        space,
        space.names.flatMap((name, i) =>
          (rows[choice[i % 5]! % rows.length]!).map((date): [string, string] => [name, date])
        ),
      )
    );
}

/** Partitions as sorted text, `name date`, for comparison with a naive set. */
export function listed(partitions: Iterable<readonly [string, string]>): string[] {
  return Array.from(partitions, ([name, date]) => `${name} ${date}`).sort();
}
