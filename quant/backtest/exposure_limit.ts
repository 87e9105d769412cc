import { limitByGroup } from "../weights/limit_by_group.ts";

/** The most that a portfolio of pairs may hold in one ticker, or in one group of tickers. */
export interface ExposureLimit {
  /** Absolute value of what is held of a group, long and short added, in multiples of equity; above 0. */
  limit: number;
  /** The group of a ticker: itself, its sector, or `null` where it is in none and counts nowhere. */
  groupOf(ticker: string): string | null;
}

/** What may be held of a pair in the next session, by what is known at this close. */
export interface PlannedLegs {
  tickers: readonly [ticker1: string, ticker2: string];
  /** Absolute value of each leg, in multiples of what the pair is given of the equity. */
  exposures: readonly [leg1: number, leg2: number];
}

/**
 * Weights brought down to a limit; what is taken away stays in cash. A group counts the legs of all pairs, long and short added: one
 * pair's long position is not netted with another's short one, since either may be left first.
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
