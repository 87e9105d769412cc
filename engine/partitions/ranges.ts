/** A set of integers as ascending, disjoint, non-adjacent half-open ranges in one flat array: `[start, end, start, end, …]`. */
export type Ranges = readonly number[];

/** The empty set. */
export const noRange: Ranges = [];

/** Numbers in both. Cost: O(ranges). */
export function intersection(a: Ranges, b: Ranges): Ranges {
  const result: number[] = [];
  for (let i = 0, j = 0; i < a.length && j < b.length;) {
    const start = Math.max(a[i]!, b[j]!);
    const end = Math.min(a[i + 1]!, b[j + 1]!);
    if (start < end) result.push(start, end);
    if (a[i + 1]! < b[j + 1]!) i += 2;
    else j += 2;
  }
  return result;
}

/** Numbers in either. Cost: O(ranges). */
export function union(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  const result: number[] = [];
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const fromA = j >= b.length || (i < a.length && a[i]! <= b[j]!);
    const start = fromA ? a[i]! : b[j]!;
    const end = fromA ? a[i + 1]! : b[j + 1]!;
    if (fromA) i += 2;
    else j += 2;
    if (result.length > 0 && start <= result.at(-1)!) result[result.length - 1] = Math.max(result.at(-1)!, end);
    else result.push(start, end);
  }
  return result;
}

/** Numbers of `a` that are not in `b`. Cost: O(ranges). */
export function difference(a: Ranges, b: Ranges): Ranges {
  if (a.length === 0 || b.length === 0) return a;
  const result: number[] = [];
  let j = 0;
  for (let i = 0; i < a.length; i += 2) {
    let start = a[i]!;
    const end = a[i + 1]!;
    while (j < b.length && b[j + 1]! <= start) j += 2;
    for (let k = j; k < b.length && b[k]! < end; k += 2) {
      if (b[k]! > start) result.push(start, b[k]!);
      start = Math.max(start, b[k + 1]!);
    }
    if (start < end) result.push(start, end);
  }
  return result;
}

/** Number of integers in the set. */
export function size(ranges: Ranges): number {
  let total = 0;
  for (let i = 0; i < ranges.length; i += 2) total += ranges[i + 1]! - ranges[i]!;
  return total;
}

/** Ranges of ascending numbers, with or without repeats. */
export function rangesOf(ascending: Iterable<number>): Ranges {
  const result: number[] = [];
  for (const n of ascending) {
    if (result.length > 0 && n <= result.at(-1)!) result[result.length - 1] = Math.max(result.at(-1)!, n + 1);
    else result.push(n, n + 1);
  }
  return result;
}

/** The numbers one by one. */
export function* numbersOf(ranges: Ranges): Generator<number> {
  for (let i = 0; i < ranges.length; i += 2) {
    for (let n = ranges[i]!; n < ranges[i + 1]!; n++) yield n;
  }
}
