import { requireFinite } from "../validate.ts";

/** Limits of the groups. */
export interface GroupLimits {
  /** Maximum share of the portfolio in one group, above 0; for groups without a limit of their own. */
  limit: number;
  /** Limits of single groups by name, 0 or more; 0 excludes a group. */
  byGroup?: Readonly<Record<string, number>>;
}

/** The groups of a position: names, each of which gets its whole weight, or the amount of each group per unit of weight. */
export type GroupMemberships = readonly string[] | ReadonlyMap<string, number>;

/**
 * Weights reduced so that no group exceeds its limit; the difference is not given to other positions but stays in cash.
 *
 * A position may be in several groups (both tickers of a pair, both sectors) and counts in each with its whole absolute weight,
 * or with the given amount times its absolute weight. It is scaled by the smallest factor of its groups; a group's factor is its
 * limit over its total, at most 1. So one pass keeps every limit, in any order, and weights within every limit do not change. If
 * positions share several groups above their limits, this reduces weights more than necessary.
 *
 * @param weights One per position, finite, negative where short.
 * @param groups The groups of each position, aligned with `weights`; a position without groups is unchanged. A group named twice counts once.
 * @throws {RangeError} If the lengths differ, a weight is not finite, an amount of a group is negative or not finite, or a limit is
 * negative or not a number (`limit` also 0).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { limitByGroup } from "./limit_by_group.ts";
 *
 * const weights = limitByGroup(Float64Array.of(0.4, 0.4, 0.2), [["Energy"], ["Energy"], ["Health"]], { limit: 0.5 });
 * assert.deepEqual([...weights], [0.25, 0.25, 0.2]);
 * ```
 *
 * Cost: O(memberships).
 */
export function limitByGroup(
  weights: Float64Array,
  groups: readonly GroupMemberships[],
  { limit, byGroup = {} }: GroupLimits,
): Float64Array {
  requireFinite(weights, "weights", 0);
  if (groups.length !== weights.length) {
    throw new RangeError(`There are ${weights.length} weights and groups of ${groups.length} positions.`);
  }
  if (!(limit > 0)) throw new RangeError(`limit must be positive, got ${limit}.`);
  for (const [group, own] of Object.entries(byGroup)) {
    if (!(own >= 0)) throw new RangeError(`The limit of ${group} must be 0 or more, got ${own}.`);
  }
  const memberships = groups.map(amountsOf);
  const taken = new Map<string, number>();
  memberships.forEach((own, i) => {
    for (const [name, amount] of own) taken.set(name, (taken.get(name) ?? 0) + Math.abs(weights[i]!) * amount);
  });
  const factorOf = (name: string): number => {
    const most = Object.hasOwn(byGroup, name) ? byGroup[name]! : limit;
    const takes = taken.get(name)!;
    return takes > most ? most / takes : 1;
  };
  return weights.map((weight, i) =>
    weight * memberships[i]!.reduce((least, [name]) => Math.min(least, factorOf(name)), 1)
  );
}

/** Amount of each group per unit of weight; groups with an amount of 0 are left out. */
function amountsOf(groups: GroupMemberships): [group: string, amount: number][] {
  if (!(groups instanceof Map)) return [...new Set(groups as readonly string[])].map((name) => [name, 1]);
  const amounts = [...groups as ReadonlyMap<string, number>];
  for (const [name, amount] of amounts) {
    if (!(amount >= 0 && amount < Infinity)) {
      throw new RangeError(`What a position holds of ${name} must be 0 or more, got ${amount}.`);
    }
  }
  return amounts.filter(([, amount]) => amount > 0);
}
