import { z } from "zod";
import { eager, everything, type PartitionMapping } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { noPartition } from "./no_partition.ts";
import { rawTickers } from "./raw_tickers.ts";
import { tickerDetails } from "./ticker_details.ts";

const TickerGroup = z.object({
  ticker: z.string().min(1),
  group: z.string().min(1).describe("Sector of the listing, or the industry of the SIC code in words"),
  source: z.enum(["listing", "details"]).describe("Which of them knows it"),
});

const shared = {
  key: "ticker_groups",
  module: import.meta,
  group: "market",
  layer: "silver",
  automation: eager(),
  row: TickerGroup,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
} as const;

/**
 * The current sector or industry of each ticker, where known. A separate asset, so that changes of other details (market
 * capitalization, once a week) do not make pairs stale.
 */
export const tickerGroups = asset({
  ...shared,
  description: "Sector or industry of the tickers of which one is known, by the listing or the details.",
  deps: { listed: rawTickers, details: tickerDetails },
  async materialize({ inputs }) {
    return groupsOf(await inputs.listed.rows(), await inputs.details.rows());
  },
});

/**
 * The same from the listing only. Details cost a vendor call for each ticker: pairs wait for them only if a setting uses groups.
 */
export const listedGroups = asset({
  ...shared,
  description: "Sector of the tickers of which the listing has one; no setting asks for those of details.",
  deps: { listed: rawTickers },
  async materialize({ inputs }) {
    return groupsOf(await inputs.listed.rows(), []);
  },
});

/** Partition mapping that reads groups only if a setting uses them. */
export function groupsIf(asked: boolean): PartitionMapping {
  return asked ? everything : noPartition;
}

function groupsOf(
  listed: readonly { ticker: string; sector: string | null }[],
  details: readonly { ticker: string; sic_description: string | null }[],
) {
  const industries = new Map(details.map(({ ticker, sic_description }) => [ticker, sic_description]));
  const rows = listed.flatMap(({ ticker, sector }): z.output<typeof TickerGroup>[] => {
    const group = sector?.trim();
    if (group) return [{ ticker, group, source: "listing" }];
    const industry = industries.get(ticker);
    return industry ? [{ ticker, group: industry, source: "details" }] : [];
  });
  return {
    rows,
    metadata: {
      groups: new Set(rows.map(({ group }) => group)).size,
      by_listing: rows.filter(({ source }) => source === "listing").length,
      by_details: rows.filter(({ source }) => source === "details").length,
      unknown: listed.length - rows.length,
    },
  };
}
