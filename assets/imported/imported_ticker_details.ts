import { RawTickerDetails } from "../market/raw_ticker_details.ts";
import { asset } from "./resources.ts";
import { rowsUsable } from "../market/rejected_rows.ts";
import { importedOnce, importVersion, pendingOf, withEarlier } from "./imported_once.ts";

/** Imported details of instruments. */
export const importedTickerDetails = asset({
  key: "imported_ticker_details",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Imported details of instruments.",
  row: RawTickerDetails,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
  checks: [rowsUsable()],
  source: importVersion,
  partitionsDef: importedOnce(({ details }) => ({ names: details.map(({ ticker }) => ticker) })),

  materialize({ resources }) {
    const pending = pendingOf(resources);
    return withEarlier(pending, {
      kind: "details",
      rows: pending.rows.details,
      earlier: [],
      keyOf: ({ ticker }) => ticker,
    });
  },
});
