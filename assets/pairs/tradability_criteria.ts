import { z } from "zod";
import { pairCapacity } from "../../quant/mod.ts";
import type { TickerTradability } from "../market/tradability.ts";

/** Tradability that the legs of an accepted pair must have in the formation. Unknown values refuse no pair. */
export const TradabilityConfig = z.strictObject({
  minDollarVolume: z.number().gt(0).nullable().default(1_000_000).describe(
    "Median USD traded a session, of either leg: at least; null disables it",
  ),
  minPrice: z.number().gt(0).nullable().default(5).describe(
    "Lowest close as traded in USD, of either leg: at least; null disables it",
  ),
  maxShareWithoutTrade: z.number().min(0).lt(1).nullable().default(0.05).describe(
    "Share of sessions without a trade, of either leg: at most; null disables it",
  ),
});

/** Columns with the tradability of a pair. */
export const tradabilityColumns = {
  price_1: z.number().positive().nullable().describe("USD as traded: the last close of ticker 1 in the formation"),
  price_2: z.number().positive().nullable().describe("The same for ticker 2"),
  lowest_price: z.number().positive().nullable().describe("USD as traded: the lowest close of either leg"),
  dollar_volume_1: z.number().min(0).nullable().describe(
    "Median USD traded a session in ticker 1 over the formation; null if the source has no volumes",
  ),
  dollar_volume_2: z.number().min(0).nullable().describe("The same for ticker 2"),
  share_without_trade: z.number().min(0).max(1).nullable().describe(
    "Share of sessions in which a leg did not trade, the larger one of both; null if the source has no volumes",
  ),
  spread_bps_1: z.number().min(0).nullable().describe(
    "Bid–ask spread of ticker 1, estimated from the formation's bars (Abdi and Ranaldo); null without highs and lows",
  ),
  spread_bps_2: z.number().min(0).nullable().describe("The same for ticker 2"),
  max_notional: z.number().min(0).nullable().describe(
    "USD of both legs at which one of them reaches 1 % of its median dollar volume; null if that is unknown",
  ),
};

const PairTradability = z.object(tradabilityColumns);

/** Tradability of a pair. */
export type PairTradability = z.output<typeof PairTradability>;

/** The columns of a pair; `slope` is its hedge ratio. */
export function pairTradability(
  first: TickerTradability | undefined,
  second: TickerTradability | undefined,
  slope: number | null,
): PairTradability {
  const isKnown = first && second;
  const without = isKnown && first.withoutTrade !== null && second.withoutTrade !== null;
  return {
    price_1: first?.price ?? null,
    price_2: second?.price ?? null,
    lowest_price: isKnown ? Math.min(first.lowestPrice, second.lowestPrice) : null,
    dollar_volume_1: first?.dollarVolume ?? null,
    dollar_volume_2: second?.dollarVolume ?? null,
    share_without_trade: without ? Math.max(first.withoutTrade!, second.withoutTrade!) : null,
    spread_bps_1: inBps(first?.spread),
    spread_bps_2: inBps(second?.spread),
    max_notional: first?.dollarVolume == null || second?.dollarVolume == null || slope === null ? null : pairCapacity({
      price1: first.price,
      price2: second.price,
      dollarVolume1: first.dollarVolume,
      dollarVolume2: second.dollarVolume,
      hedgeRatio: slope,
      notional: 0,
    }).maxNotional,
  };
}

/** Failures because a leg is hard to trade: one for each criterion and leg. */
export function tradabilityFailures(
  legs: readonly (readonly [ticker: string, TickerTradability | undefined])[],
  { minDollarVolume, minPrice, maxShareWithoutTrade }: z.output<typeof TradabilityConfig>,
): { criterion: string; reason: string }[] {
  return legs.flatMap(([ticker, leg]) => {
    const failures: { criterion: string; reason: string }[] = [];
    if (!leg) return failures;
    const { dollarVolume, lowestPrice, withoutTrade } = leg;
    if (minDollarVolume !== null && dollarVolume !== null && dollarVolume < minDollarVolume) {
      const reason = `Median dollar volume ${dollarVolume} of ${ticker} is below ${minDollarVolume}.`;
      failures.push({ criterion: "dollarVolume", reason });
    }
    if (minPrice !== null && lowestPrice < minPrice) {
      failures.push({ criterion: "price", reason: `Lowest close ${lowestPrice} of ${ticker} is below ${minPrice}.` });
    }
    if (maxShareWithoutTrade !== null && withoutTrade !== null && withoutTrade > maxShareWithoutTrade) {
      const reason = `Share of sessions without a trade ${withoutTrade} of ${ticker} is above ${maxShareWithoutTrade}.`;
      failures.push({ criterion: "withoutTrade", reason });
    }
    return failures;
  });
}

const criteria: ReadonlySet<string> = new Set(["dollarVolume", "price", "withoutTrade"]);

/** Number of pairs refused because a leg is hard to trade, among other reasons or not, for metadata. */
export function hardToTrade(pairs: readonly { failed_criteria: readonly { criterion: string }[] }[]): number {
  return pairs.filter(({ failed_criteria }) => failed_criteria.some(({ criterion }) => criteria.has(criterion))).length;
}

function inBps(spread: number | null | undefined): number | null {
  return spread == null ? null : spread * 10_000;
}
