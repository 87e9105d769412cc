import { currentRowsInFiles } from "../../engine/mod.ts";
import type { Database } from "../../resources/database/mod.ts";
import { type DataSource, isSimulated, type MarketData } from "../../resources/market_data/mod.ts";
import type { FileStore } from "../../resources/row_files/mod.ts";
import { rawDailyBars } from "../market/raw_daily_bars.ts";

/** Bars by ticker and session. */
interface Cells {
  ticker: readonly string[];
  session: readonly string[];
}

const none: Cells = { ticker: [], session: [] };

/** History that a database would lose. */
export interface HistoryLoss {
  /** The previous source, as in metadata. */
  before: string;
  rows: number;
  tickers: number;
  sessions: number;
  first: string;
  last: string;
}

/**
 * The bars that a database would lose with a new source; `null` for none.
 *
 * Content changes of the same source do not count as a loss. A file with every existing bar loses nothing. Simulated bars are no
 * history: their seed reproduces them. Imported bars stay with every source.
 *
 * @param now.id As in the metadata of `raw_daily_bars`.
 * @param now.market A source that is read completely; `null` for a vendor, whose bars are unknown before requests.
 * @param now.pending Bars about to be imported, which also stay.
 * @param now.rowFiles The place of rows in files.
 * @throws Errors of a source, or of files with rows, that cannot be read.
 */
export async function lossOfHistory(
  database: Database,
  now: { source: DataSource; id: string; market: MarketData | null; pending?: Cells; rowFiles?: FileStore },
): Promise<HistoryLoss | null> {
  const before = await sourceBefore(database);
  if (before === null || isSimulated(before.name)) return null;
  if (before.name === now.source.name && (before.id === null || before.id === now.id)) return null;
  const held = await heldBars(database, now.rowFiles);
  const known = new Set<string>();
  for (const { ticker, session } of [await now.market?.dailyBars() ?? none, now.pending ?? none]) {
    for (const [i, name] of ticker.entries()) known.add(`${session[i]} ${name}`);
  }
  const lost = [...held.ticker.keys()].filter((i) => !known.has(`${held.session[i]} ${held.ticker[i]}`));
  if (lost.length === 0) return null;
  const sessions = [...new Set(lost.map((i) => held.session[i]!))].sort();
  return {
    before: before.name,
    rows: lost.length,
    tickers: new Set(lost.map((i) => held.ticker[i]!)).size,
    sessions: sessions.length,
    first: sessions[0]!,
    last: sessions.at(-1)!,
  };
}

/** Error message about the loss, with remedies. */
export function lossText({ before, rows, tickers, sessions, first, last }: HistoryLoss, setting: string): string {
  const many = (count: number, what: string) => `${count} ${what}${count === 1 ? "" : "s"}`;
  return `MARKET_DATA: the bars of this database are from ${before}, and ${setting} would replace them: ` +
    `${many(rows, "bar")} of ${many(tickers, "ticker")} in ${
      many(sessions, "session")
    }, ${first} to ${last}, would be gone. ` +
    "To keep them beside the new ones, run `deno task import --held` and start again. To drop them, start with --replace. " +
    `Or set MARKET_DATA back to ${/^(csv|parquet)$/.test(before) ? `${before}: with the path of that file` : before}.`;
}

/** The source of the bars in the database; `null` if it has none. */
async function sourceBefore({ sql }: Database): Promise<{ name: string; id: string | null } | null> {
  const [made] = await sql<{ name: string | null; source: string | null }[]>`
    SELECT metadata #>> '{source,value}' AS name, metadata #>> '{source_id,value}' AS source
    FROM engine.materialization WHERE asset_key = 'raw_daily_bars' AND row_count > 0 ORDER BY id DESC LIMIT 1`;
  return made?.name ? { name: made.name, id: made.source } : null;
}

/** Ticker and session of the bars in the database, imported ones excluded. */
async function heldBars(database: Database, store: FileStore | undefined): Promise<Cells> {
  const [tables] = await database.sql<{ imported: boolean; judged: boolean }[]>`
    SELECT to_regclass('raw.imported_daily_bars') IS NOT NULL AS imported,
      to_regclass('silver.daily_bars') IS NOT NULL AND EXISTS (
        SELECT FROM engine.materialization WHERE asset_key = 'daily_bars' AND row_count > 0) AS judged`;
  // Before `daily_bars` is made, or if its rows are in files, every bar with a price counts.
  const inFiles = tables!.judged
    ? null
    : await currentRowsInFiles(database, rawDailyBars, ["ticker", "session", "close"], store);
  if (inFiles) return await notImported(database, inFiles as unknown as HeldColumns, tables!);
  const held = tables!.judged ? "silver.daily_bars" : "raw.raw_daily_bars";
  const imported = tables!.imported
    ? `AND NOT EXISTS (SELECT FROM raw.imported_daily_bars i
         WHERE i.ticker = held.ticker AND i.session = held.session AND i._until IS NULL)`
    : "";
  return await database.selectColumns(
    `SELECT ticker, session FROM ${held} held WHERE _until IS NULL AND close > 0 ${imported}`,
    [],
    [{ name: "ticker", type: "text" }, { name: "session", type: "date" }],
  ) as unknown as Cells;
}

interface HeldColumns extends Cells {
  close: Float64Array;
}

/** Bars with a price, without imported ones. */
async function notImported(
  { sql }: Database,
  { ticker, session, close }: HeldColumns,
  tables: { imported: boolean },
): Promise<Cells> {
  const imported = tables.imported
    ? await sql<{ cell: string }[]>`
        SELECT session || ' ' || ticker AS cell FROM raw.imported_daily_bars WHERE _until IS NULL`
    : [];
  const others = new Set(imported.map(({ cell }) => cell));
  const kept = Array.from(close.keys()).filter((i) => close[i]! > 0 && !others.has(`${session[i]} ${ticker[i]}`));
  return { ticker: kept.map((i) => ticker[i]!), session: kept.map((i) => session[i]!) };
}
