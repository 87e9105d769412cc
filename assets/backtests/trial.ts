import type { z } from "zod";
import { settingsText } from "../settings_text.ts";
import { limitSettings } from "./exposure_limits.ts";
import type { TradingConfig } from "./trading_config.ts";
import type { TradingRule } from "./trading_rule.ts";
import type { TrialSetting } from "./trial_settings.ts";

/**
 * The trial of a rule. Costs, benchmark and cash are excluded: they measure a result and are no choice. Each weighting is a
 * separate trial: a row of `backtest_trials`, not part of the hash.
 *
 * @param context.searches Search settings of each window, as JSON.
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

/** Name of a trial by hand: its setting, and the pair on which it was tried. */
export function trialOnPair(setting: string, { ticker_1, ticker_2 }: Record<"ticker_1" | "ticker_2", string>): string {
  return `${setting} ${ticker_1}/${ticker_2}`;
}

/** The setting of a trial, and whether it was tried by hand, on one pair. */
export function settingOf(trial: string): { setting: string; byHand: boolean } {
  const end = trial.indexOf(" ");
  return end < 0 ? { setting: trial, byHand: false } : { setting: trial.slice(0, end), byHand: true };
}

async function hashOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return new Uint8Array(digest).toHex().slice(0, 24);
}
