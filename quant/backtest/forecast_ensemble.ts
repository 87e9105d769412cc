import { arima } from "../forecast/arima/arima.ts";
import { drift } from "../forecast/drift.ts";
import type { ForecastModel } from "../forecast/forecaster.ts";
import { lstm } from "../forecast/lstm/lstm.ts";
import { meanReversion } from "../forecast/mean_reversion.ts";
import { prophet } from "../forecast/prophet/prophet.ts";
import { nextWeekday, weekdays } from "../forecast/prophet/weekdays.ts";
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
  /**
   * Closes after which the forecasters are fitted again, on the last closes, as many as the formation has; 0 fits them on the formation
   * alone.
   */
  refitSessions: number;
  /** Weight of the autoregression of order 1; 0 leaves a forecaster out. */
  meanReversion: number;
  arima: number;
  drift: number;
  rollingTrend: number;
  boostedTrees: number;
  randomForest: number;
  lstm: number;
  prophet: number;
}

/** The autoregression alone: the fastest forecaster, and out of sample as accurate as any. */
export const FORECAST_DEFAULTS: ForecastEnsembleParameters = {
  horizon: 5,
  coverage: 0.5,
  refitSessions: 0,
  meanReversion: 1,
  arima: 0,
  drift: 0,
  rollingTrend: 0,
  boostedTrees: 0,
  randomForest: 0,
  lstm: 0,
  prophet: 0,
};

type MemberName = Exclude<keyof ForecastEnsembleParameters, "horizon" | "coverage" | "refitSessions">;

/** Fits a forecaster on values and their days. */
type Fit = (window: Float64Array, known: { horizon: number; days: Float64Array }) => ForecastModel;

/** Share of the formation, at its end, on which the members' first errors are measured. */
const SCORED_SHARE = 0.2;

const fits: Record<MemberName, Fit> = {
  meanReversion: (window) => meanReversion.fit(window),
  arima: (window) => arima.fit(window),
  drift: (window) => drift.fit(window),
  rollingTrend: (window, { horizon }) => trendLine.fit(window, { horizon }),
  boostedTrees: (window, { horizon }) => boostedTrees.fit(window, { horizon }),
  randomForest: (window, { horizon }) => randomForest.fit(window, { horizon }),
  lstm: (window, { horizon }) => lstm.fit(window, { horizon }),
  prophet: (window, { days }) => prophet.fit(window, { days }),
};

/** Loads what fits of the forecasters with a weight need. */
export async function loadForecasters(parameters: ForecastEnsembleParameters): Promise<void> {
  if (parameters.prophet > 0) await prophet.load();
}

/** @throws {RangeError} If a parameter is out of its range, or no forecaster takes part. */
export function requireForecastParameters(parameters: ForecastEnsembleParameters): void {
  const { horizon, coverage, refitSessions, ...weights } = parameters;
  requireInteger(horizon, "horizon", 1, 60);
  requireInteger(refitSessions, "refitSessions", 0);
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
 * values are added as they come, each by the model of its time. Intervals are averaged like means: members' errors are correlated, so that averaging does not
 * narrow them.
 */
export class ForecastEnsemble {
  readonly #members: Member[];
  readonly #coverage: number;

  /**
   * @param days Day of each value, as days since 1970-01-01.
   * @throws {RangeError} If the formation does not allow a forecaster.
   */
  constructor(
    formation: Float64Array,
    { horizon, coverage, refitSessions, ...weights }: ForecastEnsembleParameters,
    days: Float64Array = weekdays(formation.length),
  ) {
    const taking = Object.entries(weights).filter(([, weight]) => weight > 0) as [MemberName, number][];
    this.#coverage = coverage;
    this.#members = taking.map(([name, weight]) =>
      new Member({ values: formation, days }, {
        fit: fits[name],
        weight,
        horizon,
        refitSessions,
        scored: taking.length > 1,
      })
    );
  }

  /** Adds the next value, by default of the next weekday. */
  update(value: number, day?: number): void {
    for (const member of this.#members) member.update(value, day);
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

/** Values of a series with their days, oldest first. */
interface Dated {
  values: Float64Array;
  days: Float64Array;
}

/** How a member is fitted and compared. */
interface MemberOptions {
  fit: Fit;
  weight: number;
  horizon: number;
  refitSessions: number;
  scored: boolean;
}

/** A forecaster with its errors so far. */
class Member {
  readonly #options: MemberOptions;
  /** Forecasts whose value is not known yet, oldest first; `null` if no errors are compared. */
  readonly #open: number[] | null;
  /** The last values and days, as many as the formation has; `null` if there is no further fit. */
  readonly #recent: { values: number[]; days: number[] } | null;
  #model: ForecastModel;
  #sinceFit = 0;
  #squares = 0;
  #count = 0;

  constructor(formation: Dated, options: MemberOptions) {
    const { fit, horizon, refitSessions, scored } = options;
    const { values, days } = formation;
    this.#options = options;
    this.#open = scored ? [] : null;
    this.#recent = null;
    if (scored) {
      const first = values.length - Math.floor(SCORED_SHARE * values.length);
      if (values.length - first <= horizon) {
        throw new RangeError(`The formation has ${values.length} sessions, too few to score ${horizon} ahead.`);
      }
      this.#model = fit(values.subarray(0, first), { horizon, days: days.subarray(0, first) });
      for (let t = first; t < values.length; t++) this.#add(values[t]!, days[t]!);
    }
    this.#model = fit(values, { horizon, days });
    if (refitSessions > 0) this.#recent = { values: [...values], days: [...days] };
  }

  /** Weight over mean squared error; the weight alone if no errors are compared. */
  get weight(): number {
    const { weight } = this.#options;
    return this.#count === 0 ? weight : weight / Math.max(this.#squares / this.#count, Number.MIN_VALUE ** 0.5);
  }

  update(value: number, day?: number): void {
    this.#add(value, day);
    if (this.#recent === null) return;
    const { values, days } = this.#recent;
    values.push(value);
    values.shift();
    days.push(day ?? nextWeekday(days.at(-1)!));
    days.shift();
    if (++this.#sinceFit < this.#options.refitSessions) return;
    this.#sinceFit = 0;
    this.#refit(Float64Array.from(values), Float64Array.from(days));
  }

  forecast(coverage: number): EnsembleForecast {
    const last = this.#options.horizon - 1;
    const { mean, lower, upper } = this.#model.predict(this.#options.horizon, { coverage });
    return { mean: mean[last]!, lower: lower[last]!, upper: upper[last]! };
  }

  #add(value: number, day?: number): void {
    const open = this.#open;
    const { horizon } = this.#options;
    if (open !== null) {
      // Forecast before adding the value. With `horizon` open forecasts, the oldest is the one for this value.
      open.push(this.#model.predict(horizon).mean[horizon - 1]!);
      if (open.length === horizon) {
        this.#squares += (value - open.shift()!) ** 2;
        this.#count++;
      }
    }
    this.#model = this.#model.update(value, day);
  }

  #refit(values: Float64Array, days: Float64Array): void {
    try {
      this.#model = this.#options.fit(values, { horizon: this.#options.horizon, days });
    } catch (error) {
      // Values that allow no fit, such as constant ones, leave the model as it was fitted and updated.
      if (!(error instanceof RangeError)) throw error;
    }
  }
}
