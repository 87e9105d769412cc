import type { z } from "zod";
import type { Mapping, UpstreamCells } from "../../engine/mod.ts";
import type { RawTicker } from "../market/raw_tickers.ts";

export type ListedTicker = z.output<typeof RawTicker>;

/** Says that a list decides which cells there are, and that nothing of it is in their rows. */
export const onlyWhichCells: Mapping = { names: { kind: "own", read: () => [] }, dates: { kind: "all" } };

/** Says that an asset comes first where calls are scarce, though nothing of it is read: what trades wait for is had before the rest. */
export const onlyAfter: Mapping = onlyWhichCells;

/** The instruments that are followed, those that no longer trade included. */
export async function listedTickers(tickers: UpstreamCells): Promise<readonly ListedTicker[]> {
  return await tickers.rows() as readonly ListedTicker[];
}
