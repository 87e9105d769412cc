import { z } from "zod";
import { eager, keepAll } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { sessionSharpe } from "./counted_trials.ts";
import { portfolioDaily, PortfolioDay } from "./portfolio_daily.ts";
import { trialColumns, type TrialSetting, trialSettings } from "./trial_settings.ts";

const BacktestTrial = z.object({
  ...trialColumns,
  costs: PortfolioDay.shape.costs,
  cost_bps: PortfolioDay.shape.cost_bps,
  weighting: PortfolioDay.shape.weighting,
  fills_at: PortfolioDay.shape.fills_at,
  first_session: z.iso.date(),
  last_session: z.iso.date().describe("The last one when it ran: a trial that is no longer set stays as it was"),
  sessions: z.int().min(2).describe("How many returns"),
  total_return: z.number().describe("0.1 is 10 %, after costs"),
  session_sharpe: z.number().describe("Of returns in excess of cash, a session; 0 where they never vary"),
});

/**
 * Every backtest that ever ran, with its Sharpe ratio: the ledger for which that of a shown one is deflated.
 *
 * A trial is a partition. Trials of the present settings are made again with each session; those of earlier settings are kept as they
 * were, because they were tried.
 */
export const backtestTrials = asset({
  key: "backtest_trials",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Every setting that was ever backtested, with its Sharpe ratio at each cost level: what a shown result was picked from.",
  deps: { settings: trialSettings, portfolio: portfolioDaily },
  automation: eager(),
  row: BacktestTrial,
  primaryKey: ["trial", "costs", "cost_bps", "weighting"],
  partitionedBy: { name: "trial" },
  partitionsDef: {
    async wanted({ upstream }) {
      const set = await upstream.settings.rows() as readonly z.output<typeof TrialSetting>[];
      return { names: set.filter(({ looks_ahead }) => !looks_ahead).map(({ trial }) => trial).sort() };
    },
    gone: "keep",
  },
  retention: keepAll,

  async materialize({ inputs, partitions }) {
    const wanted = new Set(partitions.names);
    const set = (await inputs.settings.rows()).filter(({ trial }) => wanted.has(trial));
    const days = Map.groupBy(await inputs.portfolio.rows(), ({ strategy }) => strategy);
    const rows = set.flatMap(({ trial, strategy, universe, settings }) => {
      const own = Map.groupBy(days.get(strategy) ?? [], (day) => `${day.costs} ${day.cost_bps} ${day.weighting}`);
      return [...own.values()].filter((series) => series.length >= 2).map((series) => {
        const [first] = series as [Day];
        const excess = Float64Array.from(series, (day) => day.daily_return - day.cash_return);
        return {
          trial,
          strategy,
          universe,
          settings,
          costs: first.costs,
          cost_bps: first.cost_bps,
          weighting: first.weighting,
          fills_at: first.fills_at,
          first_session: first.session,
          last_session: series.at(-1)!.session,
          sessions: series.length,
          total_return: series.at(-1)!.equity - 1,
          session_sharpe: sessionSharpe(excess),
        };
      });
    });
    return { rows, metadata: { trials: set.length } };
  },
});

type Day = z.output<typeof PortfolioDay>;
