import type { Database } from "../../resources/database/mod.ts";
import { OriginalDataError } from "../../resources/original/mod.ts";
import type { ImportedBarColumns, ImportedRows } from "./imported_rows.ts";
import { versionOfRows } from "./import_version.ts";
import type { PendingImport } from "./resources.ts";

type Opened = Pick<Database, "sql" | "selectColumns">;

const text = (name: string) => ({ name, type: "text" as const });
const number = (name: string) => ({ name, type: "double precision" as const });
const date = (name: string) => ({ name, type: "date" as const });

/**
 * The rows that the database has from its current source, as an import, to keep them when another source replaces it. Bars are
 * those of `daily_bars`, adjusted for all splits of the source. `null` if there are none.
 *
 * @throws {OriginalDataError} If its rows are in files.
 */
export async function heldRows(database: Opened): Promise<PendingImport | null> {
  const { sql } = database;
  const [made] = await sql<{ any: boolean; inTable: boolean }[]>`
    SELECT EXISTS (SELECT FROM engine.materialization WHERE asset_key = 'daily_bars' AND row_count > 0) AS any,
      to_regclass('silver.daily_bars') IS NOT NULL AS "inTable"`;
  if (!made!.any) return null;
  if (!made!.inTable) {
    throw new OriginalDataError(
      "The rows of daily_bars are in Parquet files, and import --held reads them from the database. Take daily_bars out " +
        "of PARQUET_ASSETS, start the service once, and import again.",
    );
  }
  const bars = await database.selectColumns(
    `SELECT ticker, session, open, high, low, close, volume, vwap, dividend
     FROM silver.daily_bars WHERE _until IS NULL ORDER BY ticker, session`,
    [],
    [text("ticker"), date("session"), ...["open", "high", "low", "close", "volume", "vwap", "dividend"].map(number)],
  ) as unknown as Omit<ImportedBarColumns, "adjusted_through">;
  const newest = bars.session.reduce((last, session) => session > last ? session : last, "");
  // Other assets may never have been made, and have no table then.
  const others = await sql<{ key: string }[]>`
    SELECT DISTINCT asset_key AS key FROM engine.materialization
    WHERE asset_key IN ('raw_tickers', 'raw_ticker_details', 'raw_news')`;
  const areMade = (key: string) => others.some((made) => made.key === key);
  const rows: ImportedRows = {
    bars: { ...bars, adjusted_through: bars.session.map(() => newest) },
    tickers: !areMade("raw_tickers") ? [] : await sql<ImportedRows["tickers"][number][]>`
      SELECT ticker, name, type, exchange, sector, currency, active, delisted_on
      FROM raw.raw_tickers WHERE _until IS NULL ORDER BY ticker`,
    details: !areMade("raw_ticker_details") ? [] : await sql<ImportedRows["details"][number][]>`
      SELECT ticker, found, name, description, homepage_url, list_date, market_cap, sic_code, sic_description,
        share_class_shares_outstanding, weighted_shares_outstanding, total_employees, cik, composite_figi, share_class_figi
      FROM raw.raw_ticker_details WHERE _until IS NULL AND found ORDER BY ticker`,
    news: !areMade("raw_news") ? [] : await sql<ImportedRows["news"][number][]>`
      SELECT day, id, ticker, title, publisher, publisher_url, author, description, published_at, article_url, image_url
      FROM raw.raw_news WHERE _until IS NULL ORDER BY day, id, ticker`,
    pairs: [],
  };
  const none = { metadata: {} };
  return {
    from: "this database",
    version: versionOfRows(rows),
    rows,
    rejected: { bars: none, tickers: none, details: none, news: none, pairs: none },
  };
}
