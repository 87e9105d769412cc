import { notEmpty } from "../../engine/mod.ts";
import type { Universe } from "../../resources/market_data/mod.ts";
import { RawTicker } from "../market/raw_tickers.ts";
import { RejectedRows, rowsUsable } from "../market/rejected_rows.ts";
import { firstSession, newestSession } from "./history.ts";
import { asset } from "./vendor_resources.ts";

/** The instruments of the universe as listed by the vendor, including those delisted since the start of history. */
export const rawTickers = asset({
  key: "raw_tickers",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Instruments of the universe, from the vendor's listing.",
  row: RawTicker,
  primaryKey: ["ticker"],
  partitionedBy: { name: "ticker" },
  checks: [notEmpty(), rowsUsable()],
  pool: "vendor",
  source: ({ resources, clock }) =>
    Promise.resolve(
      `${newestSession({ resources, clock })} ${resources.historyFrom} ${JSON.stringify(resources.universe)}`,
    ),

  async materialize({ resources, signal, progress }) {
    const { vendor, universe } = resources;
    const named = "tickers" in universe ? new Set(universe.tickers) : null;
    const rejected = new RejectedRows((ticker) => named?.has(ticker) ?? true);
    let calls = 0;
    const listed = await vendor.tickers({
      ...queryOf(universe),
      signal,
      onUnusable: rejected.add,
      onRequest: () => calls++,
      onProgress: (done, total) => progress(done, total ?? done),
    });
    const start = firstSession({ resources });
    const followed = listed.filter(({ delistedOn }) => delistedOn === null || delistedOn > start);
    const known = new Set(listed.map(({ ticker }) => ticker));
    return {
      rows: followed.map(({ ticker, name, type, exchange, currency, active, delistedOn }) => ({
        ticker,
        name,
        type,
        exchange,
        // Only the details contain it, and only for some instruments.
        sector: null,
        currency,
        active,
        delisted_on: delistedOn,
      })),
      metadata: {
        source: vendor.name,
        calls,
        inactive: followed.filter(({ active }) => !active).length,
        delisted_before_history: listed.length - followed.length,
        ...rejected.metadata,
        ...("tickers" in universe && { unknown: universe.tickers.filter((ticker) => !known.has(ticker)).join(" ") }),
      },
    };
  },
});

function queryOf(universe: Universe) {
  return "tickers" in universe ? { tickers: universe.tickers } : universe;
}
