import type { z } from "zod";
import type { PartitionMapping, UpstreamPartitions } from "../../engine/mod.ts";
import { noPartition } from "../market/no_partition.ts";
import type { RawTicker } from "../market/raw_tickers.ts";

export type ListedTicker = z.output<typeof RawTicker>;

/** The list determines the set of partitions; their rows do not read it. */
export const onlyWhichPartitions: PartitionMapping = noPartition;

/** The upstream asset is made first when calls are limited, although none of its rows are read: trading data take precedence. */
export const onlyAfter: PartitionMapping = noPartition;

/** Names of the followed instruments, and the last date of each that is no longer traded: that of `last`, the day itself by default. */
export async function listedSpans(
  tickers: UpstreamPartitions,
  last: (delistedOn: string) => string = (day) => day,
): Promise<{ names: string[]; spans: Map<string, { last: string }> }> {
  const listed = await listedTickers(tickers);
  return {
    names: listed.map(({ ticker }) => ticker),
    spans: new Map(
      listed.flatMap(({ ticker, delisted_on: day }) => day === null ? [] : [[ticker, { last: last(day) }] as const]),
    ),
  };
}

/** The followed instruments, including those no longer traded. */
export async function listedTickers(tickers: UpstreamPartitions): Promise<readonly ListedTicker[]> {
  return await tickers.rows() as readonly ListedTicker[];
}
