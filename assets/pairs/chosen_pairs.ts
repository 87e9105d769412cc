import { z } from "zod";
import { eager, identity, keepAll, notEmpty, reads, type RowOf, table } from "../../engine/mod.ts";
import { pairCapacity } from "../../quant/mod.ts";
import { dividendsOf } from "../market/dividends.ts";
import { asset } from "../resources.ts";
import { asOfColumn, followed } from "./as_of.ts";
import { NamedPair } from "./candidate_sources.ts";
import { ChoiceConfig, choosePairs, nameOf } from "./choice_rule.ts";
import { cointegratedPairs } from "./cointegrated_pairs.ts";
import { tradabilityColumns } from "./tradability_criteria.ts";

const ChosenPair = z.object({
  as_of: asOfColumn,
  rank: z.int().min(1).describe("1 is the first choice"),
  ticker_1: z.string().min(1),
  ticker_2: z.string().min(1),
  slope: z.number().nullable().describe(
    "Hedge ratio of ticker 2 on ticker 1; null, like all statistics, if a pinned pair is not tested in this order",
  ),
  intercept: z.number().nullable(),
  adf_p_value: z.number().nullable(),
  engle_granger_p_value: z.number().nullable(),
  engle_granger_p_value_reversed: z.number().nullable().describe(
    "With ticker 1 on ticker 2; null if not configured. Pairs are ranked by the larger of both",
  ),
  adjusted_p_value: z.number().nullable().describe(
    "The larger of both, adjusted for all pairs tested (Benjamini and Hochberg)",
  ),
  half_life: z.number().nullable().describe("Sessions"),
  notional: z.number().positive().describe("USD of both legs for the shares, as configured"),
  shares_1: z.int().nullable().describe(
    "Shares of ticker 1 against `shares_2` for a long spread, by the hedge ratio at the last closes; negative: sold short",
  ),
  shares_2: z.int().nullable().describe(
    "Shares of ticker 2 for a long spread; signs are reversed for a short one",
  ),
  max_notional: tradabilityColumns.max_notional,
  pinned: z.boolean().describe("Whether it is pinned by the settings, regardless of the tests"),
  reason: z.string().nullable().describe("Why the tests would refuse a pinned pair"),
});

/** Settings of `chosen_pairs`. */
export const ChosenPairsConfig = z.strictObject({
  ...ChoiceConfig.shape,
  notional: z.number().positive().max(1e12).default(10_000).describe("USD of both legs for which shares are computed"),
  pinnedPairs: z.array(NamedPair).default([]).describe(
    'Pairs that are chosen first, in this order, regardless of the tests, such as [["KO", "PEP"]]; the walk-forward excludes them',
  ),
}).superRefine(({ pinnedPairs, bannedTickers }, context) => {
  const seen = new Set<string>();
  pinnedPairs.forEach(([ticker_1, ticker_2], i) => {
    const wrong = (message: string) => context.addIssue({ code: "custom", path: ["pinnedPairs", i], message });
    if (ticker_1 === ticker_2) wrong(`pairs ${ticker_1} with itself`);
    const banned = bannedTickers.find((ticker) => ticker === ticker_1 || ticker === ticker_2);
    if (banned !== undefined) wrong(`pins ${banned}, which bannedTickers bans`);
    const name = nameOf({ ticker_1, ticker_2 });
    if (seen.has(name)) wrong(`pins ${ticker_1} and ${ticker_2} twice`);
    seen.add(name);
  });
});

/**
 * The accepted pairs to trade from an as-of session on, chosen by {@link choosePairs} from data known then. Those of the newest
 * as-of session are the pairs to trade now.
 *
 * Their returns in the sessions of their selection do not predict later returns. Their backtest is `walk_forward_daily`, where
 * the same rule repeatedly chooses pairs from past data only; `pair_trades` shows the newest pairs as the original service would,
 * fitted on the sample that it trades.
 *
 * Pinned pairs come first, regardless of the tests, with the reason for which the tests would refuse them. They are excluded from
 * the walk-forward, because the date of pinning is unknown.
 */
export const chosenPairs = asset({
  key: "chosen_pairs",
  module: import.meta,
  group: "pairs",
  layer: "gold",
  description:
    "The accepted pairs to trade from an as-of session on, ranked by Engle–Granger p-value (the larger one if both orders of the legs were tested), with a limit per ticker. Their backtest is walk_forward_daily; pair_trades is a reference, fitted on the sample it trades.",
  deps: { pairs: reads(cointegratedPairs, identity) },
  automation: eager(),
  config: ChosenPairsConfig,
  row: ChosenPair,
  primaryKey: ["as_of", "ticker_1", "ticker_2"],
  retention: keepAll,
  partitionedBy: { date: "as_of" },
  codeVersion: "4",
  partitionsDef: {
    wanted: ({ upstream: { pairs } }) => followed(pairs),
    missing: "latest",
    gone: "keep",
  },
  checks: [notEmpty({ severity: "warn" })],

  async materialize({ inputs, partitions, config }) {
    const pairsAsOf = Map.groupBy(await inputs.pairs.rows(), (row) => row.as_of);
    const pinned = config.pinnedPairs.map(([ticker_1, ticker_2]) => ({ ticker_1, ticker_2 }));
    const counts: [string, number, number, number][] = [];
    const rows = partitions.dates.flatMap((as_of) => {
      const tested = pairsAsOf.get(as_of) ?? [];
      const { candidates, chosen } = choosePairs(tested, config, pinned);
      counts.push([as_of, candidates.length, chosen.length, pinned.length]);
      return [
        ...pinned.map((pair) => pinnedRow(pair, tested, config)),
        ...chosen.map((pair) => ({ ...statisticsOf(pair, config), pinned: false, reason: null })),
      ].map((row, i) => ({ as_of, rank: i + 1, ...row }));
    });
    const as_of = table(["as of", "candidates", "chosen", "pinned"], counts);
    return { rows, metadata: { as_of, ...await dividendsOf(inputs.pairs) } };
  },
});

type Tested = RowOf<typeof cointegratedPairs>;

function statisticsOf(pair: Tested, { notional }: { notional: number }) {
  return {
    ticker_1: pair.ticker_1,
    ticker_2: pair.ticker_2,
    slope: pair.slope,
    intercept: pair.intercept,
    adf_p_value: pair.adf_p_value,
    engle_granger_p_value: pair.engle_granger_p_value,
    engle_granger_p_value_reversed: pair.engle_granger_p_value_reversed,
    adjusted_p_value: pair.adjusted_p_value,
    half_life: pair.half_life,
    notional,
    ...sharesOf(pair, notional),
    max_notional: pair.max_notional,
  };
}

/** Whole shares of a long spread. */
function sharesOf({ price_1, price_2, slope }: Tested, notional: number) {
  if (price_1 === null || price_2 === null || slope === null) return { shares_1: null, shares_2: null };
  const { shares1, shares2 } = pairCapacity({
    price1: price_1,
    price2: price_2,
    dollarVolume1: 0,
    dollarVolume2: 0,
    hedgeRatio: slope,
    notional,
  });
  // Avoids negative zero.
  return { shares_1: Math.round(shares1) + 0, shares_2: Math.round(shares2) + 0 };
}

/** A pinned pair with its statistics, and the reasons for which the tests would refuse it. */
function pinnedRow(
  pair: { ticker_1: string; ticker_2: string },
  tested: readonly Tested[],
  { notional }: { notional: number },
) {
  const found = tested.find((row) => nameOf(row) === nameOf(pair));
  const reasons = found?.failed_criteria.map(({ reason }) => reason).join(" ") || null;
  if (found?.ticker_1 === pair.ticker_1) return { ...statisticsOf(found, { notional }), pinned: true, reason: reasons };
  return {
    ...pair,
    slope: null,
    intercept: null,
    adf_p_value: null,
    engle_granger_p_value: null,
    engle_granger_p_value_reversed: null,
    adjusted_p_value: null,
    half_life: null,
    notional,
    shares_1: null,
    shares_2: null,
    max_notional: found?.max_notional ?? null,
    pinned: true,
    reason: found
      ? `Tested as ${found.ticker_1} / ${found.ticker_2}${reasons === null ? ", and accepted." : `: ${reasons}`}`
      : "Not tested: no source of candidates proposes it, nor does namedPairs of cointegrated_pairs.",
  };
}
