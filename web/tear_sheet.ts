import { drawdownPeriods, histogram, rollingBeta, rollingSharpe } from "../quant/mod.ts";
import { monthlyReturns, type YearOfReturns } from "./monthly_returns.ts";
import type { StrategyDays } from "./strategy_record.ts";

/** Window of rolling figures: half a year. */
export const rollingSessions = 126;
/** Number of drawdowns listed. */
const worst = 10;
const mostBins = 60;

/** A drawdown from a peak. */
export interface Drawdown {
  /** The session of the peak; `null` for the start. */
  peak: string | null;
  trough: string;
  /** `null` while it lasts. */
  recovered: string | null;
  depth: number;
  sessions: number;
}

/** A bin of the distribution of daily returns. */
export interface ReturnBin {
  from: number;
  to: number;
  sessions: number;
}

/** Data of a strategy's tear sheet, by session. */
export interface StrategySheet {
  sessions: readonly string[];
  /** Return since the start, as fractions; of the benchmark likewise. */
  gained: number[];
  benchmarkGained: number[];
  drawdown: number[];
  /** `null` in the first sessions, and if undefined. */
  rollingSharpe: (number | null)[];
  rollingBeta: (number | null)[];
  grossExposure: number[];
  months: YearOfReturns[];
  /** Deepest first. */
  drawdowns: Drawdown[];
  bins: ReturnBin[];
  meanReturn: number;
}

/** The tear sheet of a strategy, from its days. */
export function sheetOf(days: StrategyDays): StrategySheet {
  const { sessions, equity, benchmark, cashReturn, dailyReturn, grossExposure } = days;
  const changes = (values: readonly number[]) => values.map((value, t) => value / (t === 0 ? 1 : values[t - 1]!) - 1);
  const excess = Float64Array.from(dailyReturn, (value, t) => value - cashReturn[t]!);
  const benchmarkExcess = Float64Array.from(changes(benchmark), (value, t) => value - cashReturn[t]!);
  const curve = Float64Array.of(1, ...equity);
  let peak = 1;
  const returns = Float64Array.from(dailyReturn);
  const { edges, counts } = histogram(returns, { mostBins });
  const shown = (values: Float64Array) => [...values].map((value) => Number.isFinite(value) ? value : null);
  return {
    sessions,
    gained: equity.map((value) => value - 1),
    benchmarkGained: benchmark.map((value) => value - 1),
    drawdown: equity.map((value) => {
      peak = Math.max(peak, value);
      return value / peak - 1;
    }),
    rollingSharpe: shown(rollingSharpe(excess, rollingSessions)),
    rollingBeta: shown(rollingBeta(excess, benchmarkExcess, rollingSessions)),
    grossExposure,
    months: monthlyReturns({ sessions, equity }, { before: 1 }),
    drawdowns: drawdownPeriods(curve).toSorted((a, b) => a.depth - b.depth).slice(0, worst).map((period) => ({
      // The equity curve starts one point before the first session.
      peak: period.peakIndex === 0 ? null : sessions[period.peakIndex - 1]!,
      trough: sessions[period.troughIndex - 1]!,
      recovered: period.recoveryIndex === null ? null : sessions[period.recoveryIndex - 1]!,
      depth: period.depth,
      sessions: period.durationSessions,
    })),
    bins: Array.from(counts, (sessions, i) => ({ from: edges[i]!, to: edges[i + 1]!, sessions })),
    meanReturn: dailyReturn.reduce((sum, value) => sum + value / dailyReturn.length, 0),
  };
}
