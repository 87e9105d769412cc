import { z } from "zod";
import { eager, keepDays } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { PortfolioDay } from "./portfolio_daily.ts";
import { portfolioRecords } from "./portfolio_records.ts";
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
  deps: { settings: trialSettings, records: portfolioRecords, byHand: trialsByHand },
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
  retention: keepDays(30, { then: "month" }),

  async materialize({ inputs, partitions }) {
    const wanted = new Set(partitions.names);
    const set = (await inputs.settings.rows()).filter(({ trial }) => wanted.has(trial));
    const records = Map.groupBy(await inputs.records.rows(), ({ strategy }) => strategy);
    const rows = set.flatMap(({ trial, strategy, universe, settings }) =>
      (records.get(strategy) ?? []).map((record) => ({ ...record, trial, universe, settings }))
    );
    const byHand = (await inputs.byHand.rows()).filter(({ trial }) => wanted.has(trial));
    rows.push(...byHand.map(({ ticker_1: _1, ticker_2: _2, ...row }) => ({ ...row, weighting: "equal" as const })));
    return { rows, metadata: { trials: set.length, trials_by_hand: byHand.length } };
  },
});
