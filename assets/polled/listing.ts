import type { z } from "zod";
import type { PartitionMapping, UpstreamPartitions } from "../../engine/mod.ts";
import { noPartition } from "../market/no_partition.ts";
import type { RawTicker } from "../market/raw_tickers.ts";

export type ListedTicker = z.output<typeof RawTicker>;

/** Says that a list decides which partitions there are, and that nothing of it is in their rows. */
export const onlyWhichPartitions: PartitionMapping = noPartition;

/** Says that an asset comes first where calls are scarce, though nothing of it is read: what trades wait for is had before the rest. */
export const onlyAfter: PartitionMapping = noPartition;

/** The instruments that are followed, those that no longer trade included. */
export async function listedTickers(tickers: UpstreamPartitions): Promise<readonly ListedTicker[]> {
  return await tickers.rows() as readonly ListedTicker[];
}
