import { centre } from "../centring.ts";
import { linearRegression } from "../linear_regression.ts";
import type { ReferencePrices } from "./reference_strategy.ts";
import { dot } from "../dot.ts";

/** Estimates of the traditional rule, all from the formation period. */
export interface TraditionalFormation {
  /** Pearson correlation of the legs' prices. */
  correlation: number;
  /** Of leg 2 on leg 1. */
  slope: number;
  /** Of leg 2 on leg 1. */
  intercept: number;
  /** Of the spread price2 − (slope · price1 + intercept). */
  mean: number;
  /** Population standard deviation of the spread. */
  std: number;
}

/** Result of the traditional rule; every column has one entry per session of the trading period. */
export interface TraditionalBands extends TraditionalFormation {
  /** The trading period's spread with the formation's coefficients. */
  spread: Float64Array;
  /** −1, 0 or 1 spreads held after the session's close. */
  position: Int8Array;
  /** Return of the position held from the previous close; 0 in the first session. */
  dailyReturn: Float64Array;
  /** Product of 1 + return up to this session, 1 in the first. */
  equity: Float64Array;
  /** Totals of the trading period. */
  totals: {
    totalReturn: number;
    /** Compounded over the number of returns / 252. */
    annualizedReturn: number;
    /** Mean over population standard deviation of the returns, times √252; `NaN` if they never vary. */
    sharpe: number;
    /** The deepest fall below an earlier maximum, 0 or negative. */
    maxDrawdown: number;
  };
}

/** A pair in the ranking of {@linkcode mostCorrelatedPairs}. */
export interface CorrelatedPair {
  /** The ticker that comes first in the map. */
  ticker1: string;
  /** The other ticker. */
  ticker2: string;
  /** Pearson correlation of prices. */
  correlation: number;
}

const SESSIONS_PER_YEAR = 252;

function requireFinite(prices: ReferencePrices, period: string): void {
  const { price1, price2 } = prices;
  if (price1.length !== price2.length) {
    throw new RangeError(
      `The ${period} has ${price1.length} and ${price2.length} prices: align them on common sessions.`,
    );
  }
  if (price1.length < 2) throw new RangeError(`The ${period} has ${price1.length} sessions: give at least 2.`);
  for (const leg of [price1, price2]) {
    const t = leg.findIndex((price) => !Number.isFinite(price));
    if (t >= 0) throw new RangeError(`The price at ${t} of the ${period} is ${leg[t]}: fill or drop missing sessions.`);
  }
}

/**
 * The traditional rule of pairs trading: bands of one standard deviation, estimated in a formation period and traded after it.
 *
 * With μ and σ of the formation's spread: above μ + σ the spread is sold (−1), below μ − σ it is bought (+1), between 0.5 · (μ −
 * σ) and 0.5 · (μ + σ) nothing is held, elsewhere the position is kept. The return of a session is the position at the previous
 * close times the return of leg 2 minus that of leg 1; trades fill at the close of their signal without costs, which overstates
 * returns. `walkForward` with {@linkcode zScoreBands} fills after the signal and charges costs.
 *
 * @param periods Finite prices of at least 2 sessions each; the formation ends before the trading begins.
 * @throws {RangeError} If a period's legs differ in length, have fewer than 2 sessions or a value that is not finite, or if
 * leg 1 is constant in the formation.
 *
 * Source: Gatev, Goetzmann & Rouwenhorst (2006), Review of Financial Studies 19, with the bands of pairs-trading-with-ml.
 * Verified: tests/golden/traditional_bands_test.ts. Cost: O(n).
 */
export function traditionalBands(
  { formation, trading }: { formation: ReferencePrices; trading: ReferencePrices },
): TraditionalBands {
  requireFinite(formation, "formation");
  requireFinite(trading, "trading period");
  const { slope, intercept } = linearRegression(formation.price1, formation.price2);
  const past = spreadOf(formation, slope, intercept);
  const { mean, std } = momentsOf(past);

  const spread = spreadOf(trading, slope, intercept);
  const n = spread.length;
  const { price1, price2 } = trading;
  const position = new Int8Array(n);
  const dailyReturn = new Float64Array(n);
  const equity = new Float64Array(n);
  let held = 0;
  let maximum = 1;
  let maxDrawdown = 0;
  for (let t = 0; t < n; t++) {
    if (t > 0) dailyReturn[t] = held * (price2[t]! / price2[t - 1]! - price1[t]! / price1[t - 1]!);
    equity[t] = (t > 0 ? equity[t - 1]! : 1) * (1 + dailyReturn[t]!);
    maximum = Math.max(maximum, equity[t]!);
    maxDrawdown = Math.min(maxDrawdown, equity[t]! / maximum - 1);
    const value = spread[t]!;
    if (value > mean + std) held = -1;
    else if (value < mean - std) held = 1;
    else if (value >= 0.5 * (mean - std) && value <= 0.5 * (mean + std)) held = 0;
    position[t] = held;
  }
  const totalReturn = equity[n - 1]! - 1;
  return {
    correlation: correlationOf(formation.price1, formation.price2),
    slope,
    intercept,
    mean,
    std,
    spread,
    position,
    dailyReturn,
    equity,
    totals: {
      totalReturn,
      annualizedReturn: (1 + totalReturn) ** (SESSIONS_PER_YEAR / (n - 1)) - 1,
      sharpe: sharpeOf(dailyReturn.subarray(1)),
      maxDrawdown,
    },
  };
}

function spreadOf({ price1, price2 }: ReferencePrices, slope: number, intercept: number): Float64Array {
  return price2.map((price, t) => price - (slope * price1[t]! + intercept));
}

/** With the population standard deviation, as the rule's authors use it; the performance metrics use the sample's. */
function sharpeOf(returns: Float64Array): number {
  const { mean, std } = momentsOf(returns);
  return std > 0 ? Math.sqrt(SESSIONS_PER_YEAR) * mean / std : NaN;
}

/** Mean and population standard deviation. */
function momentsOf(values: Float64Array): { mean: number; std: number } {
  const { deviations, mean } = centre(values);
  return { mean, std: Math.sqrt(dot(deviations, deviations) / values.length) };
}

function correlationOf(a: Float64Array, b: Float64Array): number {
  const unitA = centredUnit(a);
  const unitB = centredUnit(b);
  return dot(unitA, unitB);
}

/** The deviations from the mean scaled to length 1; all `NaN` if all are 0. */
function centredUnit(values: Float64Array): Float64Array {
  const { deviations } = centre(values);
  const length = Math.sqrt(dot(deviations, deviations));
  return deviations.map((value) => value / length);
}

/**
 * The pairs with the most correlated prices, highest first: the selection of the traditional rule.
 *
 * Pairs come in ticker order (first < second in the order of the map); equal correlations keep that order. A ticker that is
 * constant or has a value that is not finite has no correlation and is left out.
 *
 * @param prices Finite prices by ticker, all of the same length.
 * @throws {RangeError} If lengths differ.
 *
 * @example
 * ```ts
 * import { mostCorrelatedPairs } from "./traditional_bands.ts";
 *
 * const prices = new Map([["A", Float64Array.of(1, 2, 3)], ["B", Float64Array.of(2, 4, 6)], ["C", Float64Array.of(3, 1, 2)]]);
 * console.assert(mostCorrelatedPairs(prices, 1)[0]?.ticker2 === "B");
 * ```
 *
 * Source: pairs-trading-with-ml. Verified: tests/golden/traditional_bands_test.ts. Cost: O(tickers² · sessions).
 */
export function mostCorrelatedPairs(prices: ReadonlyMap<string, Float64Array>, count: number): CorrelatedPair[] {
  const sessionCount = prices.values().next().value?.length ?? 0;
  const units: [string, Float64Array][] = [];
  for (const [ticker, closes] of prices) {
    if (closes.length !== sessionCount) {
      throw new RangeError(
        `${ticker} has ${closes.length} prices, others ${sessionCount}: align them on common sessions.`,
      );
    }
    const unit = centredUnit(closes);
    if (unit.length > 0 && unit.every(Number.isFinite)) units.push([ticker, unit]);
  }
  const pairs: CorrelatedPair[] = [];
  for (let i = 0; i < units.length; i++) {
    for (let j = i + 1; j < units.length; j++) {
      const [ticker1, unit1] = units[i]!;
      const [ticker2, unit2] = units[j]!;
      pairs.push({ ticker1, ticker2, correlation: dot(unit1, unit2) });
    }
  }
  return pairs.sort((a, b) => b.correlation - a.correlation).slice(0, count);
}
