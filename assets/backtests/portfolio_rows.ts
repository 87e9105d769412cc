import type { z } from "zod";
import type { Columns } from "../../engine/mod.ts";
import {
  type FactorResidualPortfolio,
  type PairPortfolio,
  pairPortfolio,
  type PortfolioPair,
  type Weighting,
} from "../../quant/mod.ts";
import type { TradedBars } from "../market/traded_bars.ts";
import { joinedNumbers } from "./column_parts.ts";
import { type FinishedWindows, type PortfolioBefore, portfolioName } from "./finished_windows.ts";
import type { LimitKind, NamedLimit } from "./exposure_limits.ts";
import type { PortfolioDay } from "./portfolio_daily.ts";
import type { PairOutcome, TradingRule } from "./trading_rule.ts";
import type { TradingConfig } from "./trading_config.ts";
import type { CostLevel } from "./trading_costs.ts";

type Row = z.output<typeof PortfolioDay>;

/** Number of sessions in which limits lowered the weights of a portfolio, by kind of limit. */
export interface LimitedPortfolio extends Pick<Row, "strategy" | "costs" | "cost_bps" | "weighting"> {
  sessions: ReadonlyMap<LimitKind, number>;
}

/** One rule's outcome on every pair at one cost level. */
export interface RuleOutcome {
  rule: Pick<TradingRule, "strategy" | "looksAhead" | "fillsAt">;
  level: Pick<CostLevel, "costs" | "costBps">;
  headline: boolean;
  pairs: { name: string; tickers: readonly [string, string]; stretches: StretchOutcome[] }[];
}

/** A pair's outcome in one of its stretches. */
export interface StretchOutcome {
  /** Index of the first session among those of the bars. */
  first: number;
  outcome: PairOutcome;
  /** Cost of changing the pair's weight, in each of the sessions. */
  moveBps: Float64Array;
  /** Its share by risk in the formations. */
  riskShare: Float64Array;
}

/** Daily columns that rows are made from. */
interface PortfolioColumns extends Pick<PairPortfolio, "dailyReturn" | "equity" | "grossExposure" | "turnover"> {
  allocatedPairs: Int32Array | Uint32Array;
  entered: Uint32Array;
}

/**
 * Days of a portfolio with a weighting after the finished windows, as columns: creating and collecting half a million objects takes
 * longer than all computations.
 */
export interface PortfolioPart extends Pick<Row, "strategy" | "costs" | "cost_bps" | "weighting"> {
  days: Columns<Row>;
  /** The highest equity so far, on each of the days. */
  peakEquity: Float64Array;
  /** Of the whole series, finished windows included. */
  firstSession: string;
  /** Daily returns in excess of cash of the whole series. */
  excess: Float64Array;
  /** Positions entered in each session of the whole series. */
  entered: Float64Array;
}

/** Combines outcomes of pairs into portfolios, from the first trading session after the finished windows on. */
export class PortfolioRows {
  readonly #sessions: string[];
  readonly #first: number;
  readonly #weightings: readonly Weighting[];
  readonly #maxGrossExposure: number;
  readonly #limits: readonly NamedLimit[];
  readonly #benchmark: Float64Array;
  readonly #cash: Float64Array;
  readonly #cashReturn: Float64Array;
  readonly #cashReturnBefore: Float64Array;
  readonly #firstSession: string;
  readonly #finished: FinishedWindows;
  /** Effects of limits on each portfolio so far; empty without limits. */
  readonly limited: LimitedPortfolio[] = [];

  /**
   * @param range.start Index of the first trading session among the sessions of the bars.
   * @param range.first Index of the first one after the finished windows.
   * @param range.end End index, exclusive.
   * @param range.finished Portfolios of the finished windows.
   * @param range.limits Exposure limits of tickers and sectors.
   * @param range.benchmark Return of the benchmark in each session of the bars; `cashReturn` that of cash.
   */
  constructor(
    { sessions }: Pick<TradedBars, "sessions">,
    config: TradingConfig,
    { start, first, end, finished, limits, benchmark, cashReturn }: {
      start: number;
      first: number;
      end: number;
      finished: FinishedWindows;
      limits: readonly NamedLimit[];
      benchmark: Float64Array;
      cashReturn: Float64Array;
    },
  ) {
    this.#sessions = sessions.slice(first, end);
    this.#first = first;
    this.#weightings = [...new Set(config.weightings)];
    this.#maxGrossExposure = config.maxGrossExposure;
    this.#limits = limits;
    this.#finished = finished;
    this.#firstSession = sessions[start]!;
    this.#benchmark = compounded(benchmark.subarray(first, end), finished.benchmarkEquity);
    this.#cashReturn = cashReturn.subarray(first, end);
    this.#cashReturnBefore = cashReturn.subarray(start, first);
    this.#cash = compounded(this.#cashReturn, finished.cashEquity);
  }

  /** Rows of one rule at one cost level under each weighting. */
  of({ rule, level, headline, pairs }: RuleOutcome): PortfolioPart[] {
    const portfolioPairs = pairs.flatMap((pair) => this.#within(pair));
    const entered = new Uint32Array(this.#sessions.length);
    for (const { first, outcome } of pairs.flatMap(({ stretches }) => stretches)) {
      outcome.entered.forEach((count, t) => {
        const at = first - this.#first + t;
        if (count > 0 && at >= 0) entered[at]! += count;
      });
    }
    return this.#weightings.map((weighting) => {
      const portfolio = pairPortfolio(portfolioPairs, {
        sessions: this.#sessions.length,
        weighting,
        maxGrossExposure: this.#maxGrossExposure,
        limits: this.#limits,
        cashReturn: this.#cashReturn,
        equityBefore: this.#before({ rule, level, weighting })?.equity,
      });
      if (this.#limits.length > 0) {
        this.limited.push({
          strategy: rule.strategy,
          costs: level.costs,
          cost_bps: level.costBps,
          weighting,
          sessions: new Map(this.#limits.map(({ kind }, i) => [kind, sumOf(portfolio.limited[i]!)])),
        });
      }
      return this.#partOf({ ...portfolio, entered }, { rule, level, headline, weighting });
    });
  }

  /**
   * Rows of a portfolio with weights of its own, at one cost level, as weighting `equal`.
   *
   * @param portfolio One value for each session of the bars. Such a portfolio has no finished windows.
   */
  ofWhole(
    portfolio: FactorResidualPortfolio,
    { rule, level }: Pick<RuleOutcome, "rule" | "level">,
  ): PortfolioPart {
    const within = <Column extends Float64Array | Uint32Array>(column: Column) =>
      column.subarray(this.#first, this.#first + this.#sessions.length) as Column;
    const long = within(portfolio.longExposure);
    const dailyReturn = within(portfolio.dailyReturn).map((value, t) =>
      value + Math.max(0, 1 - (t === 0 ? 0 : long[t - 1]!)) * this.#cashReturn[t]!
    );
    return this.#partOf({
      dailyReturn,
      equity: compounded(dailyReturn, 1),
      grossExposure: within(portfolio.grossExposure),
      turnover: within(portfolio.turnover),
      allocatedPairs: within(portfolio.positions),
      entered: within(portfolio.entered),
    }, { rule, level, headline: false, weighting: "equal" });
  }

  #partOf(
    portfolio: PortfolioColumns,
    { rule, level, headline, weighting }: Omit<RuleOutcome, "pairs"> & { weighting: Weighting },
  ): PortfolioPart {
    const { length } = this.#sessions;
    const all = <Value>(value: Value) => new Array<Value>(length).fill(value);
    const drawdown = new Float64Array(length);
    const peakEquity = new Float64Array(length);
    const before = this.#before({ rule, level, weighting });
    let peak = before?.peakEquity ?? 1;
    for (let t = 0; t < length; t++) {
      const equity = portfolio.equity[t]!;
      peak = Math.max(peak, equity);
      peakEquity[t] = peak;
      drawdown[t] = equity / peak - 1;
    }
    const entered = new Float64Array(portfolio.entered);
    const { strategy, looksAhead, fillsAt } = rule;
    const { costs, costBps: cost_bps } = level;
    return {
      strategy,
      costs,
      cost_bps,
      weighting,
      peakEquity,
      firstSession: this.#firstSession,
      excess: joinedNumbers([
        ...before ? [excessOf(before.dailyReturn, this.#cashReturnBefore)] : [],
        excessOf(portfolio.dailyReturn, this.#cashReturn),
      ]),
      entered: joinedNumbers([...before ? [before.enteredPositions] : [], entered]),
      days: {
        strategy: all(strategy),
        costs: all(costs),
        cost_bps: new Float64Array(length).fill(cost_bps),
        weighting: all(weighting),
        session: this.#sessions,
        headline: all(headline),
        looks_ahead: all(looksAhead),
        fills_at: all(fillsAt),
        daily_return: portfolio.dailyReturn,
        equity: portfolio.equity,
        drawdown,
        gross_exposure: portfolio.grossExposure,
        turnover: portfolio.turnover,
        allocated_pairs: new Float64Array(portfolio.allocatedPairs),
        entered_positions: entered,
        benchmark_equity: this.#benchmark,
        cash_equity: this.#cash,
        cash_return: this.#cashReturn,
      },
    };
  }

  #before(
    { rule: { strategy }, level: { costs, costBps }, weighting }: Pick<RuleOutcome, "rule" | "level"> & {
      weighting: Weighting;
    },
  ): PortfolioBefore | undefined {
    return this.#finished.portfolios.get(portfolioName({ strategy, costs, cost_bps: costBps, weighting }));
  }

  /** The stretches of a pair without sessions before the first of the portfolio, whose returns are given beside them. */
  #within({ name, tickers, stretches }: RuleOutcome["pairs"][number]): PortfolioPair[] {
    const before: Float64Array[] = [];
    return stretches.flatMap(({ first, outcome: { daily }, moveBps, riskShare }, k) => {
      const { length } = daily.dailyReturn;
      const from = Math.min(length, Math.max(0, this.#first - first));
      const returnsBefore = joinedNumbers([...before, returnsWithPosition(daily, from)]);
      before.push(returnsWithPosition(daily, length));
      if (from === length) return [];
      return [{
        name: `${name} ${k + 1}`,
        tickers,
        first: first + from - this.#first,
        daily: {
          allocated: daily.allocated.subarray(from),
          dailyReturn: daily.dailyReturn.subarray(from),
          plannedGross: daily.plannedGross.subarray(from),
          plannedExposure1: daily.plannedExposure1.subarray(from),
          plannedExposure2: daily.plannedExposure2.subarray(from),
          grossExposure: daily.grossExposure.subarray(from),
          longExposure: daily.longExposure.subarray(from),
          turnover: daily.turnover.subarray(from),
        },
        rebalanceCostBps: moveBps.subarray(from),
        riskShare: riskShare.subarray(from),
        returnsBefore,
      }];
    });
  }
}

/** Returns of the sessions before `end` that began with a position or an order. */
function returnsWithPosition({ dailyReturn, plannedGross }: PairOutcome["daily"], end: number): Float64Array {
  return dailyReturn.subarray(0, end).filter((_, t) => t > 0 && plannedGross[t - 1]! > 0);
}

function excessOf(dailyReturn: Float64Array, cashReturn: Float64Array): Float64Array {
  return dailyReturn.map((value, t) => value - cashReturn[t]!);
}

function sumOf(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0);
}

function compounded(returns: Float64Array, before: number): Float64Array {
  let value = before;
  return returns.map((change) => value *= 1 + change);
}
