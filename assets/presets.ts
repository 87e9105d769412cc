import { z } from "zod";
import { defaultStrategyNames } from "../quant/mod.ts";

/** Named sets of rules for cleaning, clustering and criteria. */
export const Preset = z.enum(["tandem", "service", "research", "distance"]);
export type Preset = z.output<typeof Preset>;

/** Search settings shared by the assets of the search and the walk-forward. */
interface Search {
  cleaning: { rule: string };
  criteria: { clusterPreset: string; maxPValue: number; maxHurst: number; maxHalfLife: number; minCrossings: number };
}

/**
 * Settings common to both originals: candidates from clusters only, tested on closes, without bounds on the Engle–Granger p-value
 * or tradability.
 */
export const original = {
  candidates: ["cluster"],
  totalReturn: false,
  logPrices: false,
  testOrders: "one",
  maxEngleGrangerPValue: null,
  maxAdjustedPValue: null,
  confirmationSessions: null,
  minDollarVolume: null,
  minPrice: null,
  maxShareWithoutTrade: null,
};

const service: Search = {
  cleaning: { rule: "service" },
  criteria: { clusterPreset: "service", maxPValue: 0.05, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 12 },
};

const research: Search = {
  cleaning: { rule: "research" },
  criteria: { clusterPreset: "research", maxPValue: 0.1, maxHurst: 0.5, maxHalfLife: 260, minCrossings: 48 },
};

/** The originals' strategies exit on their own signal only. */
const noExits = { maxHalfLifeOfWindow: null, timeStopHalfLives: null, spreadStopZ: null, breakPValue: null };

/**
 * The distance method of Gatev, Goetzmann and Rouwenhorst: the twenty pairs whose prices with dividends stayed closest over a
 * year, without a test, traded for half a year. Tickers with a session without a trade are refused. Statistics are still
 * computed; a spread that never reverts has no half-life and is omitted.
 */
const distance = {
  candidates: ["distance"],
  distancePairs: 20,
  maxPValue: 1,
  maxHurst: 1,
  maxHalfLife: 1e6,
  minCrossings: 0,
  maxEngleGrangerPValue: null,
  maxAdjustedPValue: null,
  minDollarVolume: null,
  minPrice: null,
  maxShareWithoutTrade: 0,
};
const twentyPairs = { maxPairs: 20, maxPairsPerTicker: 20 };

/** @param walkForward Overrides for formations, which are shorter than the data of the original. */
function everywhere({ cleaning, criteria }: Search, walkForward: Partial<Search["criteria"]> = {}) {
  // The originals used all data.
  const asOf = { ...cleaning, formationSessions: null };
  return {
    clean_prices: cleaning,
    pair_clusters: asOf,
    cointegrated_pairs: { ...asOf, ...original, ...criteria },
    formation_pairs: { ...cleaning, ...original, ...criteria, ...walkForward },
    walk_forward_daily: {
      exits: noExits,
      comparesSpreadCosts: false,
      weightings: ["equal", "volatility_scaled"],
      defaultStrategy: "rolling_trend",
    },
  };
}

/**
 * Settings that belong together, by asset key.
 *
 * `service` and `research` reproduce the original service and the research behind it, for comparison with their results;
 * `distance` is the standard benchmark of the literature; `tandem` is the default.
 */
export const presets: Readonly<Record<Preset, Readonly<Record<string, Record<string, unknown>>>>> = {
  tandem: {},
  service: everywhere(service),
  // 48 crossings in the research's 918 sessions correspond to 26 in 504.
  research: everywhere(research, { minCrossings: 26 }),
  distance: {
    pair_clusters: { formationSessions: 252 },
    cointegrated_pairs: { formationSessions: 252, ...distance },
    chosen_pairs: twentyPairs,
    formation_pairs: { formationSessions: 252, tradingSessions: 126, ...distance, ...twentyPairs },
    walk_forward_daily: {
      strategies: [...defaultStrategyNames, "distance_bands"],
      defaultStrategy: "distance_bands",
      sizing: "dollar_neutral",
      exits: noExits,
    },
  },
};
