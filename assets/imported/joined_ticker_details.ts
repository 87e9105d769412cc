import { eager } from "../../engine/mod.ts";
import { RawTickerDetails, rawTickerDetails } from "../market/raw_ticker_details.ts";
import { asset } from "../resources.ts";
import { importedTickerDetails } from "./imported_ticker_details.ts";

/** Details of instruments from the source, and imported ones where it has none. */
export const joinedTickerDetails = asset({
  key: "joined_ticker_details",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Details of instruments from the source, and imported ones where it has none.",
  deps: { raw: rawTickerDetails, imported: importedTickerDetails },
  automation: eager(),
  row: RawTickerDetails,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },

  async materialize({ inputs }) {
    const raw = await inputs.raw.rows();
    const imported = await inputs.imported.rows();
    const found = new Set(raw.filter((row) => row.found).map(({ ticker }) => ticker));
    const more = imported.filter(({ ticker }) => !found.has(ticker));
    const given = new Set(more.map(({ ticker }) => ticker));
    return {
      rows: [...raw.filter(({ ticker }) => !given.has(ticker)), ...more],
      metadata: { found: found.size, imported: more.length },
    };
  },
});
