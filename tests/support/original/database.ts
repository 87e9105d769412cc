import postgres from "postgres";
import { join } from "node:path";
import type { OriginalRow, OriginalRows } from "./rows.ts";

const times = "created_at timestamptz default now(), updated_at timestamptz default now()";
const values = "open numeric, high numeric, low numeric, close numeric, volume numeric, volume_weighted_price numeric";
const listing =
  `ticker varchar(10) primary key, active boolean, currency_name text, locale text, market text, type text, ${times}`;
const details = `ticker varchar(10) primary key, name text, composite_figi text, share_class_figi text, ${times}`;
const news = `id uuid primary key, polygon_id text, ticker varchar(10) not null, publisher text, author text,
  source_url text, description text, published_at timestamptz, ${times}, deleted_at timestamptz, unique (polygon_id, ticker)`;
const bars = `ticker varchar(10) not null, ${values}, date date not null, ${times}, deleted_at timestamptz`;

/** The fifteen tables of the original, and that of its users, by `schema.table`. */
const tables: Readonly<Record<string, string>> = {
  "raw.tickers": listing,
  "raw.ticker_details": details,
  "raw.ticker_news": news,
  "raw.etf_daily_ohlc": `ticker varchar(10) not null, ${values}, unix_msec_timestamp bigint not null, ${times},
    deleted_at timestamptz, primary key (ticker, unix_msec_timestamp)`,
  "silver.tickers": listing,
  "silver.ticker_details": details,
  "silver.ticker_news": news,
  "silver.etf_daily_ohlc": `${bars}, primary key (ticker, date)`,
  "gold.tickers": `ticker varchar(10) primary key, name text, active boolean, type text, ${times}`,
  "gold.etf_daily_ohlc": `${bars}, name text, primary key (ticker, date)`,
  "gold.news_mentions": `id uuid primary key, ticker varchar(10) not null, publisher text, author text, source_url text,
    short_summary text, publish_time timestamptz, ${times}`,
  "gold.suggested_pairs": `id uuid primary key, ticker_1 varchar(10) not null, ticker_2 varchar(10) not null,
    spread_intercept numeric, spread_slope numeric, cointegration_p_value numeric, half_life numeric,
    mean_crossings numeric, ${times}`,
  "gold.model_chosen_pairs": "id uuid primary key, ticker_1 varchar(10), ticker_2 varchar(10)",
  "gold.model_trades": `ticker_1 varchar(10) not null, ticker_2 varchar(10) not null, spread numeric,
    predicted_trend numeric, signal text, position numeric, budget numeric, ticker_1_price numeric,
    ticker_2_price numeric, date date, primary key (ticker_1, ticker_2, date)`,
  "gold.model_success_metrics": `ticker_1 varchar(10) not null, ticker_2 varchar(10) not null, total_return numeric,
    annualized_return numeric, max_drawdown numeric, primary key (ticker_1, ticker_2)`,
  "public.users": `id bigint primary key, ${times}, deleted_at timestamptz, email text unique, name text,
    google_id text unique`,
};

/** Creates the original's tables in an empty database and fills them. */
export async function fillOriginal(url: string, rows: OriginalRows): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {} });
  try {
    await sql.unsafe("create schema raw; create schema silver; create schema gold;");
    for (const [name, columns] of Object.entries(tables)) {
      await sql.unsafe(`create table ${name} (${columns})`);
      await insert(sql, name, rows[name] ?? []);
    }
  } finally {
    await sql.end();
  }
}

async function insert(sql: postgres.Sql, table: string, rows: readonly OriginalRow[]): Promise<void> {
  if (rows.length === 0) return;
  await sql`insert into ${sql(table)} select * from jsonb_populate_recordset(null::${sql(table)}, ${sql.json(rows)})`;
}

/** Writes the tables in the form of COPY … WITH CSV HEADER, one file each, `gold.tickers.csv`. */
export async function dumpOriginal(folder: string, rows: OriginalRows): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  for (const [name, table] of Object.entries(rows)) {
    const columns = Object.keys(table[0] ?? { id: "" });
    const lines = [columns.join(","), ...table.map((row) => columns.map((column) => field(row[column]!)).join(","))];
    await Deno.writeTextFile(join(folder, `${name}.csv`), lines.join("\n") + "\n");
  }
}

function field(value: string | null): string {
  if (value === null) return "";
  // PostgreSQL's form of a boolean.
  if (value === "true" || value === "false") return value[0]!;
  return value === "" || /[",\n\r]/.test(value) ? `"${value.replaceAll('"', '""')}"` : value;
}
