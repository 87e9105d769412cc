import { sharpeSample, type SharpeTrials, sharpeTrials } from "../../quant/mod.ts";

/** What the Sharpe ratios of the same costs are deflated for. */
export interface Trials {
  pairsTested: number;
  /** Strategies × weightings of every setting, those that are no longer set included; `null` where there is none. */
  settings: SharpeTrials | null;
  /** How many of the settings are no longer set. */
  before: number;
  /** How many of the settings were tried by hand alone, on the page of a pair. */
  byHand: number;
  /** Each pair under each strategy, and under each setting tried by hand; `null` where there is none. */
  pairs: SharpeTrials | null;
}

/** A row of `backtest_trials`, as far as it counts. */
interface Trial {
  trial: string;
  weighting: string;
  costs: string;
  cost_bps: number;
  session_sharpe: number;
}

/** Sharpe ratio a session of returns in excess of cash; 0 where they never vary: such a trial found nothing, and was one. */
export function sessionSharpe(excess: Float64Array): number {
  return varies(excess) ? sharpeSample(excess).sharpe : 0;
}

/** Whether there is more than one value. */
export function varies(values: Float64Array): boolean {
  return values.some((value) => value !== values[0]);
}

/** Number and variance of some trials, by their Sharpe ratios a session; `null` of none. */
export function trialsOf(sharpes: readonly number[]): SharpeTrials | null {
  return sharpes.length === 0 ? null : sharpeTrials(Float64Array.from(sharpes));
}

/**
 * Adds trials whose own ratio is of another kind, such as that of one pair among portfolios: they count, and the variance stays.
 *
 * Their ratios would differ from each other by little where a setting was moved step by step, and make the variance smaller: the more
 * was tried, the less would be deflated.
 */
export function withMore(trials: SharpeTrials | null, more: number): SharpeTrials | null {
  return trials && { ...trials, trials: trials.trials + more };
}

/** Of each trial and weighting the result at the costs that are nearest, those of the same kind first: it counts once. */
export function nearestTo(
  trials: readonly Trial[],
  { costs, cost_bps }: Pick<Trial, "costs" | "cost_bps">,
): Trial[] {
  const distance = (trial: Trial) => (trial.costs === costs ? 0 : 1e6) + Math.abs(trial.cost_bps - cost_bps);
  return [...Map.groupBy(trials, ({ trial, weighting }) => `${trial} ${weighting}`).values()]
    .map((own) => own.reduce((best, one) => distance(one) < distance(best) ? one : best));
}
