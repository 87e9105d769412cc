/** Uncertainty of figures from one sample: bootstrap bands, and the effect of choosing the best of many backtests. */
export * from "./backtest_overfitting.ts";
export { type Band, type BandOptions } from "./band.ts";
export { halfLifeBand } from "./half_life_band.ts";
export { type OptimalBlockLength, optimalBlockLength } from "./optimal_block_length.ts";
export { type PerformanceBands, performanceBands, type PerformanceBandsOptions } from "./performance_bands.ts";
export { ResampleDraws } from "./resample_draws.ts";
export { stationaryBootstrap, type StationaryBootstrapOptions } from "./stationary_bootstrap.ts";
