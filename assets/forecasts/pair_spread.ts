import type { LegBars, RolledWindow } from "../../quant/mod.ts";

/** The regression line of ticker 2 on ticker 1 whose residual is the spread, in shares of the formation's end. */
export interface HedgeLine {
  slope: number;
  /** USD. */
  intercept: number;
}

/** The spread of a pair in the sessions with a close of both legs, oldest first, in USD and shares of the formation's end. */
export interface PairSpread {
  /** Indices among the sessions of the bars. */
  at: number[];
  spread: Float64Array;
}

/**
 * The spread of a pair in sessions [from, to) of the bars, by a given line.
 *
 * Closes before the formation's end are divided by the splits until then, later closes multiplied by the splits since: closes of
 * the formation do not depend on later splits.
 */
export function pairSpread(
  { leg1, leg2 }: { leg1: Required<LegBars>; leg2: Required<LegBars> },
  { slope, intercept }: HedgeLine,
  { tradingStart, from, to }: Pick<RolledWindow, "tradingStart"> & { from: number; to: number },
): PairSpread {
  const [first, second] = [leg1, leg2].map((leg) => closesInSharesOf(leg, tradingStart - 1, from, to)) as [
    Float64Array,
    Float64Array,
  ];
  const at: number[] = [];
  for (let t = from; t < to; t++) if (first[t - from]! > 0 && second[t - from]! > 0) at.push(t);
  return {
    at,
    spread: Float64Array.from(at, (t) => second[t - from]! - (slope * first[t - from]! + intercept)),
  };
}

/** Closes of sessions [from, to) in shares of session `base`; NaN if missing. */
function closesInSharesOf({ close, split }: Required<LegBars>, base: number, from: number, to: number): Float64Array {
  const closes = new Float64Array(to - from);
  let shares = 1;
  for (let t = base; t >= from; t--) {
    if (t < to) closes[t - from] = close[t]! / shares;
    shares *= split[t]!;
  }
  shares = 1;
  for (let t = base + 1; t < to; t++) {
    shares *= split[t]!;
    if (t >= from) closes[t - from] = close[t]! * shares;
  }
  return closes;
}

/** Name of a pair in a window. */
export function nameOf({ window, ticker_1, ticker_2 }: { window: number; ticker_1: string; ticker_2: string }): string {
  return `${window} ${ticker_1} ${ticker_2}`;
}
