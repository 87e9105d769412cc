import { decimal } from "./figures.ts";

const titles: Readonly<Record<string, string>> = {
  rolling_trend: "Rolling trend",
  z_score_bands: "Z-score bands",
  kalman_hedge: "Kalman hedge",
  ou_thresholds: "OU thresholds",
  forecast_trend: "Forecast trend",
  forecast_band: "Forecast band",
  traditional_bands: "Traditional bands",
  reference: "Reference",
};

/** Title of a strategy on a page: of one that is not known here, its name without underscores. */
export function strategyTitle(name: string): string {
  if (Object.hasOwn(titles, name)) return titles[name]!;
  const words = name.replaceAll("_", " ");
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Costs, as the address names them, in words. */
export function costTitle(cost: string): string {
  if (cost === "spread") return "by spread";
  return `${decimal(Number(cost), Number.isInteger(Number(cost)) ? 0 : 1)} bps`;
}

const weightings: Readonly<Record<string, string>> = { equal: "Equal", volatility_scaled: "Inverse volatility" };

/** Title of a weighting of pairs on a page. */
export function weightingTitle(name: string): string {
  return Object.hasOwn(weightings, name) ? weightings[name]! : name.replaceAll("_", " ");
}
