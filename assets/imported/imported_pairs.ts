import type { z } from "zod";
import { ImportedPair } from "./imported_rows.ts";
import { asset } from "./resources.ts";
import { rowsUsable } from "../market/rejected_rows.ts";
import { importedOnce, importVersion, pendingOf, withEarlier } from "./imported_once.ts";

/** Pairs chosen by hand before the import: `pinnedPairs` of `chosen_pairs`, unless the settings list others. */
export const importedPairs = asset({
  key: "imported_pairs",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Imported pairs chosen by hand; pinned pairs of chosen_pairs.",
  row: ImportedPair,
  primaryKey: ["ticker_1", "ticker_2"],
  partitionedBy: { name: "ticker_1" },
  checks: [rowsUsable()],
  source: importVersion,
  partitionsDef: importedOnce(({ pairs }) => ({ names: [...new Set(pairs.map(({ ticker_1 }) => ticker_1))].sort() })),

  async materialize({ before, resources }) {
    const pending = pendingOf(resources);
    const earlier = await before.rows() as z.output<typeof ImportedPair>[];
    const keyOf = (pair: z.output<typeof ImportedPair>) => `${pair.ticker_1} ${pair.ticker_2}`;
    return withEarlier(pending, { kind: "pairs", rows: pending.rows.pairs, earlier, keyOf });
  },
});
