import type { z } from "zod";
import type { walkForwardDaily, walkForwardTrades } from "../assets/views.ts";
import type { RowOf } from "../engine/mod.ts";
import { tradedDays, type WalkForward } from "./pair_walk_forward.ts";
import type { PairRecord } from "./pair_record.ts";
import { type ReadSettings, type SettingField, settingPrefix, SettingsForm } from "./settings_form.ts";

/** Backtests of a pair under settings moved by hand, as the project computes and counts them. */
export interface PairTrials {
  /** Settings of a strategy that can be moved, with those that are set as defaults; `null` if there is no such strategy. */
  settings(strategy: string): Promise<z.ZodType | null>;
  /**
   * The rows that the walk-forward would have of a pair under moved settings; recorded as a trial before they are returned.
   *
   * @returns `null` if they cannot be computed: what the walk-forward was made of is gone.
   */
  show(
    tickers: readonly [string, string],
    asked: { strategy: string; settings: Record<string, unknown> },
  ): Promise<
    {
      days: RowOf<typeof walkForwardDaily>[];
      trades: RowOf<typeof walkForwardTrades>[];
      /** Whether the settings are a trial other than those that are set. */
      counted: boolean;
    } | null
  >;
}

/** The settings of a pair's strategy as its page has them, and the backtest under them. */
export interface MovedPair {
  fields: readonly SettingField[];
  texts: ReadSettings["texts"];
  /** Problems by field; general ones under the empty name. */
  problems: ReadSettings["problems"];
  /** Moved settings as parameters of the address. */
  parameters: Readonly<Record<string, string>>;
  /** `null` unless settings are moved. `lost` if the backtest cannot be computed. */
  result: { walkForward: WalkForward; counted: boolean } | "lost" | null;
}

/**
 * Reads moved settings from an address, and backtests the pair under them.
 *
 * @param asked.isShown Whether the answer can be shown to the reader who asks: otherwise nothing is computed or counted.
 * @returns `null` if the pair has no walk-forward, or the project cannot backtest it under other settings.
 */
export async function readMovedPair(
  trials: PairTrials | undefined,
  { tickers, walkForward }: Pick<PairRecord, "tickers" | "walkForward">,
  { parameters, isShown }: { parameters: URLSearchParams; isShown: boolean },
): Promise<MovedPair | null> {
  if (!trials || walkForward === null) return null;
  const { strategy } = walkForward;
  const schema = await trials.settings(strategy);
  if (schema === null) return null;
  const form = new SettingsForm(schema, schema.parse({}));
  const { texts, settings, problems } = form.read(isShown ? parameters : new URLSearchParams());
  const moved = form.fields.filter(({ name, standing }) => texts.get(name) !== standing);
  const shown = settings === null ? null : await trials.show(tickers, { strategy, settings });
  return {
    fields: form.fields,
    texts,
    problems,
    parameters: Object.fromEntries(moved.map(({ name }) => [`${settingPrefix}${name}`, texts.get(name)!])),
    result: settings === null ? null : shown === null ? "lost" : {
      walkForward: { ...walkForward, ...tradedDays(shown, walkForward.sessions) },
      counted: shown.counted,
    },
  };
}
