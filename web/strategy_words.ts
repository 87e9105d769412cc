import { decimal } from "./figures.ts";

const titles: Readonly<Record<string, string>> = {
  rolling_trend: "Rolling trend",
  z_score_bands: "Z-score bands",
  kalman_hedge: "Kalman hedge",
  ou_thresholds: "OU thresholds",
  forecast_trend: "Forecast trend",
  forecast_band: "Forecast band",
  best_record: "Best record so far",
  factor_residuals: "Factor residuals",
  total_least_squares_bands: "Total least squares bands",
  johansen_bands: "Johansen bands",
  kalman_likelihood: "Kalman by likelihood",
  distance_bands: "Distance method",
  traditional_bands: "Traditional bands",
  reference: "Reference",
};

/** Title of a strategy; for an unknown one its name without underscores. */
export function strategyTitle(name: string): string {
  if (Object.hasOwn(titles, name)) return titles[name]!;
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Title of a cost level as the address names it. */
export function costTitle(cost: string): string {
  if (cost === "spread") return "by spread";
  return `${decimal(Number(cost), Number.isInteger(Number(cost)) ? 0 : 1)} bps`;
}

const weightings: Readonly<Record<string, string>> = {
  equal: "Equal",
  volatility_scaled: "Inverse volatility",
  equal_risk_contribution: "Equal risk contribution",
};

const sharing: Readonly<Record<string, string>> = {
  equal: "the same share of equity to each pair of a window",
  volatility_scaled: "shares in inverse proportion to the past volatility of each pair",
  equal_risk_contribution:
    "shares at which each pair of a window contributes the same to the variance, by its spreads in the formation",
};

/** Title of a weighting of pairs. */
export function weightingTitle(name: string): string {
  return Object.hasOwn(weightings, name) ? weightings[name]! : name.replaceAll("_", " ");
}

/** How a weighting divides equity, as the end of a sentence; `null` for an unknown one. */
export function weightingWords(name: string): string | null {
  return Object.hasOwn(sharing, name) ? sharing[name]! : null;
}
