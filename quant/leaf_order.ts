/**
 * An order with similar members side by side: the leaves of the average linkage tree, with each merge oriented so that its
 * nearest ends meet.
 *
 * Libraries of hierarchical clustering (ml-hclust, DruidJS) build such a tree but do not orient its merges.
 *
 * @param distances Symmetric n × n matrix between members; a distance that is not finite counts as the farthest.
 * @returns Indices of the members, each once; of the order and its reverse, the one that starts with the lower index.
 * @throws {RangeError} If a row is not of length n.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { leafOrder } from "./leaf_order.ts";
 *
 * const places = [0, 9, 1, 8];
 * assert.deepEqual(leafOrder(places.map((a) => Float64Array.from(places, (b) => Math.abs(a - b)))), [0, 2, 3, 1]);
 * ```
 *
 * Source: Gruvaeus & Wainer (1972), British Journal of Mathematical and Statistical Psychology 25. Verified:
 * tests/quant/leaf_order_test.ts. Cost: O(n³).
 */
export function leafOrder(distances: readonly Float64Array[]): number[] {
  const n = distances.length;
  distances.forEach((row, i) => {
    if (row.length !== n) throw new RangeError(`Row ${i} has ${row.length} distances of ${n} members.`);
  });
  const between = (a: number, b: number) => Number.isFinite(distances[a]![b]!) ? distances[a]![b]! : Infinity;
  const groups = Array.from({ length: n }, (_, i) => [i]);
  /** Mean distances of the groups, by index. */
  const means = distances.map((_, a) => Float64Array.from({ length: n }, (_, b) => between(a, b)));
  while (groups.length > 1) {
    const [a, b] = nearest(means);
    const [one, other] = [groups[a]!, groups[b]!];
    for (let c = 0; c < groups.length; c++) {
      const mean = (one.length * means[a]![c]! + other.length * means[b]![c]!) / (one.length + other.length);
      means[a]![c] = means[c]![a] = mean;
    }
    groups[a] = joined(one, other, between);
    groups.splice(b, 1);
    means.splice(b, 1);
    means.forEach((row, c) => means[c] = row.filter((_, place) => place !== b));
  }
  const [order = []] = groups;
  return order.length > 1 && order[0]! > order.at(-1)! ? order.reverse() : order;
}

/** Indices of the two nearest groups, the lower first; the first of equally near ones. */
function nearest(means: readonly Float64Array[]): [a: number, b: number] {
  let found: [number, number] = [0, 1];
  for (let a = 0; a < means.length; a++) {
    for (let b = a + 1; b < means.length; b++) {
      if (means[a]![b]! < means[found[0]]![found[1]]!) found = [a, b];
    }
  }
  return found;
}

/** Two groups joined, each reversed or not, so that the nearest ends meet. */
function joined(one: number[], other: number[], between: (a: number, b: number) => number): number[] {
  const ways = [one, one.toReversed()].flatMap((a) => [other, other.toReversed()].map((b) => [a, b] as const));
  const gap = ([a, b]: readonly [number[], number[]]) => between(a.at(-1)!, b[0]!);
  return ways.reduce((best, way) => gap(way) < gap(best) ? way : best).flat();
}
