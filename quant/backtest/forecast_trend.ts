import {
  FORECAST_DEFAULTS,
  ForecastEnsemble,
  type ForecastEnsembleParameters,
  loadForecasters,
  requireForecastParameters,
} from "./forecast_ensemble.ts";
import type { Side, Strategy, StrategySignal } from "./strategy.ts";
import { fitSpread } from "./z_score_bands.ts";

/** Settings of {@linkcode forecastTrend}. */
export interface ForecastTrendParameters extends ForecastEnsembleParameters {
  /** Width of the bands, in standard deviations of the formation's spread. */
  bandZ: number;
}

/**
 * Bands with a forecast as their filter: outside a band a position towards the mean is entered if the forecast leads towards the
 * mean and its interval does not contain the current spread; inside, a position is closed once the forecast turns against it.
 *
 * Hedge ratio, scale and forecasters are fitted on the formation; closes update the forecasters, which are fitted again every
 * refitSessions closes, if that is not 0. The forecasters with a weight are averaged by their errors out of sample ({@linkcode ForecastEnsemble}). Scores are the spread in
 * the formation's standard deviations.
 *
 * @throws {RangeError} If bandZ is not positive, horizon not an integer of 1 to 60, coverage not in (0, 1), a weight negative or all
 * are 0; on fitting, if the legs are collinear, leg 1 is constant or the formation does not allow a forecaster.
 *
 * @example
 * ```ts
 * import { forecastTrend } from "./forecast_trend.ts";
 *
 * console.assert(forecastTrend({ arima: 1 }).parameters.arima === 1);
 * ```
 *
 * Verified: tests/quant/backtest/forecast_strategies_test.ts. Cost: that of the forecasters.
 */
export function forecastTrend(parameters: Partial<ForecastTrendParameters> = {}): Strategy {
  const { bandZ, ...ensemble } = { bandZ: 1, ...FORECAST_DEFAULTS, ...parameters };
  requireForecastParameters(ensemble);
  if (!(bandZ > 0)) throw new RangeError(`bandZ must be positive, got ${bandZ}.`);
  return {
    name: "forecast_trend",
    parameters: { bandZ, ...ensemble },
    load: () => loadForecasters(ensemble),
    fit({ price1, price2, days }) {
      const { slope, intercept, residuals, std } = fitSpread(price1, price2);
      const forecasters = new ForecastEnsemble(residuals.map((value) => value / std), ensemble, days);
      let target: Side = 0;

      function signalOf(z: number): StrategySignal {
        const { mean, lower, upper } = forecasters.forecast();
        if (z > bandZ) return target !== -1 && upper < z ? "enter_short" : "hold";
        if (z < -bandZ) return target !== 1 && lower > z ? "enter_long" : "hold";
        return target !== 0 && Math.sign(mean - z) === -target ? "exit" : "hold";
      }

      return {
        estimates: { hedgeRatio: slope, intercept, std },
        // A position is closed when the forecast turns, at no level.
        levels: { entryZ: bandZ, exitZ: NaN, stopZ: NaN },
        decide(price1, price2, day) {
          const score = (price2 - (slope * price1 + intercept)) / std;
          forecasters.update(score, day);
          const signal = signalOf(score);
          if (signal === "enter_long") target = 1;
          else if (signal === "enter_short") target = -1;
          else if (signal === "exit") target = 0;
          return { target, signal, hedgeRatio: slope, score, z: score };
        },
      };
    },
  };
}
