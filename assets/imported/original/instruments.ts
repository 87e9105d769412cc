import type { OriginalTable } from "../../../resources/original/mod.ts";
import type { RejectedRows } from "../../market/rejected_rows.ts";
import type { ImportedRows } from "../imported_rows.ts";
import { type TableReport, TableTally } from "./table_tally.ts";
import { booleanIn, textIn, tickerIn, ValueFault } from "./values.ts";

type Ticker = ImportedRows["tickers"][number];
type Details = ImportedRows["details"][number];

/**
 * The original's instruments. Each field comes from the first layer that has a value. Tickers with bars only are included.
 *
 * @param tables Listings, in order of precedence.
 * @param names Names by ticker from other tables, for tickers without a name in any listing.
 * @param traded Tickers that have bars.
 */
export function tickersOfLayers(
  tables: readonly OriginalTable[],
  { names, traded, rejected }: {
    names: ReadonlyMap<string, string>;
    traded: Iterable<string>;
    rejected: RejectedRows;
  },
): { tickers: Ticker[]; reports: TableReport[] } {
  const found = new Map<string, Omit<Ticker, "active"> & { active: boolean | null }>();
  const add = (ticker: string) => {
    const known = found.get(ticker) ?? {
      ticker,
      name: null,
      type: null,
      exchange: null,
      sector: null,
      currency: null,
      active: null,
      delisted_on: null,
    };
    found.set(ticker, known);
    return known;
  };
  const reports = tables.map((table) =>
    byTicker(table, rejected, (ticker, { columns }, row) => {
      const active = booleanIn(columns.active![row], "active");
      const known = found.has(ticker);
      const one = add(ticker);
      one.active ??= active;
      one.name ??= textIn(columns.name?.[row]);
      one.type ??= textIn(columns.type?.[row]);
      one.currency ??= textIn(columns.currency_name?.[row])?.toUpperCase() ?? null;
      return !known;
    })
  );
  for (const ticker of traded) add(ticker);
  const tickers = [...found.values()].sort((a, b) => a.ticker < b.ticker ? -1 : 1);
  return {
    tickers: tickers.map((one) => ({
      ...one,
      name: one.name ?? names.get(one.ticker) ?? null,
      active: one.active ?? true,
    })),
    reports,
  };
}

/** The original's details of instruments; the first layer takes precedence. */
export function detailsOfLayers(
  tables: readonly OriginalTable[],
  rejected: RejectedRows,
): { details: Details[]; reports: TableReport[] } {
  const found = new Map<string, Details>();
  const reports = tables.map((table) =>
    byTicker(table, rejected, (ticker, { columns }, row) => {
      if (found.has(ticker)) return false;
      found.set(ticker, {
        ticker,
        found: true,
        name: textIn(columns.name![row]),
        description: null,
        homepage_url: null,
        list_date: null,
        market_cap: null,
        sic_code: null,
        sic_description: null,
        share_class_shares_outstanding: null,
        weighted_shares_outstanding: null,
        total_employees: null,
        cik: null,
        composite_figi: textIn(columns.composite_figi![row]),
        share_class_figi: textIn(columns.share_class_figi![row]),
      });
      return true;
    })
  );
  return { details: [...found.values()].sort((a, b) => a.ticker < b.ticker ? -1 : 1), reports };
}

/** @param take Takes a row and returns whether it is the first of its ticker in all tables. */
function byTicker(
  table: OriginalTable,
  rejected: RejectedRows,
  take: (ticker: string, table: OriginalTable, row: number) => boolean,
): TableReport {
  const tally = new TableTally(table, rejected.add);
  const seen = new Set<string>();
  for (let row = 0; row < table.rows; row++) {
    try {
      const ticker = tickerIn(table.columns.ticker![row]);
      if (seen.has(ticker)) throw new ValueFault("repeats the ticker of an earlier row, which counts");
      const isFirst = take(ticker, table, row);
      seen.add(ticker);
      if (isFirst) tally.take();
      else tally.repeat();
    } catch (error) {
      if (!(error instanceof ValueFault)) throw error;
      tally.refuse(row, error.message, { ticker: table.columns.ticker![row] });
    }
  }
  return tally.report;
}
