import { z } from "zod";
import { defaultStrategyNames } from "../quant/mod.ts";

/** Which rules prices are cleaned, clustered and judged by, as a whole. */
export const Preset = z.enum(["tandem", "service", "research", "distance"]);
export type Preset = z.output<typeof Preset>;

/** Settings of the search for pairs that its own assets and the walk-forward share. */
interface Search {
  cleaning: { rule: string };
  criteria: { clusterPreset: string; maxPValue: number; maxHurst: number; maxHalfLife: number; minCrossings: number };
}

/**
 * What both originals have in common: pairs of clusters alone, tested on closes, with no bound on the Engle–Granger p-value and none on
 * how easily the legs are traded.
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

/** The originals' strategies end a position by their own signal alone. */
const noExits = { maxHalfLifeOfWindow: null, timeStopHalfLives: null, spreadStopZ: null, breakPValue: null };

/**
 * The distance method of Gatev, Goetzmann and Rouwenhorst: the twenty pairs whose prices with dividends stayed nearest to each other in a
 * year, without a test, traded for half a year. A ticker with a session without a trade is refused. Statistics are computed as
 * ever; a spread that never reverts has no half-life and is left out.
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

/** @param walkForward What must differ in a formation window, which is shorter than the data of the original. */
function everywhere({ cleaning, criteria }: Search, walkForward: Partial<Search["criteria"]> = {}) {
  // The originals looked at everything there was.
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
 * Settings that go together, by asset key.
 *
 * `service` and `research` are those of the original service and of the research behind it, for comparing with their results;
 * `distance` is the method that everything else in the literature is compared with; `tandem` is the default.
 */
export const presets: Readonly<Record<Preset, Readonly<Record<string, Record<string, unknown>>>>> = {
  tandem: {},
  service: everywhere(service),
  // The research asked for 48 crossings in 918 sessions: as often in 504 is 26.
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
