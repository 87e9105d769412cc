/** Where the original keeps a table: as received, cleaned, or for readers; users beside them. */
export type OriginalLayer = "raw" | "silver" | "gold" | "public";

/** A table of the original, as far as an import reads it. */
export interface OriginalTableSpec {
  layer: OriginalLayer;
  name: string;
  /** Columns without which nothing can be made of it. */
  required: readonly string[];
  /** Columns that count as empty where they are not there. */
  optional: readonly string[];
}

const prices = ["open", "high", "low", "close", "volume", "volume_weighted_price"];
const times = ["created_at", "updated_at"];
const listing = ["active", "currency_name", "locale", "market", "type"];
const article = ["publisher", "author", "source_url", "description", "published_at", "deleted_at"];

/** Each of the original's tables that an import looks at, one for its users included. */
export const originalTables: readonly OriginalTableSpec[] = [
  spec("gold", "etf_daily_ohlc", ["ticker", "date", "close"], [...prices, "name", ...times, "deleted_at"]),
  spec("silver", "etf_daily_ohlc", ["ticker", "date", "close"], [...prices, ...times, "deleted_at"]),
  spec("raw", "etf_daily_ohlc", ["ticker", "unix_msec_timestamp", "close"], [...prices, ...times, "deleted_at"]),
  spec("gold", "tickers", ["ticker"], ["name", "active", "type"]),
  spec("silver", "tickers", ["ticker"], listing),
  spec("raw", "tickers", ["ticker"], listing),
  spec("silver", "ticker_details", ["ticker"], ["name", "composite_figi", "share_class_figi"]),
  spec("raw", "ticker_details", ["ticker"], ["name", "composite_figi", "share_class_figi"]),
  spec("silver", "ticker_news", ["polygon_id", "ticker"], ["id", ...article]),
  spec("raw", "ticker_news", ["polygon_id", "ticker"], ["id", ...article]),
  spec("gold", "news_mentions", ["id", "ticker"], [
    ...["publisher", "author", "source_url", "short_summary", "publish_time"],
  ]),
  spec("gold", "model_chosen_pairs", ["ticker_1", "ticker_2"], []),
  spec("gold", "suggested_pairs", ["ticker_1"], []),
  spec("gold", "model_trades", ["ticker_1"], []),
  spec("gold", "model_success_metrics", ["ticker_1"], []),
  spec("public", "users", ["email"], ["deleted_at"]),
];

function spec(
  layer: OriginalLayer,
  name: string,
  required: readonly string[],
  optional: readonly string[],
): OriginalTableSpec {
  return { layer, name, required, optional: optional.filter((column) => !required.includes(column)) };
}

/** A table as it was read. */
export interface OriginalTable {
  /** `gold.tickers`. */
  name: string;
  rows: number;
  /** By column the values as text, `null` where there is none; the same column object for each that is not there. */
  columns: Readonly<Record<string, readonly (string | null)[]>>;
  /** Where a row stands, from 0: `line 3` of a file, `row 2` of a table. */
  place(row: number): string;
}

/** What another program has kept, table by table. */
export interface OriginalData {
  /** For people; holds no password. */
  readonly location: string;
  /** What has the name of one of the tables, or of a file, and is none of them. */
  readonly unknown: readonly string[];
  /** Whether there is such a table. */
  has(table: OriginalTableSpec): boolean;
  /** @throws {OriginalDataError} If a required column is not there, or the table cannot be read. */
  read(table: OriginalTableSpec): Promise<OriginalTable>;
  close(): Promise<void>;
}

/** What was to be imported cannot be read. The message says where it is, what is wrong and what to do. */
export class OriginalDataError extends Error {
  override readonly name = "OriginalDataError";
}

/** @throws {OriginalDataError} If one of the table's required columns is not among `found`. */
export function requireColumns({ required }: OriginalTableSpec, found: ReadonlySet<string>, where: string): void {
  const missing = required.filter((column) => !found.has(column));
  if (missing.length === 0) return;
  throw new OriginalDataError(
    `${where} has no ${missing.length === 1 ? "column" : "columns"} ${
      missing.join(", ")
    }, which the import requires. ` +
      `It has ${[...found].sort().join(", ") || "none"}.`,
  );
}

/** The columns that an import reads, each of one length. */
export function columnsOf(
  { required, optional }: OriginalTableSpec,
  found: Readonly<Record<string, readonly (string | null)[]>>,
  rows: number,
): Record<string, readonly (string | null)[]> {
  const absent = new Array<null>(rows).fill(null);
  return Object.fromEntries([...required, ...optional].map((name) => [name, found[name] ?? absent]));
}
