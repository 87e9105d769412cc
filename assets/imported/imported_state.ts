import type { Database } from "../../resources/database/mod.ts";

type Opened = Pick<Database, "sql">;

/** Whether the database has ever had an import. */
export async function wasImported({ sql }: Opened): Promise<boolean> {
  const [row] = await sql<{ found: boolean }[]>`
    SELECT EXISTS (SELECT FROM engine.materialization WHERE asset_key = 'imported_daily_bars') AS found`;
  return row!.found;
}

/** Imported pairs, chosen by hand, in ticker order. */
async function importedPairs({ sql }: Opened): Promise<[string, string][]> {
  const [table] = await sql<{ found: boolean }[]>`SELECT to_regclass('raw.imported_pairs') IS NOT NULL AS found`;
  if (!table!.found) return [];
  const rows = await sql<{ ticker_1: string; ticker_2: string }[]>`
    SELECT ticker_1, ticker_2 FROM raw.imported_pairs WHERE _until IS NULL ORDER BY ticker_1, ticker_2`;
  return rows.map(({ ticker_1, ticker_2 }) => [ticker_1, ticker_2]);
}

/** Settings of assets with imported pairs pinned, unless the settings pin others. Pairs with a banned ticker are excluded. */
export async function withImportedPairs(
  config: Readonly<Record<string, unknown>>,
  database: Opened,
): Promise<Record<string, unknown>> {
  const given = config.chosen_pairs as { bannedTickers?: readonly string[] } | undefined;
  const banned = new Set(given?.bannedTickers ?? []);
  const pairs = (await importedPairs(database)).filter((pair) => !pair.some((ticker) => banned.has(ticker)));
  if (pairs.length === 0) return { ...config };
  return { ...config, chosen_pairs: { pinnedPairs: pairs, ...given } };
}
