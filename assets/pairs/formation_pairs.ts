import { z } from "zod";
import { cutBy, eager, keepAll, lastSessions, notEmpty, reads } from "../../engine/mod.ts";
import { nextTurn } from "../../resources/turns.ts";
import { fewestSessions } from "../market/clean_prices.ts";
import { dividendsIn } from "../market/dividends.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";
import { completeSessions, type SessionRow, sessions } from "../market/sessions.ts";
import { groupsIf, tickerGroups } from "../market/ticker_groups.ts";
import { tradabilityWithin } from "../market/tradability.ts";
import { closesWithin, dividendsWithin, ReceivedBars } from "../market/traded_bars.ts";
import { volumesIn } from "../market/volumes.ts";
import { asset } from "../resources.ts";
import { settingsText } from "../settings_text.ts";
import { withGroups } from "./candidate_sources.ts";
import { SearchConfig, searchFormation } from "./formation_search.ts";
import { formationBounds, FormationRow, formations } from "./formations.ts";
import { pairStatistics } from "./pair_statistics.ts";
import { tradabilityColumns } from "./tradability_criteria.ts";

/** Columns of a pair found by a search. */
export const foundPair = {
  rank: z.int().min(1).describe("1 is the first choice of its window"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  cluster: z.int().min(0).nullable().describe(
    "Of both tickers in this formation, null if they share none; numbers of different windows are unrelated",
  ),
  sources: z.array(z.string()).describe("Sources of the pair"),
  slope: z.number().describe("Hedge ratio of ticker 2 on ticker 1 in the formation, in shares of its end"),
  intercept: z.number().describe("USD, of the same line"),
  adf_p_value: z.number().describe("Of the formation's spread, as if it had been observed"),
  engle_granger_p_value: z.number().describe(
    "Of the formation's spread as an estimated one, with ticker 2 on ticker 1; pairs are ranked by the larger of both orders",
  ),
  engle_granger_p_value_reversed: z.number().nullable().describe(
    "The same with ticker 1 on ticker 2; null if not configured",
  ),
  adjusted_p_value: z.number().nullable().describe(
    "The larger of both, adjusted for the pairs tested in this window (Benjamini and Hochberg)",
  ),
  hurst_exponent: z.number().describe("Of the formation's spread"),
  half_life: z.number().describe("Sessions, of the formation's spread"),
  mean_crossings: z.int().describe("Of the formation's spread"),
  pairs_tested: z.int().min(1).describe(
    "Pairs tested in this window: the number of trials",
  ),
  ...tradabilityColumns,
};

const FormationPair = z.object({ ...formationBounds, ...foundPair });

/** Settings of `formation_pairs`: the windows of the walk-forward, and the search in them. */
export const WalkForwardConfig = z.strictObject({
  formationSessions: z.int().min(fewestSessions).max(5000).default(504).describe(
    "Sessions for choosing pairs and fitting strategies; 252 are a year",
  ),
  tradingSessions: z.int().min(2).max(1000).default(63).describe("Sessions of the following trading window"),
  ...SearchConfig.shape,
});

type WalkForwardConfig = z.output<typeof WalkForwardConfig>;

/** Number of formations searched at once, so that the bars they share are read once. */
const formationsPerPart = 16;

/**
 * The pairs chosen at the end of each formation of the walk-forward, from data known then.
 *
 * A formation consists of complete sessions and is searched independently: cleaning, clusters, candidates, criteria and choice
 * use its closes and dividends only, in shares of its last session. Windows are counted from the first session of the data, so
 * that new sessions add formations and change none. Each is a partition: it is searched once, and again only if a bar or session
 * up to its end changes.
 */
export const formationPairs = asset({
  key: "formation_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description: "The pairs chosen by each formation of the walk-forward, from data known at its end.",
  // Bars as received, because adjusted prices contain later splits.
  deps: {
    bars: reads(rawDailyBars, lastSessions(Infinity)),
    sessions: reads(sessions, lastSessions(Infinity)),
    groups: reads(tickerGroups, ({ candidates }: WalkForwardConfig) => groupsIf(candidates.includes("group"))),
  },
  automation: eager(),
  blocks: [pairStatistics],
  outs: { formations },
  config: WalkForwardConfig,
  row: FormationPair,
  primaryKey: ["formation_last_session", "ticker_1", "ticker_2"],
  partitionedBy: { date: "formation_last_session" },
  partitionsDef: {
    async wanted({ upstream, config }) {
      const complete = completeSessions(await upstream.sessions.rows() as readonly SessionRow[]);
      const { formationSessions, tradingSessions } = config;
      const dates: string[] = [];
      for (let end = formationSessions; end <= complete.length; end += tradingSessions) dates.push(complete[end - 1]!);
      return { dates };
    },
    chunks: cutBy({ dates: formationsPerPart }),
  },
  retention: keepAll,
  codeVersion: "2",
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, partitions, config, signal, progress, inBlocks }) {
    const { formationSessions, tradingSessions, ...given } = config;
    const search = given.candidates.includes("group") ? withGroups(given, await inputs.groups.rows()) : given;
    const settings = settingsText(config);
    const received = await inputs.sessions.rows();
    const complete = completeSessions(received);
    const ends = partitions.dates.map((date) => complete.indexOf(date));
    // Events of incomplete sessions before a formation take effect in its first session.
    const from = complete[(ends[0] ?? 0) - formationSessions] ?? "";
    const read = received.map(({ session }) => session).filter((session) => session >= from);
    const bars = (await ReceivedBars.read(inputs.bars.where("session", read))).traded(new Set(complete));
    const offset = complete.indexOf(bars.sessions[0]!);
    const rows: z.output<typeof FormationPair>[] = [];
    const searched: z.output<typeof FormationRow>[] = [];
    let hardToTrade = 0;
    for (const last of ends) {
      const [start, end] = [last + 1 - formationSessions - offset, last + 1 - offset];
      const bounds = {
        formation_first_session: bars.sessions[start]!,
        formation_last_session: bars.sessions[end - 1]!,
      };
      const found = await searchFormation(
        {
          matrix: closesWithin(bars, start, end),
          dividends: dividendsWithin(bars, start, end),
          tradability: tradabilityWithin(bars, start, end),
        },
        search,
        { signal, inBlocks },
      );
      hardToTrade += found.hardToTrade;
      searched.push({
        ...bounds,
        formation_sessions: formationSessions,
        trading_sessions: tradingSessions,
        settings,
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
          price_1: pair.price_1,
          price_2: pair.price_2,
          lowest_price: pair.lowest_price,
          dollar_volume_1: pair.dollar_volume_1,
          dollar_volume_2: pair.dollar_volume_2,
          share_without_trade: pair.share_without_trade,
          spread_bps_1: pair.spread_bps_1,
          spread_bps_2: pair.spread_bps_2,
          max_notional: pair.max_notional,
        })
      );
      // A formation takes some tenths of a second: yield to other requests in between.
      await nextTurn();
      signal.throwIfAborted();
      progress(searched.length, ends.length);
    }
    return {
      rows,
      metadata: {
        pairs_tested: searched.reduce((sum, { pairs_tested }) => sum + pairs_tested, 0),
        pairs_accepted: searched.reduce((sum, { pairs_accepted }) => sum + pairs_accepted, 0),
        hard_to_trade: hardToTrade,
        formation_sessions: formationSessions,
        trading_sessions: tradingSessions,
        dividends: dividendsIn(bars.legs.values().map(({ dividend }) => dividend)),
        volumes: volumesIn(bars.legs.values().map(({ volume }) => volume)),
      },
      outs: { formations: { rows: searched } },
    };
  },
});
