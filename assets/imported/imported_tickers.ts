import { RawTicker } from "../market/raw_tickers.ts";
import { asset } from "./resources.ts";
import { rowsUsable } from "../market/rejected_rows.ts";
import { importedOnce, importVersion, pendingOf, withEarlier } from "./imported_once.ts";

/** Imported instruments, with names and types. */
export const importedTickers = asset({
  key: "imported_tickers",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Imported instruments, with their names and types.",
  row: RawTicker,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
  checks: [rowsUsable()],
  source: importVersion,
  partitionsDef: importedOnce(({ tickers }) => ({ names: tickers.map(({ ticker }) => ticker) })),

  materialize({ resources }) {
    const pending = pendingOf(resources);
    return withEarlier(pending, {
      kind: "tickers",
      rows: pending.rows.tickers,
      earlier: [],
      keyOf: ({ ticker }) => ticker,
    });
  },
});
