import { linearRegression } from "../linear_regression.ts";
import {
  annualizedReturnBySessions,
  calmarRatio,
  compoundEquity,
  deflatedSharpeRatio,
  expectedShortfall,
  hitRate,
  longestDrawdownDuration,
  maxDrawdown,
  profitFactor,
  sharpeRatio,
  sharpeSample,
  sortinoRatio,
  totalReturn,
  valueAtRisk,
  volatility,
} from "../performance/mod.ts";

/** Input of a tear sheet; every column has one entry per session. */
export interface TearSheetInput {
  /** Simple returns after costs. */
  dailyReturn: Float64Array;
  /** Return of cash in each session, or one for all sessions (0.05 / 252, say); 0 by default. */
  cashReturn?: Float64Array | number;
  /** Prices of the benchmark in the session before the first and in every session: one more than returns. `NaN` repeats the last price. */
  benchmarkPrice?: Float64Array;
  /** Gross exposure after each close; without it its figures are `NaN`. */
  grossExposure?: Float64Array;
  /** Notional traded / equity; without it its figures are `NaN`. */
  turnover?: Float64Array;
  /** Net gains of the trades; without them their figures are `NaN`. */
  tradeOutcomes?: Float64Array;
  /** Number of all pairs and settings tried to find this result, kept or not, this one included. */
  trials: number;
  /** Variance of the trials' Sharpe ratios per session. */
  trialVariance: number;
}

/** Figures of a return series compared with cash, a benchmark, and luck. */
export interface TearSheet {
  /** Number of returns. */
  sessions: number;
  /** Of all sessions, compounded. */
  totalReturn: number;
  /** Compounded over sessions / 252. */
  annualizedReturn: number;
  /** Per year. */
  volatility: number;
  /** Of returns in excess of cash, per year; likewise the Sortino ratio. */
  sharpe: number;
  /** With the downside deviation below cash. */
  sortino: number;
  /** Annualized return over the size of the maximum drawdown. */
  calmar: number;
  /** 0 or negative. */
  maxDrawdown: number;
  /** Sessions of the longest period below an earlier peak. */
  longestDrawdownSessions: number;
  /** Of a session, at 95 %. */
  valueAtRisk: number;
  /** Of a session, at 95 %. */
  expectedShortfall: number;
  /** Share of sessions with a gain among those with a return other than 0. */
  hitRate: number;
  /** Gains of sessions over losses of sessions. */
  profitFactor: number;
  /** Number of trades; as the next two, `NaN` if none were given. */
  trades: number;
  /** Share of trades that gained. */
  tradeHitRate: number;
  /** Gains of trades over losses of trades. */
  tradeProfitFactor: number;
  /** Notional traded per year / equity. */
  turnoverPerYear: number;
  /** In multiples of equity, after the close. */
  meanGrossExposure: number;
  /** Share of sessions with a position after the close. */
  timeInMarket: number;
  /** Total return of cash alone. */
  cashTotalReturn: number;
  /** `null` without a benchmark. */
  benchmark: BenchmarkComparison | null;
  /** As given: the number of trials by which the Sharpe ratio is deflated. */
  trials: number;
  /** The annual Sharpe ratio that the best of as many worthless trials is expected to show. */
  expectedMaximumSharpe: number;
  /** Probability that the true Sharpe ratio is above 0, given the trials; `null` if the returns never vary. */
  deflatedSharpe: number | null;
}

/** Regression of excess returns on the benchmark's. */
export interface BenchmarkComparison {
  /** Of all sessions, compounded. */
  totalReturn: number;
  /** Slope on the benchmark's excess returns. */
  beta: number;
  /** Intercept, per year (times 252). */
  alphaPerYear: number;
  /** −1 to 1. */
  correlation: number;
}

const SESSIONS_PER_YEAR = 252;

/**
 * The tear sheet of a strategy or portfolio: its return compared with cash and a benchmark, its risk, and the part that luck
 * explains.
 *
 * @param input At least 2 returns, finite.
 * @throws {RangeError} If there are fewer than 2 returns, a value is not finite, lengths do not match, the benchmark has no positive
 * first price, `trials` is below 1 or `trialVariance` below 0. A benchmark that never moves gives `NaN` for beta, alpha,
 * correlation.
 *
 * @example
 * ```ts
 * import { tearSheet } from "./tear_sheet.ts";
 *
 * const dailyReturn = Float64Array.of(0.01, -0.005, 0.002);
 * const sheet = tearSheet({ dailyReturn, trials: 40, trialVariance: 0.001 });
 * console.assert(sheet.deflatedSharpe! < 0.9);
 * ```
 *
 * Source: as the performance metrics; Bailey & López de Prado (2014) for the deflation. Verified:
 * tests/quant/backtest/tear_sheet_test.ts.
 */
export function tearSheet(input: TearSheetInput): TearSheet {
  const { dailyReturn, grossExposure, turnover, tradeOutcomes, trials, trialVariance } = input;
  const n = dailyReturn.length;
  if (n < 2) throw new RangeError(`A tear sheet needs at least 2 returns, not ${n}.`);
  for (const [name, values] of Object.entries({ grossExposure, turnover })) {
    if (values && values.length !== n) {
      throw new RangeError(`The ${name} has ${values.length} values for ${n} returns.`);
    }
  }
  const cash = typeof input.cashReturn === "object"
    ? input.cashReturn
    : new Float64Array(n).fill(input.cashReturn ?? 0);
  if (cash.length !== n) throw new RangeError(`Cash has ${cash.length} returns for ${n} of the strategy.`);
  const excess = dailyReturn.map((value, t) => value - cash[t]!);
  const equity = compoundEquity(dailyReturn);
  const luck = significance(excess, trials, trialVariance);
  return {
    sessions: n,
    totalReturn: totalReturn(equity),
    annualizedReturn: annualizedReturnBySessions(equity),
    volatility: volatility(dailyReturn),
    sharpe: sharpeRatio(excess),
    sortino: sortinoRatio(excess),
    calmar: calmarRatio(equity),
    maxDrawdown: maxDrawdown(equity),
    longestDrawdownSessions: longestDrawdownDuration(equity),
    valueAtRisk: valueAtRisk(dailyReturn),
    expectedShortfall: expectedShortfall(dailyReturn),
    hitRate: hitRate(dailyReturn),
    profitFactor: profitFactor(dailyReturn),
    trades: tradeOutcomes?.length ?? NaN,
    tradeHitRate: tradeOutcomes ? hitRate(tradeOutcomes) : NaN,
    tradeProfitFactor: tradeOutcomes ? profitFactor(tradeOutcomes) : NaN,
    turnoverPerYear: meanOf(turnover) * SESSIONS_PER_YEAR,
    meanGrossExposure: meanOf(grossExposure),
    timeInMarket: meanOf(grossExposure?.map((gross) => Number(gross > 0))),
    cashTotalReturn: totalReturn(compoundEquity(cash)),
    benchmark: input.benchmarkPrice ? against(input.benchmarkPrice, excess, cash) : null,
    trials,
    ...luck,
  };
}

function meanOf(values: Float64Array | undefined): number {
  return values ? values.reduce((sum, value) => sum + value, 0) / values.length : NaN;
}

function significance(excess: Float64Array, trials: number, trialVariance: number) {
  // Constant returns have no Sharpe ratio to test; the threshold of luck is the same for any sample.
  const varies = excess.some((value) => value !== excess[0]);
  const sample = varies ? sharpeSample(excess) : { sharpe: 0, observations: excess.length };
  const { deflatedSharpeRatio: probability, expectedMaximumSharpe } = deflatedSharpeRatio(sample, {
    trials,
    trialVariance,
  });
  return {
    expectedMaximumSharpe: expectedMaximumSharpe * Math.sqrt(SESSIONS_PER_YEAR),
    deflatedSharpe: varies ? probability : null,
  };
}

function against(prices: Float64Array, excess: Float64Array, cash: Float64Array): BenchmarkComparison {
  const n = excess.length;
  if (prices.length !== n + 1) {
    throw new RangeError(
      `The benchmark has ${prices.length} prices for ${n} returns: give one more, of the session before.`,
    );
  }
  if (!(prices[0]! > 0)) {
    throw new RangeError(`The benchmark starts at ${prices[0]}: choose one with a price before the first session.`);
  }
  let last = prices[0]!;
  const excessOfBenchmark = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const price = prices[t + 1]! > 0 ? prices[t + 1]! : last;
    excessOfBenchmark[t] = price / last - 1 - cash[t]!;
    last = price;
  }
  const total = last / prices[0]! - 1;
  if (excessOfBenchmark.every((value) => value === excessOfBenchmark[0])) {
    return { totalReturn: total, beta: NaN, alphaPerYear: NaN, correlation: NaN };
  }
  const { slope, intercept, rSquared } = linearRegression(excessOfBenchmark, excess);
  return {
    totalReturn: total,
    beta: slope,
    alphaPerYear: intercept * SESSIONS_PER_YEAR,
    correlation: Math.sign(slope) * Math.sqrt(rSquared),
  };
}
