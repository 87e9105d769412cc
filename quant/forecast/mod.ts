/**
 * Forecasters of a series behind one interface, and scores relative to the last-value baseline.
 *
 * @module
 */
export { type Forecast, type Forecaster, type ForecastModel, type PredictOptions } from "./forecaster.ts";
export { lastValue } from "./last_value.ts";
export { drift } from "./drift.ts";
export { meanReversion } from "./mean_reversion.ts";
export { trendLine, type TrendLineOptions } from "./trend_line.ts";
export { boostedTrees, type BoostedTreesOptions } from "./trees/boosted_trees.ts";
export { randomForest, type RandomForestOptions } from "./trees/random_forest.ts";
export { arima, ARIMA_ORDERS, type ArimaModel, type ArimaOptions } from "./arima/arima.ts";
export { type ArimaFit, type ArimaOrder, type ArimaParameters, fitArima } from "./arima/fit_arima.ts";
export { lstm, type LstmModel, type LstmOptions, RESEARCH_LSTM } from "./lstm/lstm.ts";
export { prophet, type ProphetModel, type ProphetOptions } from "./prophet/prophet.ts";
export { forecasters, type ForecastMethod, restoreForecastModel } from "./forecasters.ts";
export { dieboldMariano, type DieboldMarianoOptions, type DieboldMarianoResult } from "./diebold_mariano.ts";
export { type DirectionalAccuracy, directionalAccuracy } from "./directional_accuracy.ts";
export { type ForecastScores, forecastScores, type ScoredForecasts } from "./forecast_scores.ts";
