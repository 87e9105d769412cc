import { decimal, percent, shortUsd } from "./figures.ts";
import type { TestRow } from "./test_row.ts";
import type { TestedPair } from "./tested_pairs.ts";

/** Figures of how easily the legs can be traded; the leg that is harder to trade decides. */
export function tradabilityRows(
  tested: TestedPair,
  bound: (name: string, text: (value: number) => string) => string | undefined,
): TestRow[] {
  const { ticker_1, ticker_2, dollar_volume_1, dollar_volume_2, lowest_price, share_without_trade } = tested;
  const volumes = dollar_volume_1 !== null && dollar_volume_2 !== null;
  const spreads = [tested.spread_bps_1, tested.spread_bps_2];
  const noVolumes = "Unknown: the source has no volumes in this formation. This refuses no pair.";
  return [
    {
      title: "Dollar volume",
      hint: volumes
        ? `Median USD a session: ${ticker_1} ${shortUsd(dollar_volume_1)}, ${ticker_2} ${shortUsd(dollar_volume_2)}.`
        : noVolumes,
      value: volumes ? shortUsd(Math.min(dollar_volume_1, dollar_volume_2)) : "–",
      wanted: bound("minDollarVolume", (value) => `at least ${shortUsd(value)}`),
      criterion: "dollarVolume",
      ...!volumes && { unjudged: "unknown" as const },
    },
    {
      title: "Lowest price",
      hint: "The lowest close of either leg as traded: for a cheap share a tick is a large cost.",
      value: lowest_price === null ? "–" : `${decimal(lowest_price, 2)} USD`,
      wanted: bound("minPrice", (value) => `at least ${value} USD`),
      criterion: "price",
      ...lowest_price === null && { unjudged: "unknown" as const },
    },
    {
      title: "Sessions without a trade",
      hint: share_without_trade === null ? noVolumes : "Of the leg with more of them.",
      value: share_without_trade === null ? "–" : percent(share_without_trade),
      wanted: bound("maxShareWithoutTrade", (value) => `at most ${percent(value)}`),
      criterion: "withoutTrade",
      ...share_without_trade === null && { unjudged: "unknown" as const },
    },
    {
      title: "Bid–ask spread",
      hint: `Of ${ticker_1} and ${ticker_2}, estimated from daily bars (Abdi and Ranaldo), which is coarse.`,
      value: spreads.every((bps) => bps === null)
        ? "–"
        : `${spreads.map((bps) => bps === null ? "–" : decimal(bps, 1)).join(" and ")} bps`,
    },
    {
      title: "Capacity",
      hint: "Notional of both legs at which one of them reaches 1 % of its median dollar volume.",
      value: tested.max_notional === null ? "–" : shortUsd(tested.max_notional),
    },
  ];
}
