import {
  openOriginal,
  type OriginalData,
  OriginalDataError,
  type OriginalTable,
  originalTables,
  type OriginalTableSpec,
} from "../../../resources/original/mod.ts";
import { versionOfRows } from "../import_version.ts";
import type { PendingImport } from "../resources.ts";
import { barsOfLayers, type FaultOfDate } from "./bars.ts";
import { detailsOfLayers, tickersOfLayers } from "./instruments.ts";
import { newsOfLayers } from "./news.ts";
import { addressesOfUsers, handChosenPairs } from "./pairs.ts";
import { RejectedRows } from "../../market/rejected_rows.ts";
import type { TableReport } from "./table_tally.ts";
import { symbolOf } from "../../../resources/market_data/mod.ts";

/** The rows read by an import, and their outcome. */
export interface OriginalImport {
  pending: PendingImport;
  /** Outcome of the rows of each table, in order of precedence. */
  tables: TableReport[];
  /** Missing tables. */
  absent: string[];
  /** Objects with the name of a table that are not the original's. */
  unknown: readonly string[];
  /** Addresses of users, for `SIGN_IN_ALLOW`; not stored. */
  addresses: string[];
}

/** Results of the original, which are computed again instead of imported. */
const computed = ["suggested_pairs", "model_trades", "model_success_metrics"];

/**
 * Reads the data of the services that Tandem replaces, from their database or a folder of dumps, and validates each row. An
 * unusable row is rejected; the others are imported.
 *
 * @param from `postgres://…` or the path of a folder.
 * @param options.faultOfDate Returns why a date cannot be a session.
 * @throws {OriginalDataError} If it cannot be read, or has no usable rows.
 */
export async function readOriginal(
  from: string,
  { faultOfDate }: { faultOfDate: FaultOfDate },
): Promise<OriginalImport> {
  const data = await openOriginal(from);
  try {
    return await importOf(data, faultOfDate);
  } finally {
    await data.close();
  }
}

async function importOf(data: OriginalData, faultOfDate: FaultOfDate): Promise<OriginalImport> {
  const present = originalTables.filter((table) => data.has(table));
  const absent = originalTables.filter((table) => !data.has(table)).map(nameOf);
  if (present.every(({ name }) => computed.includes(name) || name === "users")) {
    throw new OriginalDataError(
      `${data.location} has no importable table of the services that Tandem replaces, such as ` +
        "gold.etf_daily_ohlc. Name their database, or the folder with its dumps.",
    );
  }
  const read = async (...names: string[]): Promise<OriginalTable[]> => {
    const tables: OriginalTable[] = [];
    for (const table of present) if (names.includes(table.name)) tables.push(await data.read(table));
    return tables;
  };
  const barTables = await read("etf_daily_ohlc");
  const rejected = {
    bars: new RejectedRows(),
    tickers: new RejectedRows(),
    details: new RejectedRows(),
    news: new RejectedRows(),
    pairs: new RejectedRows(),
  };
  const { bars, reports: barReports } = barsOfLayers(barTables, { faultOfDate, rejected: rejected.bars });
  const { details, reports: detailReports } = detailsOfLayers(await read("ticker_details"), rejected.details);
  const { tickers, reports: tickerReports } = tickersOfLayers(await read("tickers"), {
    names: new Map([
      ...namesIn(barTables),
      ...details.flatMap(({ ticker, name }) => name ? [[ticker, name] as const] : []),
    ]),
    traded: new Set(bars.ticker),
    rejected: rejected.tickers,
  });
  const { news, reports: newsReports } = newsOfLayers(await read("ticker_news", "news_mentions"), rejected.news);
  const pairTables = (await read("model_chosen_pairs")).map((table) => handChosenPairs(table, rejected.pairs));
  const pairs = pairTables.flatMap((table) => table.pairs);
  const userTables = (await read("users")).map(addressesOfUsers);
  const others = (await read(...computed)).map((table): TableReport => ({
    table: table.name,
    read: table.rows,
    taken: 0,
    repeated: 0,
    refused: 0,
    reasons: [],
    note: "is not taken: Tandem computes it from the bars",
  }));
  const rows = { bars, tickers, details, news, pairs };
  return {
    pending: { from: data.location, version: versionOfRows(rows), rows, rejected },
    tables: [
      ...barReports,
      ...tickerReports,
      ...detailReports,
      ...newsReports,
      ...pairTables.map(({ report }) => report),
      ...others,
      ...userTables.map(({ report }) => report),
    ],
    absent,
    unknown: data.unknown,
    addresses: userTables.flatMap(({ addresses }) => addresses),
  };
}

function nameOf({ layer, name }: OriginalTableSpec): string {
  return `${layer}.${name}`;
}

/** Names of instruments in tables of bars. */
function namesIn(tables: readonly OriginalTable[]): Map<string, string> {
  const names = new Map<string, string>();
  for (const { columns: { ticker, name } } of tables) {
    name?.forEach((text, i) => {
      if (text?.trim() && ticker![i] && !names.has(ticker![i]!)) names.set(ticker![i]!, text.trim());
    });
  }
  return new Map([...names].flatMap(([ticker, name]) => {
    try {
      return [[symbolOf(ticker), name] as const];
    } catch {
      return [];
    }
  }));
}
