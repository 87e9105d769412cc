import { arima } from "../forecast/arima/arima.ts";
import { drift } from "../forecast/drift.ts";
import type { ForecastModel } from "../forecast/forecaster.ts";
import { lstm } from "../forecast/lstm/lstm.ts";
import { meanReversion } from "../forecast/mean_reversion.ts";
import { boostedTrees } from "../forecast/trees/boosted_trees.ts";
import { randomForest } from "../forecast/trees/random_forest.ts";
import { trendLine } from "../forecast/trend_line.ts";
import { requireInteger } from "../validate.ts";

/** Forecasters that take part, and settings of their forecasts. */
export interface ForecastEnsembleParameters {
  /** Sessions ahead. */
  horizon: number;
  /** Probability that the interval covers the value; a forecast whose interval contains the current value gives no signal. */
  coverage: number;
  /** Weight of the autoregression of order 1; 0 leaves a forecaster out. */
  meanReversion: number;
  arima: number;
  drift: number;
  rollingTrend: number;
  boostedTrees: number;
  randomForest: number;
  lstm: number;
}

/** The autoregression alone: the fastest forecaster, and out of sample as accurate as any. */
export const FORECAST_DEFAULTS: ForecastEnsembleParameters = {
  horizon: 5,
  coverage: 0.5,
  meanReversion: 1,
  arima: 0,
  drift: 0,
  rollingTrend: 0,
  boostedTrees: 0,
  randomForest: 0,
  lstm: 0,
};

type MemberName = Exclude<keyof ForecastEnsembleParameters, "horizon" | "coverage">;

/** Share of the formation, at its end, on which the members' first errors are measured. */
const SCORED_SHARE = 0.2;

const fits: Record<MemberName, (window: Float64Array, horizon: number) => ForecastModel> = {
  meanReversion: (window) => meanReversion.fit(window),
  arima: (window) => arima.fit(window),
  drift: (window) => drift.fit(window),
  rollingTrend: (window, horizon) => trendLine.fit(window, { horizon }),
  boostedTrees: (window, horizon) => boostedTrees.fit(window, { horizon }),
  randomForest: (window, horizon) => randomForest.fit(window, { horizon }),
  lstm: (window, horizon) => lstm.fit(window, { horizon }),
};

/** @throws {RangeError} If a parameter is out of its range, or no forecaster takes part. */
export function requireForecastParameters(parameters: ForecastEnsembleParameters): void {
  const { horizon, coverage, ...weights } = parameters;
  requireInteger(horizon, "horizon", 1, 60);
  if (!(coverage > 0 && coverage < 1)) throw new RangeError(`coverage must lie in 0 < coverage < 1, got ${coverage}.`);
  for (const [name, weight] of Object.entries(weights)) {
    if (!(weight >= 0 && weight < Infinity)) {
      throw new RangeError(`${name} must be a weight of 0 or more, got ${weight}.`);
    }
  }
  if (Object.values(weights).every((weight) => weight === 0)) {
    throw new RangeError(`One forecaster must have a weight above 0: ${Object.keys(weights).join(", ")}.`);
  }
}

/** Forecast of an ensemble. */
export interface EnsembleForecast {
  mean: number;
  lower: number;
  upper: number;
}

/**
 * Forecasters of a series, averaged by their weights over their mean squared errors out of sample.
 *
 * Initial errors are those of a model fitted on the first four fifths of the formation, over its last fifth; errors on later
 * values are added as they come. Intervals are averaged like means: members' errors are correlated, so that averaging does not
 * narrow them.
 */
export class ForecastEnsemble {
  readonly #members: Member[];
  readonly #coverage: number;

  /** @throws {RangeError} If the formation does not allow a forecaster. */
  constructor(formation: Float64Array, { horizon, coverage, ...weights }: ForecastEnsembleParameters) {
    const taking = Object.entries(weights).filter(([, weight]) => weight > 0) as [MemberName, number][];
    this.#coverage = coverage;
    this.#members = taking.map(([name, weight]) =>
      new Member(formation, { fit: fits[name], weight, horizon, scored: taking.length > 1 })
    );
  }

  /** Adds the next value. */
  update(value: number): void {
    for (const member of this.#members) member.update(value);
  }

  /** Forecasts the value `horizon` steps after the last one. */
  forecast(): EnsembleForecast {
    const sum = { mean: 0, lower: 0, upper: 0 };
    let total = 0;
    for (const member of this.#members) {
      const { mean, lower, upper } = member.forecast(this.#coverage);
      const weight = member.weight;
      sum.mean += weight * mean;
      sum.lower += weight * lower;
      sum.upper += weight * upper;
      total += weight;
    }
    return { mean: sum.mean / total, lower: sum.lower / total, upper: sum.upper / total };
  }
}

/** A forecaster with its errors so far. */
class Member {
  readonly #horizon: number;
  readonly #preference: number;
  /** Forecasts whose value is not known yet, oldest first; `null` if no errors are compared. */
  readonly #open: number[] | null;
  #model: ForecastModel;
  #squares = 0;
  #count = 0;

  constructor(
    formation: Float64Array,
    { fit, weight, horizon, scored }: {
      fit: (window: Float64Array, horizon: number) => ForecastModel;
      weight: number;
      horizon: number;
      scored: boolean;
    },
  ) {
    this.#horizon = horizon;
    this.#preference = weight;
    this.#open = scored ? [] : null;
    if (scored) {
      const first = formation.length - Math.floor(SCORED_SHARE * formation.length);
      if (formation.length - first <= horizon) {
        throw new RangeError(`The formation has ${formation.length} sessions, too few to score ${horizon} ahead.`);
      }
      this.#model = fit(formation.subarray(0, first), horizon);
      for (const value of formation.subarray(first)) this.update(value);
    }
    this.#model = fit(formation, horizon);
  }

  /** Weight over mean squared error; the weight alone if no errors are compared. */
  get weight(): number {
    return this.#count === 0
      ? this.#preference
      : this.#preference / Math.max(this.#squares / this.#count, Number.MIN_VALUE ** 0.5);
  }

  update(value: number): void {
    const open = this.#open;
    if (open !== null) {
      // Forecast before adding the value. With `horizon` open forecasts, the oldest is the one for this value.
      open.push(this.#model.predict(this.#horizon).mean[this.#horizon - 1]!);
      if (open.length === this.#horizon) {
        this.#squares += (value - open.shift()!) ** 2;
        this.#count++;
      }
    }
    this.#model = this.#model.update(value);
  }

  forecast(coverage: number): EnsembleForecast {
    const last = this.#horizon - 1;
    const { mean, lower, upper } = this.#model.predict(this.#horizon, { coverage });
    return { mean: mean[last]!, lower: lower[last]!, upper: upper[last]! };
  }
}
