import { z } from "zod";
import { eager, keepDays, notEmpty } from "../../engine/mod.ts";
import {
  type Band,
  bestRecord,
  deflatedSharpeRatio,
  performanceBands,
  probabilisticSharpeRatio,
  ResampleDraws,
  sharpeSample,
  tearSheet,
} from "../../quant/mod.ts";
import { dividendsOf } from "../market/dividends.ts";
import { walkForwardWindows } from "../pairs/walk_forward_windows.ts";
import { asset } from "../resources.ts";
import { takingTurns } from "../../resources/turns.ts";
import { backtestTrials } from "./backtest_trials.ts";
import { bestSoFar } from "./best_so_far.ts";
import { portfolioName } from "./finished_windows.ts";
import { nearestTo, sessionSharpe, type Trials, trialsOf, varies, withMore } from "./counted_trials.ts";
import { overfittingProbability } from "./overfitting.ts";
import { pairOutcomes } from "./pair_outcomes.ts";
import { portfolioDaily, PortfolioDay } from "./portfolio_daily.ts";
import { type PortfolioSeries, portfolioSeries } from "./portfolio_series.ts";
import { portfolioWindows } from "./portfolio_windows.ts";
import { settingOf } from "./trial.ts";
import { trialSettings } from "./trial_settings.ts";

type Day = z.output<typeof PortfolioDay>;

const share = (what: string) => z.number().nullable().describe(what);

/** Band ends come from resamples with a fixed seed, so that runs are reproducible. */
const bands = { level: 0.95, replications: 399, seed: 20_080_901 };
/** Series with fewer returns have no band. */
const fewestReturnsOfBand = 10;
const end = (which: string, of: string) =>
  z.number().nullable().describe(`${which} end of the 95 % band of ${of}, by stationary bootstrap`);

const StrategyResult = z.object({
  strategy: PortfolioDay.shape.strategy,
  costs: PortfolioDay.shape.costs,
  cost_bps: PortfolioDay.shape.cost_bps,
  weighting: PortfolioDay.shape.weighting,
  headline: PortfolioDay.shape.headline,
  best: z.boolean().describe("Whether it has the best out-of-sample record of its costs and weighting"),
  looks_ahead: PortfolioDay.shape.looks_ahead,
  fills_at: PortfolioDay.shape.fills_at,
  first_session: z.iso.date(),
  last_session: z.iso.date(),
  sessions: z.int().min(2).describe("How many returns"),
  total_return: z.number().describe("0.1 is 10 %, after costs"),
  annualized_return: share("Compounded over sessions / 252; −1 where all was lost, null beyond the range of numbers"),
  annualized_return_low: end("Lower", "annualized_return"),
  annualized_return_high: end("Upper", "annualized_return"),
  volatility: z.number().min(0).describe("Of daily returns, a year"),
  sharpe: share("Of returns in excess of cash, a year; 0 if there are none, null if they are all alike"),
  sharpe_low: end("Lower", "sharpe"),
  sharpe_high: end("Upper", "sharpe"),
  sortino: share("As sharpe, with the deviation below cash; null if it gains without a loss"),
  calmar: share("Annualized return over the size of the maximum drawdown; null if it gains without one"),
  max_drawdown: z.number().max(0).describe("Deepest fall below an earlier maximum, negative"),
  max_drawdown_low: end("Deeper", "max_drawdown"),
  max_drawdown_high: end("Shallower", "max_drawdown"),
  longest_drawdown_sessions: z.int().min(0).describe("Sessions of the longest time below an earlier maximum"),
  value_at_risk: share("Loss that one session in twenty exceeds"),
  expected_shortfall: share("Mean loss of the worst twentieth of sessions"),
  hit_rate: share("Share of sessions that gained among those that moved"),
  profit_factor: share("Gains of sessions over losses of sessions; null if it gains without a loss"),
  positions: z.int().min(0).describe("Positions entered, over all pairs"),
  turnover_per_year: z.number().min(0).describe("Notional traded / equity"),
  mean_gross_exposure: z.number().min(0).describe("In multiples of equity, after the close"),
  time_in_market: z.number().min(0).max(1).describe("Share of sessions with a position after the close"),
  cash_total_return: z.number().describe("Total return of cash alone"),
  benchmark_total_return: z.number().describe("Total return of the benchmark of portfolio_daily"),
  beta: share("On the benchmark, in excess of cash; null if the benchmark never moves"),
  alpha_per_year: share("In excess of cash and beta, a year"),
  correlation: share("With the benchmark"),
  settings_tried: z.int().min(0).describe(
    "Strategies × weightings that could have been picked, of every setting ever backtested on these bars; the reference is none of them",
  ),
  settings_tried_before: z.int().min(0).describe(
    "Of them those of settings that are no longer set, which backtest_trials keeps",
  ),
  settings_tried_by_hand: z.int().min(0).describe(
    "Of them those that were only moved on the page of a pair, each once however many pairs it was tried on",
  ),
  pairs_tested: z.int().min(0).describe("Pairs tested for cointegration, over all windows"),
  probabilistic_sharpe: share("Probability that the true Sharpe ratio is above 0, had nothing else been tried"),
  expected_maximum_sharpe: share("A year; what the best of as many worthless settings shows by luck"),
  deflated_sharpe: share("Probability that the true Sharpe ratio is above 0, given the settings tried"),
  pair_trials: z.int().min(0).describe(
    "Pairs × strategies traded at these costs, the reference not among them, and pairs × settings tried by hand",
  ),
  deflated_sharpe_all_trials: share(
    "The same given each pair under each strategy as a trial of its own (pair_trials): as severe as if one had been picked by its result",
  ),
  overfitting_probability: share(
    "Of the strategies of these costs and weighting that could have been earned: how often the best of one half of the sessions is no better than their median in the other; null of fewer than two or too few sessions",
  ),
});

/**
 * Returns, risk and luck of each strategy, by cost level and weighting.
 *
 * Pairs are chosen on formations, before the evaluated sessions, so choosing the best row is a choice among settings:
 * `deflated_sharpe` counts settings, `deflated_sharpe_all_trials` each pair under each strategy. Each takes the number and
 * variance of Sharpe ratios from the same trials. The reference is included to measure the value of look-ahead: it could not have
 * been traded and is not a trial. Trials by hand add to the number in both, not to the variance.
 *
 * `overfitting_probability` is that of `backtestOverfitting`, equal in all rows of the same costs and weighting.
 *
 * Bands are those of `performanceBands`. `best` follows the rule of `bestRecord`, among the rows of the same costs and weighting.
 */
export const strategyComparison = asset({
  key: "strategy_comparison",
  module: import.meta,
  group: "backtests",
  layer: "gold",
  description:
    "Every strategy on the same walk-forward pairs at several costs, with tear-sheet figures and the Sharpe ratio deflated for what was tried.",
  deps: {
    portfolio: portfolioDaily,
    finished: portfolioWindows,
    outcomes: pairOutcomes,
    windows: walkForwardWindows,
    settings: trialSettings,
    trials: backtestTrials,
  },
  automation: eager(),
  codeVersion: "5",
  row: StrategyResult,
  primaryKey: ["strategy", "costs", "cost_bps", "weighting"],
  retention: keepDays(30, { then: "month" }),
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, signal, progress }) {
    const windows = await inputs.windows.rows();
    const pairsTested = windows.reduce((sum, window) => sum + window.pairs_tested, 0);
    const series = await portfolioSeries({ portfolio: inputs.portfolio, finished: inputs.finished, windows });
    const set = await inputs.settings.rows();
    const now = new Set(set.map(({ trial }) => trial));
    const others = (await inputs.trials.rows()).filter(({ trial, universe }) =>
      !now.has(settingOf(trial).setting) && universe === set[0]?.universe
    );
    const before = others.filter(({ trial }) => !settingOf(trial).byHand);
    const byHand = others.filter(({ trial }) => settingOf(trial).byHand);
    const settingsByHand = new Set(byHand.map(({ trial }) => settingOf(trial).setting))
      .difference(new Set(before.map(({ trial }) => trial)));
    const ofPairs = Map.groupBy((await inputs.outcomes.rows()).filter((row) => !row.looks_ahead), costsOf);
    const rows: Result[] = [];
    const turn = takingTurns();
    // Series of the same sessions are resampled by the same draws.
    const drawsOf = new Map<number, ResampleDraws>();
    for (const [costs, sameCosts] of Map.groupBy(series, costsOf)) {
      const eligible = sameCosts.filter(({ looks_ahead }) => !looks_ahead);
      const earlier = nearestTo(before, sameCosts[0]!).map(({ session_sharpe }) => session_sharpe);
      const trials: Trials = {
        pairsTested,
        settings: withMore(
          trialsOf([...eligible.map(({ excess }) => sessionSharpe(excess)), ...earlier]),
          settingsByHand.size,
        ),
        before: earlier.length,
        byHand: settingsByHand.size,
        pairs: withMore(
          trialsOf((ofPairs.get(costs) ?? []).map(({ session_sharpe }) => session_sharpe)),
          byHand.length,
        ),
      };
      for (const one of sameCosts) {
        const { length } = one.dailyReturn;
        const draws = drawsOf.get(length) ?? new ResampleDraws(length, bands.seed);
        drawsOf.set(length, draws);
        rows.push(resultOf(one, { trials, draws }));
        await turn();
        signal.throwIfAborted();
        progress(rows.length, series.length);
      }
    }
    const excess = new Map(series.map((one) => [portfolioName(one), one.excess]));
    for (const alike of Map.groupBy(rows, (row) => `${costsOf(row)} ${row.weighting}`).values()) {
      // The portfolio that follows the best of the others is excluded.
      const compared = alike.filter(({ strategy }) => strategy !== bestSoFar);
      markBest(compared);
      const probability = overfittingProbability(compared.map((row) => ({
        looksAhead: row.looks_ahead,
        fillsAtSignal: row.fills_at === "signal_close",
        excess: excess.get(portfolioName(row))!,
      })));
      for (const row of alike) row.overfitting_probability = probability;
    }
    const dividends = await dividendsOf(inputs.portfolio);
    return {
      rows,
      metadata: {
        pairs_tested: pairsTested,
        settings: series.length,
        band_level: bands.level,
        band_resamples: bands.replications,
        ...dividends,
      },
    };
  },
});

function costsOf({ costs, cost_bps }: Pick<Day, "costs" | "cost_bps">): string {
  return `${costs} ${cost_bps}`;
}

type Result = z.output<typeof StrategyResult>;

function markBest(alike: readonly Result[]): void {
  const best = bestRecord(alike.map((row) => ({
    looksAhead: row.looks_ahead,
    fillsAtSignal: row.fills_at === "signal_close",
    sessions: row.sessions,
    positions: row.positions,
    sharpeLow: row.sharpe_low,
    sharpe: row.sharpe,
  })));
  if (best !== null) alike[best]!.best = true;
}

function resultOf(
  series: PortfolioSeries,
  { trials: { settings, pairs, pairsTested, before, byHand }, draws }: { trials: Trials; draws: ResampleDraws },
): Result {
  const { dailyReturn, cashReturn, excess, grossExposure, turnover } = series;
  const sheet = tearSheet({
    dailyReturn,
    cashReturn,
    benchmarkPrice: Float64Array.of(1, ...series.benchmarkEquity),
    grossExposure,
    turnover,
    ...settings ?? { trials: 1, trialVariance: 0 },
  });
  const sample = varies(excess) ? sharpeSample(excess) : null;
  const found = dailyReturn.length < fewestReturnsOfBand
    ? null
    : performanceBands(dailyReturn, { ...bands, cashReturn, draws });
  const sharpe = endsOf(found?.sharpe);
  const annualizedReturn = endsOf(found?.annualizedReturn);
  const maxDrawdown = endsOf(found?.maxDrawdown);
  return {
    strategy: series.strategy,
    costs: series.costs,
    cost_bps: series.cost_bps,
    weighting: series.weighting,
    headline: series.headline,
    best: false,
    looks_ahead: series.looks_ahead,
    fills_at: series.fills_at,
    first_session: series.firstSession,
    last_session: series.lastSession,
    sessions: sheet.sessions,
    total_return: sheet.totalReturn,
    annualized_return: finite(sheet.annualizedReturn),
    annualized_return_low: annualizedReturn.low,
    annualized_return_high: annualizedReturn.high,
    volatility: sheet.volatility,
    sharpe: finite(sheet.sharpe),
    sharpe_low: sharpe.low,
    sharpe_high: sharpe.high,
    sortino: finite(sheet.sortino),
    calmar: finite(sheet.calmar),
    max_drawdown: sheet.maxDrawdown,
    max_drawdown_low: maxDrawdown.low,
    max_drawdown_high: maxDrawdown.high,
    longest_drawdown_sessions: sheet.longestDrawdownSessions,
    value_at_risk: finite(sheet.valueAtRisk),
    expected_shortfall: finite(sheet.expectedShortfall),
    hit_rate: finite(sheet.hitRate),
    profit_factor: finite(sheet.profitFactor),
    positions: series.positions,
    turnover_per_year: sheet.turnoverPerYear,
    mean_gross_exposure: sheet.meanGrossExposure,
    time_in_market: sheet.timeInMarket,
    cash_total_return: sheet.cashTotalReturn,
    benchmark_total_return: sheet.benchmark!.totalReturn,
    beta: finite(sheet.benchmark!.beta),
    alpha_per_year: finite(sheet.benchmark!.alphaPerYear),
    correlation: finite(sheet.benchmark!.correlation),
    settings_tried: settings?.trials ?? 0,
    settings_tried_before: before,
    settings_tried_by_hand: byHand,
    pairs_tested: pairsTested,
    probabilistic_sharpe: sample && probabilisticSharpeRatio(sample),
    expected_maximum_sharpe: finite(sheet.expectedMaximumSharpe),
    deflated_sharpe: sheet.deflatedSharpe,
    pair_trials: pairs?.trials ?? 0,
    overfitting_probability: null,
    deflated_sharpe_all_trials: sample && pairs && deflatedSharpeRatio(sample, pairs).deflatedSharpeRatio,
  };
}

/** Ends of a band. Resamples without variation, or beyond the number range, have no finite figure and give null. */
function endsOf(band: Band | undefined): { low: number | null; high: number | null } {
  return { low: band ? finite(band.low) : null, high: band ? finite(band.high) : null };
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}
