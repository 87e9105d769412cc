/** Bars of one leg as traded, unadjusted, aligned with the sessions; a value that is not a positive number is missing. */
export interface LegBars {
  /** Closing prices. */
  close: Float64Array;
  /** Needed to fill at the open. */
  open?: Float64Array;
  /** New shares per old share, effective from the session's open; 1, or not a positive number, if there is none. */
  split?: Float64Array;
  /** Currency per share by ex-date, in the session's units; 0, or not finite, if there is none. */
  dividend?: Float64Array;
}

/** Whether a price can be traded at: `NaN`, ±∞, 0 and negative values count as missing. */
export function isPrice(value: number | undefined): value is number {
  return value !== undefined && value > 0 && value < Infinity;
}

/** The split ratio of a session, 1 without a split. */
export function splitRatio(leg: LegBars, t: number): number {
  const ratio = leg.split?.[t];
  return isPrice(ratio) ? ratio : 1;
}

/** The dividend per share of a session, 0 without one. */
export function dividendPerShare(leg: LegBars, t: number): number {
  const dividend = leg.dividend?.[t] ?? 0;
  return Number.isFinite(dividend) ? dividend : 0;
}

/** Number of consecutive sessions without a close at the end of [start, end). */
export function trailingMissing(leg: LegBars, start: number, end: number): number {
  let missing = 0;
  while (missing < end - start && !isPrice(leg.close[end - 1 - missing])) missing++;
  return missing;
}
