import { z } from "zod";
import { eager, keepAll, notEmpty } from "../../engine/mod.ts";
import { rolledWindows } from "../../quant/mod.ts";
import { barColumnNames } from "../market/bar_judgement.ts";
import { dividendsIn } from "../market/dividends.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";
import { completeSessions, sessions } from "../market/sessions.ts";
import { closesWithin, dividendsWithin, tradedBars } from "../market/traded_bars.ts";
import { asset } from "../resources.ts";
import { fewestSessions } from "../market/clean_prices.ts";
import { SearchConfig, searchFormation } from "./formation_search.ts";
import { type WalkForwardWindow, walkForwardWindows, windowBounds } from "./walk_forward_windows.ts";

const WalkForwardPair = z.object({
  ...windowBounds,
  rank: z.int().min(1).describe("1 is the first choice of its window"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  cluster: z.int().min(0).nullable().describe(
    "Of both tickers in this formation, null where they share none; numbers of different windows have nothing in common",
  ),
  sources: z.array(z.string()).describe("What proposed the pair"),
  slope: z.number().describe("Hedge ratio of ticker 2 on ticker 1 in the formation, in shares of its end"),
  intercept: z.number().describe("USD, of the same line"),
  adf_p_value: z.number().describe("Of the formation's spread, as if it had been observed"),
  engle_granger_p_value: z.number().describe(
    "Of the formation's spread as an estimated one, with ticker 2 on ticker 1; pairs are ranked by the larger of both orders",
  ),
  engle_granger_p_value_reversed: z.number().nullable().describe(
    "The same with ticker 1 on ticker 2; null where it is not asked",
  ),
  adjusted_p_value: z.number().nullable().describe(
    "The larger of both, adjusted for the pairs tested in this window (Benjamini and Hochberg)",
  ),
  hurst_exponent: z.number().describe("Of the formation's spread"),
  half_life: z.number().describe("Sessions, of the formation's spread"),
  mean_crossings: z.int().describe("Of the formation's spread"),
  pairs_tested: z.int().min(1).describe(
    "Pairs that were tested in this window: the trials among which this one was found",
  ),
});

/** Settings of `walk_forward_pairs`. */
export const WalkForwardConfig = z.strictObject({
  formationSessions: z.int().min(fewestSessions).max(5000).default(504).describe(
    "Sessions that pairs are chosen and strategies fitted on; 252 are a year",
  ),
  tradingSessions: z.int().min(2).max(1000).default(63).describe("Sessions that they are then traded for"),
  ...SearchConfig.shape,
});

/**
 * The pairs that would have been chosen at the end of each formation window, by what was known then.
 *
 * Windows are of complete sessions. Each window is a market of its own: cleaning, clusters, candidates, criteria and choice see the closes
 * and dividends of the formation, in the shares of its last session, and nothing later. Windows are counted from the first session of the data, so that new sessions lengthen the
 * last window or add one and change no other.
 */
export const walkForwardPairs = asset({
  key: "walk_forward_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "The pairs chosen for each trading window from the formation window before it, by what was known then.",
  // As received, because adjusted prices know of the splits to come. The judgement of `daily_bars` must hold all the same.
  deps: { bars: rawDailyBars, sessions },
  automation: eager(),
  after: ["daily_bars"],
  outs: { windows: walkForwardWindows },
  config: WalkForwardConfig,
  row: WalkForwardPair,
  primaryKey: ["window", "ticker_1", "ticker_2"],
  retention: keepAll,
  codeVersion: "3",
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, config, signal, progress }) {
    const { formationSessions, tradingSessions, ...search } = config;
    const complete = new Set(completeSessions(await inputs.sessions.rows()));
    const bars = tradedBars(await inputs.bars.columns(...barColumnNames), complete);
    const rolled = rolledWindows(bars.sessions.length, { formationSessions, tradingSessions });
    const windows: z.output<typeof WalkForwardWindow>[] = [];
    const rows: z.output<typeof WalkForwardPair>[] = [];
    for (const { formationStart, tradingStart, tradingEnd, complete } of rolled) {
      const formation = {
        matrix: closesWithin(bars, formationStart, tradingStart),
        dividends: dividendsWithin(bars, formationStart, tradingStart),
      };
      const found = await searchFormation(formation, search, { signal });
      const bounds = {
        window: windows.length + 1,
        formation_first_session: bars.sessions[formationStart]!,
        formation_last_session: bars.sessions[tradingStart - 1]!,
        trading_first_session: bars.sessions[tradingStart]!,
        trading_last_session: bars.sessions[tradingEnd - 1]!,
        complete,
      };
      windows.push({
        ...bounds,
        trading_sessions: tradingSessions,
        tickers: found.tickers,
        clusters: found.clusters,
        pairs_tested: found.tested,
        pairs_accepted: found.accepted,
        pairs_chosen: found.chosen.length,
      });
      found.chosen.forEach((pair, i) =>
        rows.push({
          ...bounds,
          rank: i + 1,
          ticker_1: pair.ticker_1,
          ticker_2: pair.ticker_2,
          cluster: pair.cluster,
          sources: pair.sources,
          slope: pair.slope,
          intercept: pair.intercept!,
          adf_p_value: pair.adf_p_value!,
          engle_granger_p_value: pair.engle_granger_p_value,
          engle_granger_p_value_reversed: pair.engle_granger_p_value_reversed,
          adjusted_p_value: pair.adjusted_p_value,
          hurst_exponent: pair.hurst_exponent!,
          half_life: pair.half_life!,
          mean_crossings: pair.mean_crossings!,
          pairs_tested: found.tested,
        })
      );
      // Some tenths of a second a window: other requests must not wait for all of them.
      await new Promise((resolve) => setTimeout(resolve));
      signal.throwIfAborted();
      progress(windows.length, rolled.length);
    }
    return {
      rows,
      metadata: {
        windows: windows.length,
        pairs_tested: windows.reduce((sum, window) => sum + window.pairs_tested, 0),
        pairs_accepted: windows.reduce((sum, window) => sum + window.pairs_accepted, 0),
        formation_sessions: formationSessions,
        trading_sessions: tradingSessions,
        dividends: dividendsIn(bars.legs.values().map(({ dividend }) => dividend)),
      },
      outs: { windows: { rows: windows } },
    };
  },
});
