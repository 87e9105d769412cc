import { z } from "zod";
import { type Columns, eager, keepAll } from "../../engine/mod.ts";
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

/** What is read of the portfolios. */
const read = [
  "strategy",
  "costs",
  "cost_bps",
  "weighting",
  "session",
  "fills_at",
  "daily_return",
  "cash_return",
  "equity",
] as const;

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
    const days = await inputs.portfolio.where("strategy", set.map(({ strategy }) => strategy)).columns(...read);
    const byStrategy = Map.groupBy(seriesIn(days), ({ start }) => days.strategy[start]!);
    const rows = set.flatMap(({ trial, strategy, universe, settings }) => {
      const own = byStrategy.get(strategy) ?? [];
      return own.filter(({ start, end }) => end - start >= 2).map(({ start, end }) => {
        const excess = new Float64Array(end - start);
        for (let t = start; t < end; t++) excess[t - start] = days.daily_return[t]! - days.cash_return[t]!;
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
          session_sharpe: sessionSharpe(excess),
        };
      });
    });
    return { rows, metadata: { trials: set.length } };
  },
});

/** Where the days of each strategy at some costs and weighting begin and end, in key order. */
function* seriesIn(
  { strategy, costs, cost_bps, weighting }: Pick<Columns<z.output<typeof PortfolioDay>>, typeof read[number]>,
): Generator<{ start: number; end: number }> {
  for (let start = 0, end = 0; start < strategy.length; start = end) {
    while (
      end < strategy.length && strategy[end] === strategy[start] && costs[end] === costs[start] &&
      cost_bps[end] === cost_bps[start] && weighting[end] === weighting[start]
    ) end++;
    yield { start, end };
  }
}
