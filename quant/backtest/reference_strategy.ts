import { linearRegression } from "../linear_regression.ts";
import { rollingTrend } from "../rolling_trend.ts";
import { dayNumber } from "./calendar_days.ts";

/** Signal of the reference strategy at a session's close. */
export type ReferenceSignal = "Short" | "Long" | "Exit Short" | "Exit Long" | "None";

/** Signals of the reference strategy: one entry per session in every column. */
export interface ReferenceSignals {
  /** Of leg 2 on leg 1, over the whole sample. */
  slope: number;
  /** Of leg 2 on leg 1, over the whole sample. */
  intercept: number;
  /** price2 − (slope · price1 + intercept). */
  spread: Float64Array;
  /** The spread with its minimum over the whole sample at 0 and its maximum at 1. */
  scaledSpread: Float64Array;
  /** Mean of the scaled spread from the first session to this one. */
  expandingMean: Float64Array;
  /** Population standard deviation of the same values. */
  expandingStd: Float64Array;
  /** r² of the trend through the ten sessions before this one; `NaN` where undefined. */
  rSquared: Float64Array;
  /** −1, 0 or 1; `NaN` in the first ten sessions and the last two, for which the original has no trend. */
  trend: Float64Array;
  /** Signal at the session's close. */
  signal: ReferenceSignal[];
}

/** Account of the reference strategy: one entry per session in every column. */
export interface ReferenceTrades {
  /** −1, 0 or 1 spreads held after the session's signal. */
  position: Int8Array;
  /** Value of the account, in the unit of its start. */
  budget: Float64Array;
  /** budget[t] / budget[t−1] − 1; `NaN` in the first session. */
  dailyReturn: Float64Array;
  /** budget[t] / budget[0] − 1. */
  cumulativeReturn: Float64Array;
}

/** The three figures by which the original judges a pair. */
export interface ReferenceTotals {
  /** Last budget / first budget − 1. */
  totalReturn: number;
  /** Compounded over calendar days / 365.25; 0 if no time passed. */
  annualizedReturn: number;
  /** The deepest fall below an earlier maximum, 0 or negative. */
  maxDrawdown: number;
}

/** Prices of a pair's legs on common sessions, oldest first. */
export interface ReferencePrices {
  /** Closes of ticker 1, the regressor. */
  price1: Float64Array;
  /** Closes of ticker 2, aligned with `price1`. */
  price2: Float64Array;
}

const TREND_WINDOW = 10;
const TREND_MIN_R_SQUARED = 0.6;
const START_BUDGET = 100_000;

function requirePrices({ price1, price2 }: ReferencePrices): void {
  if (price1.length !== price2.length) {
    throw new RangeError(`The legs have ${price1.length} and ${price2.length} prices: align them on common sessions.`);
  }
  for (const prices of [price1, price2]) {
    const t = prices.findIndex((price) => !Number.isFinite(price));
    if (t >= 0) throw new RangeError(`The price at ${t} is ${prices[t]}: fill or drop missing sessions first.`);
  }
}

/**
 * Signals of the reference strategy, which is **fitted on the sample it trades**.
 *
 * Slope, intercept and the scale of the spread come from all sessions, the future included: results reproduce the original's
 * numbers and could not be achieved in live trading. `walkForward` is the counterpart without look-ahead.
 *
 * d is the spread scaled to [0, 1] (a spread without range stays at 0), m and v its expanding mean and population standard
 * deviation. The trend at session t is the sign of the least-squares slope through d[t−10 … t−1] where its r² exceeds 0.6,
 * otherwise 0. From the eleventh session on: d > m + v is "Short" unless the trend is up, d < m − v is "Long" unless it is down;
 * otherwise the signal is "Exit Short" in an up trend, "Exit Long" in a down trend, else "None".
 *
 * A window of ten equal values has r² and trend 0. With fewer than eleven sessions every signal is "None".
 *
 * @param prices At least 2 sessions, all finite.
 * @throws {RangeError} If the lengths differ, a price is not finite, there are fewer than 2 or leg 1 is constant.
 *
 * Source: pairs-trading-quant-service. Verified: tests/golden/reference_strategy_test.ts. Cost: O(n).
 */
export function referenceSignals(prices: ReferencePrices): ReferenceSignals {
  requirePrices(prices);
  const { price1, price2 } = prices;
  const n = price1.length;
  const { slope, intercept } = linearRegression(price1, price2);
  const spread = new Float64Array(n);
  let min = Infinity;
  let max = -Infinity;
  for (let t = 0; t < n; t++) {
    const value = price2[t]! - (slope * price1[t]! + intercept);
    spread[t] = value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const range = max > min ? max - min : 1;

  const scaledSpread = spread.map((value) => (value - min) / range);
  const expandingMean = new Float64Array(n);
  const expandingStd = new Float64Array(n);
  const { trend: direction, rSquared } = rollingTrend(scaledSpread, {
    window: TREND_WINDOW,
    minRSquared: TREND_MIN_R_SQUARED,
  });
  const trend = Float64Array.from(direction, (value, t) => (Number.isNaN(rSquared[t]!) ? NaN : value));
  const signal: ReferenceSignal[] = [];
  let mean = 0;
  let squares = 0;
  for (let t = 0; t < n; t++) {
    const d = scaledSpread[t]!;
    const deviation = d - mean;
    mean += deviation / (t + 1);
    squares += deviation * (d - mean);
    const std = Math.sqrt(squares / (t + 1));
    expandingMean[t] = mean;
    expandingStd[t] = std;
    signal.push(t < TREND_WINDOW ? "None" : signalOf(d, mean, std, trend[t]!));
  }
  return { slope, intercept, spread, scaledSpread, expandingMean, expandingStd, rSquared, trend, signal };
}

/** An undefined trend (`NaN`) acts as none: it blocks no entry and causes no exit. */
function signalOf(d: number, mean: number, std: number, trend: number): ReferenceSignal {
  if (d > mean + std) return trend === 1 ? "None" : "Short";
  if (d < mean - std) return trend === -1 ? "None" : "Long";
  return trend === 1 ? "Exit Short" : trend === -1 ? "Exit Long" : "None";
}

/**
 * Positions and account of the reference strategy from its signals.
 *
 * "Short" holds −1, "Long" +1, the exit that matches the held side 0, anything else keeps the position. With q the position at
 * the previous close and r the return of leg 2 minus that of leg 1, the budget grows by 1 + q · r: one dollar of each leg per
 * dollar of budget, whatever the slope, without costs. Empty input gives empty columns.
 *
 * @param signals One per session, see {@linkcode referenceSignals}.
 * @param prices The same sessions, all finite.
 * @throws {RangeError} If lengths differ or a price is not finite.
 *
 * Source: pairs-trading-quant-service. Verified: tests/golden/reference_strategy_test.ts. Cost: O(n).
 */
export function referenceTrades(
  signals: readonly ReferenceSignal[],
  prices: ReferencePrices & { startBudget?: number },
): ReferenceTrades {
  requirePrices(prices);
  const { price1, price2, startBudget = START_BUDGET } = prices;
  const n = price1.length;
  if (signals.length !== n) {
    throw new RangeError(`There are ${signals.length} signals for ${n} prices: give one a session.`);
  }
  const position = new Int8Array(n);
  const budget = new Float64Array(n);
  const dailyReturn = new Float64Array(n);
  const cumulativeReturn = new Float64Array(n);
  let held = 0;
  for (let t = 0; t < n; t++) {
    if (t === 0) {
      budget[t] = startBudget;
      dailyReturn[t] = NaN;
    } else {
      const difference = price2[t]! / price2[t - 1]! - price1[t]! / price1[t - 1]!;
      budget[t] = budget[t - 1]! * (1 + held * difference);
      dailyReturn[t] = budget[t]! / budget[t - 1]! - 1;
    }
    cumulativeReturn[t] = budget[t]! / startBudget - 1;
    held = heldAfter(signals[t]!, held);
    position[t] = held;
  }
  return { position, budget, dailyReturn, cumulativeReturn };
}

function heldAfter(signal: ReferenceSignal, held: number): number {
  switch (signal) {
    case "Short":
      return -1;
    case "Long":
      return 1;
    case "Exit Short":
      return held === -1 ? 0 : held;
    case "Exit Long":
      return held === 1 ? 0 : held;
    case "None":
      return held;
  }
}

/**
 * Total return, annualized return and maximum drawdown of a budget, by the original's definitions.
 *
 * @param sessions ISO dates, oldest first, as many as `budget` has entries, at least one.
 * @throws {RangeError} If the lengths differ, there is no session or one is not a date.
 *
 * @example
 * ```ts
 * import { referenceTotals } from "./reference_strategy.ts";
 *
 * const totals = referenceTotals(["2023-01-02", "2023-06-30", "2023-12-29"], Float64Array.of(100, 90, 110));
 * console.assert(Math.abs(totals.maxDrawdown + 0.1) < 1e-15);
 * ```
 *
 * Verified: tests/golden/reference_strategy_test.ts. Cost: O(n).
 */
export function referenceTotals(sessions: readonly string[], budget: Float64Array): ReferenceTotals {
  const n = budget.length;
  if (n === 0 || sessions.length !== n) {
    throw new RangeError(`There are ${sessions.length} sessions and ${n} budgets: give as many of both, at least one.`);
  }
  const totalReturn = budget[n - 1]! / budget[0]! - 1;
  const years = (dayNumber(sessions[n - 1]!) - dayNumber(sessions[0]!)) / 365.25;
  let maximum = -Infinity;
  let maxDrawdown = 0;
  for (const value of budget) {
    maximum = Math.max(maximum, value);
    maxDrawdown = Math.min(maxDrawdown, value / maximum - 1);
  }
  const annualizedReturn = years > 0 ? (1 + totalReturn) ** (1 / years) - 1 : 0;
  return { totalReturn, annualizedReturn, maxDrawdown };
}

/**
 * The reference strategy from prices to totals: {@linkcode referenceSignals}, {@linkcode referenceTrades} and
 * {@linkcode referenceTotals}. **Fitted on the sample it trades**; see there.
 *
 * @throws {RangeError} As its three parts.
 *
 * Verified: tests/golden/reference_strategy_test.ts. Cost: O(n).
 */
export function referenceStrategy(
  input: ReferencePrices & { sessions: readonly string[]; startBudget?: number },
): ReferenceSignals & ReferenceTrades & { totals: ReferenceTotals } {
  const signals = referenceSignals(input);
  const trades = referenceTrades(signals.signal, input);
  return { ...signals, ...trades, totals: referenceTotals(input.sessions, trades.budget) };
}
