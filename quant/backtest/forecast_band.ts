import {
  FORECAST_DEFAULTS,
  ForecastEnsemble,
  type ForecastEnsembleParameters,
  loadForecasters,
  requireForecastParameters,
} from "./forecast_ensemble.ts";
import type { Side, Strategy, StrategySignal } from "./strategy.ts";
import { fitSpread } from "./z_score_bands.ts";

/**
 * A forecast as the signal: the spread is bought if the whole interval of the forecast lies above it, sold if it lies below, and
 * the position is closed once the forecast turns against it. If the interval contains the current spread, nothing is entered.
 *
 * Hedge ratio, scale and forecasters are fitted on the formation; closes update the forecasters, which are fitted again every
 * refitSessions closes, if that is not 0. The forecasters with a weight are averaged by their errors out of sample ({@linkcode ForecastEnsemble}). Scores are the expected
 * change, in the formation's standard deviations.
 *
 * @throws {RangeError} If horizon is not an integer of 1 to 60, coverage not in (0, 1), a weight negative or all are 0; on fitting, if
 * the legs are collinear, leg 1 is constant or the formation does not allow a forecaster.
 *
 * @example
 * ```ts
 * import { forecastBand } from "./forecast_band.ts";
 *
 * console.assert(forecastBand({ coverage: 0.8 }).parameters.coverage === 0.8);
 * ```
 *
 * Verified: tests/quant/backtest/forecast_strategies_test.ts. Cost: that of the forecasters.
 */
export function forecastBand(parameters: Partial<ForecastEnsembleParameters> = {}): Strategy {
  const ensemble = { ...FORECAST_DEFAULTS, ...parameters };
  requireForecastParameters(ensemble);
  return {
    name: "forecast_band",
    parameters: { ...ensemble },
    load: () => loadForecasters(ensemble),
    fit({ price1, price2, days }) {
      const { slope, intercept, residuals, std } = fitSpread(price1, price2);
      const forecasters = new ForecastEnsemble(residuals.map((value) => value / std), ensemble, days);
      let target: Side = 0;
      return {
        estimates: { hedgeRatio: slope, intercept, std },
        // The interval of the forecast decides; there are no levels.
        levels: { entryZ: NaN, exitZ: NaN, stopZ: NaN },
        decide(price1, price2, day) {
          const z = (price2 - (slope * price1 + intercept)) / std;
          forecasters.update(z, day);
          const { mean, lower, upper } = forecasters.forecast();
          let signal: StrategySignal = "hold";
          if (lower > z && target !== 1) {
            [signal, target] = ["enter_long", 1];
          } else if (upper < z && target !== -1) {
            [signal, target] = ["enter_short", -1];
          } else if (target !== 0 && Math.sign(mean - z) === -target) {
            [signal, target] = ["exit", 0];
          }
          return { target, signal, hedgeRatio: slope, score: mean - z, z };
        },
      };
    },
  };
}
