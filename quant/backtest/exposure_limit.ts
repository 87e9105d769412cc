import { limitByGroup } from "../weights/limit_by_group.ts";

/** Limit on a portfolio's holding of one ticker, or of one group of tickers. */
export interface ExposureLimit {
  /** Absolute value held of a group, long plus short, in multiples of equity; above 0. */
  limit: number;
  /** The group of a ticker: itself, its sector, or `null` if it belongs to none and is not limited. */
  groupOf(ticker: string): string | null;
}

/** Largest possible holding of a pair in the next session, as known at this close. */
export interface PlannedLegs {
  tickers: readonly [ticker1: string, ticker2: string];
  /** Absolute value of each leg, in multiples of the pair's share of equity. */
  exposures: readonly [leg1: number, leg2: number];
}

/**
 * Weights reduced to a limit; the difference stays in cash. A group's holding sums the absolute legs of all pairs: one pair's
 * long position is not netted with another's short one, since either may be closed first.
 */
export function withinLimit(
  weights: Float64Array,
  pairs: readonly PlannedLegs[],
  { limit, groupOf }: ExposureLimit,
): Float64Array {
  const held = pairs.map(({ tickers, exposures }) => {
    const amounts = new Map<string, number>();
    tickers.forEach((ticker, leg) => {
      const group = groupOf(ticker);
      if (group !== null) amounts.set(group, (amounts.get(group) ?? 0) + exposures[leg]!);
    });
    return amounts;
  });
  return limitByGroup(weights, held, { limit });
}
