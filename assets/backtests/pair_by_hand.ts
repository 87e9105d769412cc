import type { z } from "zod";
import { type Engine, equalTo, InvalidRequestError, namesText, type RowOf, type View } from "../../engine/mod.ts";
import type { StrategyName } from "../../quant/mod.ts";
import type { TrialsByHand } from "../../resources/trials_by_hand.ts";
import { barColumnNames, type BarColumns } from "../market/bar_judgement.ts";
import { completeSessions, type SessionRow } from "../market/sessions.ts";
import { tradedBars } from "../market/traded_bars.ts";
import * as views from "../views.ts";
import { cashReturns } from "./benchmark.ts";
import { movableSettings, movedConfig, type MovedSettings } from "./movable_settings.ts";
import { pairOutcomeRow } from "./pair_outcome_row.ts";
import { tradedPairs } from "./traded_pair.ts";
import { TradingConfig } from "./trading_config.ts";
import { costLevels } from "./trading_costs.ts";
import { strategyRule } from "./trading_rule.ts";
import { trialOf, trialOnPair } from "./trial.ts";
import { dailyRows, tradeRows } from "./walk_forward_daily.ts";

/** Inputs of `walk_forward_daily` for one pair. */
export interface PairInputs {
  /** Of both legs, in order of ticker, session and occurrence. */
  bars: BarColumns;
  sessions: readonly Pick<SessionRow, "session" | "complete">[];
  /** Windows in which the pair was chosen. */
  pairs: readonly RowOf<typeof views.walkForwardPairs>[];
  windows: readonly Pick<RowOf<typeof views.walkForwardWindows>, "trading_sessions" | "settings">[];
}

/** Rows of a pair under a strategy, as in `walk_forward_daily` and `walk_forward_trades`. */
export interface PairBacktestRows {
  days: RowOf<typeof views.walkForwardDaily>[];
  trades: RowOf<typeof views.walkForwardTrades>[];
}

/**
 * Backtests one pair with the functions of `walk_forward_daily`: equal settings give equal rows.
 *
 * @throws {RangeError} If the pair was chosen in no window, or windows and bars are inconsistent.
 */
export async function backtestPair(
  { bars: columns, sessions, pairs, windows }: PairInputs,
  { strategy, config }: { strategy: StrategyName; config: TradingConfig },
) {
  const bars = tradedBars(columns, new Set(completeSessions(sessions)), { every: true });
  const [pair, ...others] = tradedPairs(bars, pairs);
  if (pair === undefined || others.length > 0) {
    throw new RangeError("One pair is traded, in the windows that chose it.");
  }
  const rule = strategyRule(strategy, config, { tradingSessions: windows[0]?.trading_sessions ?? Infinity });
  await rule.load?.();
  const [level] = costLevels(config);
  const [outcome] = rule.trade(pair, [level.of(pair)]);
  return {
    rule,
    days: dailyRows(strategy, pair, outcome!.result),
    trades: tradeRows(strategy, pair, outcome!.result),
    outcome: pairOutcomeRow(outcome!, {
      pair,
      rule,
      level,
      cashReturn: cashReturns(bars.sessions, config.cashRatePerYear),
    }),
  };
}

/** Backtests of a pair under changed settings, each recorded as a trial before it is shown. */
export class PairsByHand {
  readonly #engine: Pick<Engine, "graph" | "read" | "ledger">;
  readonly #record: TrialsByHand;
  readonly #universe: string;

  /** @param around.universe Identifies the bars in trials. */
  constructor(
    { engine, record, universe }: {
      engine: Pick<Engine, "graph" | "read" | "ledger">;
      record: TrialsByHand;
      universe: string;
    },
  ) {
    this.#engine = engine;
    this.#record = record;
    this.#universe = universe;
  }

  /** Schema of the changeable settings, with the configured values as defaults; `null` if the strategy is not traded. */
  async settings(strategy: string): Promise<z.ZodType | null> {
    const made = await this.#made(strategy);
    return made && movableSettings(made.strategy, made.config);
  }

  /**
   * Backtests a pair under changed settings, on the inputs of the current `walk_forward_daily`.
   *
   * @param settings In the form of the schema of {@linkcode settings}, changed ones only.
   * @returns `null` if the pair was chosen in no window, or inputs of the walk-forward are no longer kept. `counted` tells
   * whether the settings are a trial: changed costs alone are not.
   * @throws {RangeError} If the strategy does not allow the settings.
   */
  async show(
    tickers: readonly [string, string],
    { strategy: name, settings }: { strategy: string; settings: MovedSettings },
  ): Promise<PairBacktestRows & { counted: boolean } | null> {
    const made = await this.#made(name);
    if (made === null) return null;
    const { strategy, config } = made;
    const inputs = await this.#inputs(tickers, made.upstream);
    if (inputs === null) return null;
    const moved = movedConfig(config, strategy, settings);
    const { rule, days, trades, outcome } = await backtestPair(inputs, { strategy, config: moved });
    const searches = inputs.windows.map((window) => window.settings);
    const around = { universe: this.#universe, searches };
    const trial = await trialOf(rule, { ...around, config: moved });
    const standing = strategyRule(strategy, config, { tradingSessions: inputs.windows[0]!.trading_sessions });
    const counted = trial.trial !== (await trialOf(standing, { ...around, config })).trial && days.length >= 2;
    if (counted) {
      await this.#record.record({
        trial: trialOnPair(trial.trial, outcome),
        ticker_1: outcome.ticker_1,
        ticker_2: outcome.ticker_2,
        strategy,
        universe: trial.universe,
        settings: trial.settings,
        costs: outcome.costs,
        cost_bps: outcome.cost_bps,
        fills_at: outcome.fills_at,
        first_session: days[0]!.session,
        last_session: days.at(-1)!.session,
        sessions: outcome.sessions,
        total_return: outcome.total_return,
        session_sharpe: outcome.session_sharpe,
      });
    }
    return { days, trades, counted };
  }

  /** Configuration and inputs of the latest materialization of `walk_forward_daily`. */
  async #made(name: string) {
    const { key } = views.walkForwardDaily;
    if (!this.#engine.graph.keys.includes(key)) return null;
    const latest = (await this.#engine.ledger.materializations.latest([key])).get(key);
    const config = TradingConfig.safeParse(latest?.config);
    const strategy = config.data?.strategies.find((known) => known === name);
    return latest === undefined || strategy === undefined
      ? null
      : { strategy, config: config.data!, upstream: latest.upstream };
  }

  /** The inputs for one pair, in the versions read; `null` if they are not kept, or the pair was chosen in no window. */
  async #inputs(
    tickers: readonly [string, string],
    upstream: Readonly<Record<string, { materialization: number }>>,
  ): Promise<PairInputs | null> {
    // With an import, the bars are those of another asset.
    const { bars, sessions, pairs, windows } = this.#engine.graph.asset(views.walkForwardDaily.key).recipe!.deps;
    const version = ({ key }: View<unknown>) => ({ asOf: upstream[key]!.materialization });
    const ofPair = equalTo({ ticker_1: tickers[0], ticker_2: tickers[1] });
    try {
      const chosen = await this.#engine.read(pairs as typeof views.walkForwardPairs, {
        filters: ofPair,
        ...version(pairs!),
      });
      if (chosen.rows.length === 0) return null;
      const [legs, days, all] = await Promise.all([
        this.#engine.read(bars as typeof views.rawDailyBars, {
          filters: [{ column: "ticker", operator: "in", value: namesText(tickers) }],
          fields: [...barColumnNames],
          ...version(bars!),
        }),
        this.#engine.read(sessions as typeof views.sessions, {
          fields: ["session", "complete"],
          ...version(sessions!),
        }),
        this.#engine.read(windows as typeof views.walkForwardWindows, version(windows!)),
      ]);
      return { bars: columnsOf(legs.rows), sessions: days.rows, pairs: chosen.rows, windows: all.rows };
    } catch (error) {
      if (error instanceof InvalidRequestError) return null;
      throw error;
    }
  }
}

/** Rows of bars as columns, in the same order. */
function columnsOf(rows: readonly Pick<RowOf<typeof views.rawDailyBars>, typeof barColumnNames[number]>[]): BarColumns {
  const number = (name: Exclude<typeof barColumnNames[number], "ticker" | "session">) =>
    Float64Array.from(rows, (row) => row[name] ?? NaN);
  return {
    ticker: rows.map(({ ticker }) => ticker),
    session: rows.map(({ session }) => session),
    occurrence: number("occurrence"),
    open: number("open"),
    high: number("high"),
    low: number("low"),
    close: number("close"),
    volume: number("volume"),
    dividend: number("dividend"),
    split: number("split"),
  };
}
