import { z } from "zod";
import { eager, keepAll } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { sessionSharpe } from "./counted_trials.ts";
import { portfolioDaily, PortfolioDay } from "./portfolio_daily.ts";
import { excessIn, seriesIn, seriesKey } from "./portfolio_series.ts";
import { trialColumns, type TrialSetting, trialSettings } from "./trial_settings.ts";
import { trialsByHand } from "./trials_by_hand.ts";

const BacktestTrial = z.object({
  ...trialColumns,
  trial: z.string().min(1).describe(
    "Hash of universe, strategy and settings: equal ones are one trial, whenever it ran. Of a trial by hand, on one pair, a blank and the pair follow",
  ),
  costs: PortfolioDay.shape.costs,
  cost_bps: PortfolioDay.shape.cost_bps,
  weighting: PortfolioDay.shape.weighting,
  fills_at: PortfolioDay.shape.fills_at,
  first_session: z.iso.date(),
  last_session: z.iso.date().describe(
    "The last one when it ran: a trial that is no longer set stays as it was, and so does one by hand",
  ),
  sessions: z.int().min(2).describe("How many returns"),
  total_return: z.number().describe("0.1 is 10 %, after costs"),
  session_sharpe: z.number().describe("Of returns in excess of cash, a session; 0 where they never vary"),
});

const read = [
  ...seriesKey,
  "session",
  "fills_at",
  "daily_return",
  "cash_return",
  "equity",
] as const;

/**
 * Every recorded backtest, with its Sharpe ratio: the trials that a reported Sharpe ratio is deflated for.
 *
 * A trial is a partition. Trials of the current settings are remade with each session; those of earlier settings are kept
 * unchanged, because they count as tried. A trial by hand trades one pair with all equity: its weighting is `equal`.
 */
export const backtestTrials = asset({
  key: "backtest_trials",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Every setting that was ever backtested, with its Sharpe ratio at each cost level: what a shown result was picked from.",
  deps: { settings: trialSettings, portfolio: portfolioDaily, byHand: trialsByHand },
  automation: eager(),
  row: BacktestTrial,
  primaryKey: ["trial", "costs", "cost_bps", "weighting"],
  partitionedBy: { name: "trial" },
  partitionsDef: {
    async wanted({ upstream }) {
      const set = await upstream.settings.rows() as readonly z.output<typeof TrialSetting>[];
      const byHand = await upstream.byHand.rows() as readonly { trial: string }[];
      const ran = set.filter(({ looks_ahead }) => !looks_ahead);
      return { names: [...ran, ...byHand].map(({ trial }) => trial).sort() };
    },
    gone: "keep",
  },
  retention: keepAll,

  async materialize({ inputs, partitions }) {
    const wanted = new Set(partitions.names);
    const set = (await inputs.settings.rows()).filter(({ trial }) => wanted.has(trial));
    const days = await inputs.portfolio.where("strategy", set.map(({ strategy }) => strategy)).columns(...read);
    const byStrategy = Map.groupBy(seriesIn(days), ({ start }) => days.strategy[start]!);
    const rows = set.flatMap(({ trial, strategy, universe, settings }) => {
      const own = byStrategy.get(strategy) ?? [];
      return own.filter(({ start, end }) => end - start >= 2).map(({ start, end }) => {
        return {
          trial,
          strategy,
          universe,
          settings,
          costs: days.costs[start]!,
          cost_bps: days.cost_bps[start]!,
          weighting: days.weighting[start]!,
          fills_at: days.fills_at[start]!,
          first_session: days.session[start]!,
          last_session: days.session[end - 1]!,
          sessions: end - start,
          total_return: days.equity[end - 1]! - 1,
          session_sharpe: sessionSharpe(excessIn(days, { start, end })),
        };
      });
    });
    const byHand = (await inputs.byHand.rows()).filter(({ trial }) => wanted.has(trial));
    rows.push(...byHand.map(({ ticker_1: _1, ticker_2: _2, ...row }) => ({ ...row, weighting: "equal" as const })));
    return { rows, metadata: { trials: set.length, trials_by_hand: byHand.length } };
  },
});
