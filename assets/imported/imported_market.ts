import type { Database } from "../../resources/database/mod.ts";
import type { DailyBars, MarketData, TickerListing } from "../../resources/market_data/mod.ts";

const text = (name: string) => ({ name, type: "text" as const });
const number = (name: string) => ({ name, type: "double precision" as const });
const date = (name: string) => ({ name, type: "date" as const });

/** `MARKET_DATA=imported`: imported data only. Its prices are used as they are. */
export function importedMarket(database: Pick<Database, "sql" | "selectColumns">): MarketData {
  const version = async (key: string) => `imported ${await latestVersion(database, key)}`;
  return {
    name: "imported",
    version: () => version("imported_daily_bars"),
    tickersVersion: () => version("imported_tickers"),

    async tickers() {
      const rows = await database.sql<(Omit<TickerListing, "delistedOn"> & { delisted_on: string | null })[]>`
        SELECT ticker, name, type, exchange, sector, currency, active, delisted_on
        FROM raw.imported_tickers WHERE _until IS NULL ORDER BY ticker`;
      return rows.map(({ delisted_on, ...listing }) => ({ ...listing, delistedOn: delisted_on }));
    },

    async dailyBars({ signal } = {}) {
      const bars = await database.selectColumns(
        `SELECT ticker, session, open, high, low, close, volume, vwap, dividend
         FROM raw.imported_daily_bars WHERE _until IS NULL ORDER BY ticker, session`,
        [],
        [
          text("ticker"),
          date("session"),
          ...["open", "high", "low", "close", "volume", "vwap", "dividend"].map(number),
        ],
        { signal },
      ) as unknown as Omit<DailyBars, "split">;
      return { ...bars, split: new Float64Array(bars.ticker.length).fill(1) };
    },
  };
}

async function latestVersion({ sql }: Pick<Database, "sql">, key: string): Promise<string> {
  const [row] = await sql<{ version: string }[]>`
    SELECT data_version AS version FROM engine.materialization WHERE asset_key = ${key} ORDER BY id DESC LIMIT 1`;
  return row?.version ?? "nothing";
}
