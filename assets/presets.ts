import type { Preset } from "../resources/environment.ts";

/**
 * Settings that go together, by asset key.
 *
 * `service` and `research` are those of the original service and of the research behind it, for comparing with their results;
 * `tandem` is the default.
 */
export const presets: Readonly<Record<Preset, Readonly<Record<string, Record<string, unknown>>>>> = {
  tandem: {},
  service: {
    clean_prices: { rule: "service" },
    cointegrated_pairs: {
      clusterPreset: "service",
      maxPValue: 0.05,
      maxHurst: 0.5,
      maxHalfLife: 260,
      minCrossings: 12,
    },
  },
  research: {
    clean_prices: { rule: "research" },
    cointegrated_pairs: {
      clusterPreset: "research",
      maxPValue: 0.1,
      maxHurst: 0.5,
      maxHalfLife: 260,
      minCrossings: 48,
    },
  },
};
