import type { z } from "zod";
import { pairPortfolio, type PortfolioPair } from "../../quant/mod.ts";
import type { TradedBars } from "../market/traded_bars.ts";
import type { PortfolioDay } from "./portfolio_daily.ts";
import type { PairOutcome, TradingRule } from "./trading_rule.ts";
import type { TradingConfig } from "./trading_config.ts";
import type { CostLevel } from "./trading_costs.ts";

type Row = z.output<typeof PortfolioDay>;

const weightings = ["equal", "volatility_scaled"] as const;

/** One rule's outcome on every pair at one cost level. */
export interface RuleOutcome {
  rule: TradingRule;
  level: Pick<CostLevel, "costs" | "costBps">;
  headline: boolean;
  /**
   * By name of the pair; `first` is where its sessions begin among those of the bars, `moveBps` what moving weight to or from it costs in
   * each of them.
   */
  pairs: { name: string; first: number; outcome: PairOutcome; moveBps: Float64Array }[];
}

/** Puts what a rule made of the pairs into portfolios, from the first trading session on. */
export class PortfolioRows {
  readonly #sessions: string[];
  readonly #first: number;
  readonly #maxGrossExposure: number;
  readonly #benchmark: Float64Array;
  readonly #cash: Float64Array;
  readonly #cashReturn: Float64Array;

  /**
   * @param range.first Where trading windows begin among the sessions of the bars.
   * @param range.end Where they end, exclusive.
   * @param range.benchmark Return of the benchmark in each session of the bars; `cashReturn` that of cash.
   */
  constructor(
    { sessions }: Pick<TradedBars, "sessions">,
    config: TradingConfig,
    { first, end, benchmark, cashReturn }: {
      first: number;
      end: number;
      benchmark: Float64Array;
      cashReturn: Float64Array;
    },
  ) {
    this.#sessions = sessions.slice(first, end);
    this.#first = first;
    this.#maxGrossExposure = config.maxGrossExposure;
    this.#benchmark = compounded(benchmark.subarray(first, end));
    this.#cashReturn = cashReturn.subarray(first, end);
    this.#cash = compounded(this.#cashReturn);
  }

  /** Rows of one rule at one cost level under each weighting. */
  of({ rule, level, headline, pairs }: RuleOutcome): Row[] {
    const portfolioPairs = pairs.map((pair) => this.#within(pair));
    const entered = new Uint32Array(this.#sessions.length);
    for (const { first, outcome } of pairs) {
      outcome.entered.forEach((count, t) => {
        if (count > 0) entered[first - this.#first + t]! += count;
      });
    }
    return weightings.flatMap((weighting) => {
      const portfolio = pairPortfolio(portfolioPairs, {
        sessions: this.#sessions.length,
        weighting,
        maxGrossExposure: this.#maxGrossExposure,
        cashReturn: this.#cashReturn,
      });
      let peak = 1;
      return this.#sessions.map((session, t): Row => {
        const equity = portfolio.equity[t]!;
        peak = Math.max(peak, equity);
        return {
          strategy: rule.strategy,
          costs: level.costs,
          cost_bps: level.costBps,
          weighting,
          session,
          headline,
          looks_ahead: rule.looksAhead,
          fills_at: rule.fillsAt,
          daily_return: portfolio.dailyReturn[t]!,
          equity,
          drawdown: equity / peak - 1,
          gross_exposure: portfolio.grossExposure[t]!,
          turnover: portfolio.turnover[t]!,
          allocated_pairs: portfolio.allocatedPairs[t]!,
          entered_positions: entered[t]!,
          benchmark_equity: this.#benchmark[t]!,
          cash_equity: this.#cash[t]!,
          cash_return: this.#cashReturn[t]!,
        };
      });
    });
  }

  /** The part of a pair's columns that lies in trading windows of the portfolio: formations before its first session do not. */
  #within({ name, first, outcome: { daily }, moveBps }: RuleOutcome["pairs"][number]): PortfolioPair {
    const from = Math.max(0, this.#first - first);
    return {
      name,
      first: first + from - this.#first,
      daily: {
        allocated: daily.allocated.subarray(from),
        dailyReturn: daily.dailyReturn.subarray(from),
        plannedGross: daily.plannedGross.subarray(from),
        grossExposure: daily.grossExposure.subarray(from),
        longExposure: daily.longExposure.subarray(from),
        turnover: daily.turnover.subarray(from),
      },
      rebalanceCostBps: moveBps.subarray(from),
    };
  }
}

function compounded(returns: Float64Array): Float64Array {
  let value = 1;
  return returns.map((change) => value *= 1 + change);
}
