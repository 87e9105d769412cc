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
  const traded = Array.from(daily.allocated.keys()).filter((t) => daily.allocated[t] === 1);
  const excess = Float64Array.from(
    traded,
    (t) => daily.dailyReturn[t]! - (t === 0 ? 0 : daily.longExposure[t - 1]! * cashReturn[pair.first + t]!),
  );
  return {
    strategy: rule.strategy,
    costs: level.costs,
    cost_bps: level.costBps,
    ticker_1: pair.ticker_1,
    ticker_2: pair.ticker_2,
    looks_ahead: rule.looksAhead,
    fills_at: rule.fillsAt,
    sessions: traded.length,
    positions: entered.reduce((sum, count) => sum + count, 0),
    total_return: totalReturn(compoundEquity(Float64Array.from(traded, (t) => daily.dailyReturn[t]!))),
    session_sharpe: sessionSharpe(excess),
  };
}
