import type { z } from "zod";
import { settingsText } from "../settings_text.ts";
import { limitSettings } from "./exposure_limits.ts";
import type { TradingConfig } from "./trading_config.ts";
import type { TradingRule } from "./trading_rule.ts";
import type { TrialSetting } from "./trial_settings.ts";

/**
 * The trial of a rule. Costs, benchmark and cash are no part of it: they are how a result is measured, not what was tried. Each weighting
 * is a trial of its own, but a row of `backtest_trials` and no part of the hash.
 *
 * @param context.searches Settings of the search of each window, as JSON.
 */
export async function trialOf(
  rule: Pick<TradingRule, "strategy" | "looksAhead" | "settings">,
  { universe, searches, config }: { universe: string; searches: readonly string[]; config: TradingConfig },
): Promise<z.output<typeof TrialSetting>> {
  const { strategy, looksAhead } = rule;
  const settings = settingsText({
    search: [...new Set(searches)].map((search) => JSON.parse(search)),
    strategy: { ...rule.settings, maxGrossExposure: config.maxGrossExposure, ...limitSettings(config) },
  });
  return {
    trial: await hashOf(settingsText({ universe, strategy, settings })),
    strategy,
    universe,
    settings,
    looks_ahead: looksAhead,
  };
}

/** The name of a trial by hand: that of its setting, and the pair that it was tried on. */
export function trialOnPair(setting: string, { ticker_1, ticker_2 }: Record<"ticker_1" | "ticker_2", string>): string {
  return `${setting} ${ticker_1}/${ticker_2}`;
}

/** The name of a trial's setting, and whether it was tried by hand, on one pair. */
export function settingOf(trial: string): { setting: string; byHand: boolean } {
  const end = trial.indexOf(" ");
  return end < 0 ? { setting: trial, byHand: false } : { setting: trial.slice(0, end), byHand: true };
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 24);
}
