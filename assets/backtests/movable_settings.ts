import { z } from "zod";
import { strategyByName, type StrategyName } from "../../quant/mod.ts";
import { TradingConfig } from "./trading_config.ts";

/** The title and range of a parameter on the page of a pair. The strategy itself may allow more. */
interface Movable {
  title: string;
  least: number;
  most: number;
  whole?: true;
}

const deviations = (title: string): Movable => ({ title, least: 0.05, most: 6 });
const entryZ = deviations("Entry z-score");
const stopZ: Movable = { title: "Stop z-score", least: 0.5, most: 12 };
const exitZ: Movable = { title: "Exit z-score", least: 0, most: 4 };
const bandZ = deviations("Band z-score");
const ofForecasts: Record<string, Movable> = {
  horizon: { title: "Forecast horizon, sessions", least: 1, most: 60, whole: true },
  coverage: { title: "Coverage of the interval", least: 0.05, most: 0.95 },
};

/** Parameters whose backtest takes milliseconds. Weights of forecasters are excluded: some take minutes to fit. */
const movable: Readonly<Record<StrategyName, Readonly<Record<string, Movable>>>> = {
  rolling_trend: {
    bandZ,
    trendSessions: { title: "Trend window, sessions", least: 3, most: 120, whole: true },
    minRSquared: { title: "Least r² of a trend", least: 0, most: 0.99 },
  },
  z_score_bands: { entryZ, exitZ, stopZ },
  kalman_hedge: {
    entryZ,
    exitZ,
    stopZ,
    adaptationSessions: { title: "Adaptation window, sessions", least: 1, most: 250 },
  },
  ou_thresholds: {
    minEntryZ: { title: "Least entry z-score", least: 0, most: 6 },
    stopZ,
    expectedCostBps: { title: "Expected cost, bps", least: 0, most: 100 },
    maxHalfLifeSessions: { title: "Longest half-life, sessions", least: 1, most: 250 },
  },
  forecast_trend: { bandZ, ...ofForecasts },
  forecast_band: ofForecasts,
  total_least_squares_bands: { entryZ, exitZ, stopZ },
  johansen_bands: { entryZ, exitZ, stopZ },
  kalman_likelihood: { entryZ, exitZ, stopZ },
  // This strategy has no stop by default.
  distance_bands: { entryZ, exitZ },
};

/**
 * Schema of the settings that can be changed for one pair under a strategy, with the configured values as defaults: parameters,
 * exits, sizing, fills and costs. Windows are excluded, because the pair was chosen for the configured ones.
 */
export function movableSettings(strategy: StrategyName, config: TradingConfig) {
  const standing = strategyByName(strategy, config.parameters[strategy]).parameters;
  const parameters = Object.fromEntries(
    Object.entries(movable[strategy]).map(([name, { title, least, most, whole }]) => {
      return [name, within(least, most, { whole }).default(standing[name]!).meta({ title })];
    }),
  );
  const { exits, sizing, fillAt, pairGrossExposure, commissionBps, slippageBps, borrowBpsPerYear } = config;
  const exit = (title: string, most: number, set: number | null) =>
    within(0.05, most).nullable().default(set).meta({ title });
  const cost = (title: string, most: number, set: number) => within(0, most).default(set).meta({ title });
  return z.strictObject({
    parameters: z.strictObject(parameters).prefault({}),
    exits: z.strictObject({
      spreadStopZ: exit("Stop of the spread, deviations", 12, exits.spreadStopZ),
      timeStopHalfLives: exit("Time stop, half-lives", 20, exits.timeStopHalfLives),
      maxHalfLifeOfWindow: exit("Longest half-life, share of the window", 2, exits.maxHalfLifeOfWindow),
    }).prefault({}),
    pairGrossExposure: within(0.1, 4).default(pairGrossExposure).meta({ title: "Gross exposure at entry" }),
    sizing: TradingConfig.shape.sizing.unwrap().default(sizing).meta({ title: "Sizing" }),
    fillAt: TradingConfig.shape.fillAt.unwrap().default(fillAt).meta({ title: "Fill" }),
    commissionBps: cost("Commission, bps", 50, commissionBps),
    slippageBps: cost("Slippage, bps", 50, slippageBps),
    borrowBpsPerYear: cost("Borrow fee, bps a year", 1000, borrowBpsPerYear),
  }).superRefine(({ parameters }, context) => {
    try {
      movedConfig(config, strategy, { parameters: parameters as Record<string, number> });
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      // The changed parameters are the inconsistent ones.
      for (const name of Object.keys(parameters)) {
        if (parameters[name] === standing[name]) continue;
        context.addIssue({ code: "custom", path: ["parameters", name], message: error.message });
      }
    }
  });
}

function within(least: number, most: number, { whole = false } = {}): z.ZodNumber {
  const error = `must be a ${whole ? "whole number" : "number"} from ${least} to ${most}`;
  return (whole ? z.int({ error }) : z.number({ error })).min(least, { error }).max(most, { error });
}

/** Settings that differ from the configured ones. */
export type MovedSettings = Partial<
  & Pick<
    TradingConfig,
    "sizing" | "fillAt" | "pairGrossExposure" | "commissionBps" | "slippageBps" | "borrowBpsPerYear"
  >
  & { parameters: Record<string, number>; exits: Partial<TradingConfig["exits"]> }
>;

/**
 * The settings of the walk-forward with changes, for one strategy.
 *
 * @throws {RangeError} If the strategy does not allow the parameters.
 */
export function movedConfig(config: TradingConfig, strategy: StrategyName, moved: MovedSettings): TradingConfig {
  const { parameters = {}, exits = {}, ...others } = moved;
  const ownParameters = { ...config.parameters[strategy], ...parameters };
  const defaults = strategyByName(strategy).parameters;
  // Parameters changed to their defaults are removed, so that equal settings are one trial.
  for (const name of Object.keys(parameters)) if (ownParameters[name] === defaults[name]) delete ownParameters[name];
  strategyByName(strategy, ownParameters);
  return {
    ...config,
    ...others,
    exits: { ...config.exits, ...exits },
    parameters: { ...config.parameters, [strategy]: ownParameters },
  };
}
