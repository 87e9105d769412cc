import type { z } from "zod";
import { compoundEquity, totalReturn } from "../../quant/mod.ts";
import { sessionSharpe } from "./counted_trials.ts";
import type { PairOutcomeRow } from "./pair_outcomes.ts";
import type { TradedPair } from "./traded_pair.ts";
import type { CostLevel } from "./trading_costs.ts";
import type { PairOutcome, TradingRule } from "./trading_rule.ts";

/**
 * The row of a pair under a rule.
 *
 * @param context.cashReturn One value for each session of all bars; the sessions of the pair begin at `pair.first`.
 */
export function pairOutcomeRow(
  { daily, entered }: PairOutcome,
  { pair, rule, level, cashReturn }: {
    pair: TradedPair;
    rule: TradingRule;
    level: Pick<CostLevel, "costs" | "costBps">;
    cashReturn: Float64Array;
  },
): z.output<typeof PairOutcomeRow> {
  const sessions = daily.allocated.reduce((sum, allocated) => sum + allocated, 0);
  const returns = new Float64Array(sessions);
  const excess = new Float64Array(sessions);
  for (let t = 0, n = 0; t < daily.allocated.length; t++) {
    if (daily.allocated[t] !== 1) continue;
    returns[n] = daily.dailyReturn[t]!;
    excess[n++] = daily.dailyReturn[t]! - (t === 0 ? 0 : daily.longExposure[t - 1]! * cashReturn[pair.first + t]!);
  }
  return {
    strategy: rule.strategy,
    costs: level.costs,
    cost_bps: level.costBps,
    ticker_1: pair.ticker_1,
    ticker_2: pair.ticker_2,
    looks_ahead: rule.looksAhead,
    fills_at: rule.fillsAt,
    sessions,
    positions: entered.reduce((sum, count) => sum + count, 0),
    total_return: totalReturn(compoundEquity(returns)),
    session_sharpe: sessionSharpe(excess),
  };
}
