import { sharpeSample, type SharpeTrials, sharpeTrials } from "../../quant/mod.ts";

/** Trials that Sharpe ratios at the same costs are deflated for. */
export interface Trials {
  pairsTested: number;
  /** Strategies × weightings of each setting, earlier settings included; `null` for none. */
  settings: SharpeTrials | null;
  /** Number of earlier settings, no longer configured. */
  before: number;
  /** Number of settings tried only by hand, on the page of a pair. */
  byHand: number;
  /** Each pair under each strategy, and under each setting tried by hand; `null` for none. */
  pairs: SharpeTrials | null;
}

/** Columns of `backtest_trials` that are read. */
interface Trial {
  trial: string;
  weighting: string;
  costs: string;
  cost_bps: number;
  session_sharpe: number;
}

/** Per-session Sharpe ratio of returns in excess of cash. Constant returns give 0, so that they still count as a trial. */
export function sessionSharpe(excess: Float64Array): number {
  return varies(excess) ? sharpeSample(excess).sharpe : 0;
}

/** Whether values differ. */
export function varies(values: Float64Array): boolean {
  return values.some((value) => value !== values[0]);
}

/** Number and variance of trials, from their per-session Sharpe ratios; `null` for none. */
export function trialsOf(sharpes: readonly number[]): SharpeTrials | null {
  return sharpes.length === 0 ? null : sharpeTrials(Float64Array.from(sharpes));
}

/**
 * Adds trials with Sharpe ratios of another kind, such as those of a single pair among portfolios: their number counts, the
 * variance is unchanged.
 *
 * Settings moved step by step have similar ratios, which would lower the variance: more trials would mean less deflation.
 */
export function withMore(trials: SharpeTrials | null, more: number): SharpeTrials | null {
  return trials && { ...trials, trials: trials.trials + more };
}

/** The result of each trial and weighting at the nearest costs, preferring costs of the same kind: each counts once. */
export function nearestTo(
  trials: readonly Trial[],
  { costs, cost_bps }: Pick<Trial, "costs" | "cost_bps">,
): Trial[] {
  const distance = (trial: Trial) => (trial.costs === costs ? 0 : 1e6) + Math.abs(trial.cost_bps - cost_bps);
  return [...Map.groupBy(trials, ({ trial, weighting }) => `${trial} ${weighting}`).values()]
    .map((own) => own.reduce((best, one) => distance(one) < distance(best) ? one : best));
}
