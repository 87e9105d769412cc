import { eager } from "../../engine/mod.ts";
import { RawTicker, rawTickers } from "../market/raw_tickers.ts";
import { asset } from "../resources.ts";
import { importedTickers } from "./imported_tickers.ts";

/** Instruments of the source, with missing fields completed from the import, and instruments that only the import has. */
export const joinedTickers = asset({
  key: "joined_tickers",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Instruments listed by the source, completed by imported ones.",
  deps: { raw: rawTickers, imported: importedTickers },
  automation: eager(),
  row: RawTicker,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },

  async materialize({ inputs }) {
    const raw = await inputs.raw.rows();
    const imported = new Map((await inputs.imported.rows()).map((row) => [row.ticker, row]));
    const rows = raw.map((listed) => {
      const more = imported.get(listed.ticker);
      imported.delete(listed.ticker);
      return {
        ...listed,
        name: listed.name ?? more?.name ?? null,
        type: listed.type ?? more?.type ?? null,
        exchange: listed.exchange ?? more?.exchange ?? null,
        sector: listed.sector ?? more?.sector ?? null,
        currency: listed.currency ?? more?.currency ?? null,
      };
    });
    return { rows: [...rows, ...imported.values()], metadata: { listed: raw.length, imported: imported.size } };
  },
});
