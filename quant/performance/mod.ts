/** Returns and risks of a strategy, and the part that chance explains. */
export { type Exposure, exposure, turnover } from "./activity.ts";
export { bestRecord, leastRecord, type StrategyRecord } from "./best_record.ts";
export * from "./drawdown.ts";
export {
  annualizedReturnByCalendar,
  annualizedReturnBySessions,
  compoundEquity,
  type SessionsPerYear,
  totalReturn,
} from "./growth.ts";
export {
  calmarRatio,
  type ExcessReturnOptions,
  sharpeRatio,
  sortinoRatio,
  volatility,
} from "./risk_adjusted_return.ts";
export { rollingBeta, rollingSharpe } from "./rolling_performance.ts";
export * from "./sharpe_significance.ts";
export { expectedShortfall, type TailRiskOptions, valueAtRisk } from "./tail_risk.ts";
export { hitRate, profitFactor } from "./trade_outcomes.ts";
