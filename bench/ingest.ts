/**
 * Speed of inserting columns into both databases and reading them: `deno run -A bench/ingest.ts [--json]`.
 *
 * Each database is measured in a separate process, for its peak resident memory: with the embedded database this includes the
 * database, with a server only the client. The server is a temporary one with fsync on. Prices are
 * generated.
 */
import { join } from "node:path";
import {
  type ColumnData,
  type ColumnSpec,
  type Database,
  openEmbedded,
  openPostgres,
} from "../resources/database/mod.ts";
import { jsonOfProcess, msOf, peakMb } from "./measured.ts";
import { databaseKinds, withPlace } from "./places.ts";

/** A table to be filled. */
interface Shape {
  name: string;
  rows: number;
  tickers: number;
  columns: readonly ColumnSpec[];
}

interface Measurement {
  shape: string;
  rows: number;
  columns: number;
  insertMs: number;
  selectMs: number;
}

interface Report {
  database: string;
  openMs: number;
  measurements: Measurement[];
  peakResidentMb: number;
}

const key: ColumnSpec[] = [{ name: "ticker", type: "text" }, { name: "session", type: "date" }];
const numbers = (...names: string[]): ColumnSpec[] => names.map((name) => ({ name, type: "double precision" }));

const SHAPES: Shape[] = [
  { name: "closes of 482 tickers", rows: 442_476, tickers: 482, columns: [...key, ...numbers("close")] },
  {
    name: "S&P 500 bars",
    rows: 538_838,
    tickers: 504,
    columns: [...key, ...numbers("open", "high", "low", "close", "volume", "dividend", "split")],
  },
];
const ROUNDS = 3;

if (Deno.args[0] === "measure") {
  console.log(JSON.stringify(await measure(Deno.args[1]!, Deno.args[2]!)));
} else {
  const reports: Report[] = [];
  for (const kind of databaseKinds()) {
    reports.push(
      await withPlace(
        kind,
        ({ folder, databaseUrl }) =>
          jsonOfProcess(import.meta.filename!, "measure", kind, databaseUrl ?? join(folder, "data")),
      ),
    );
  }
  if (Deno.args.includes("--json")) console.log(JSON.stringify(reports, null, 2));
  else print(reports);
}

async function measure(kind: string, place: string): Promise<Report> {
  const begin = performance.now();
  const database = kind === "PGlite"
    ? await openEmbedded({ dataDir: place })
    : await openPostgres({ databaseUrl: place });
  const openMs = performance.now() - begin;
  const [row] = await database.sql<{ version: string }[]>`
    select split_part(current_setting('server_version'), ' ', 1) as version`;
  const measurements: Measurement[] = [];
  for (const shape of SHAPES) measurements.push(await measureShape(database, shape));
  await database.close();
  return { database: `${kind} ${row!.version}`, openMs, measurements, peakResidentMb: await peakMb() };
}

/** The best of a few rounds, each into an empty table with a primary key, in one transaction. */
async function measureShape(database: Database, { name, rows, tickers, columns }: Shape): Promise<Measurement> {
  const data = generate(rows, tickers, columns);
  const definitions = columns.map((column) =>
    `${column.name} ${column.type}${column.type === "text" ? ' collate "C"' : ""}`
  );
  const names = columns.map((column) => column.name).join(", ");
  const best = { insertMs: Infinity, selectMs: Infinity };
  for (let round = 0; round < ROUNDS; round++) {
    await database.sql.unsafe(`create table bar (${definitions.join(", ")}, primary key (ticker, session))`);
    const insertMs = await msOf(() => database.sql.begin((tx) => database.insertColumns(tx, "bar", columns, data)));
    best.insertMs = Math.min(best.insertMs, insertMs);
    const begin = performance.now();
    const read = await database.selectColumns(`select ${names} from bar order by ticker, session`, [], columns);
    best.selectMs = Math.min(best.selectMs, performance.now() - begin);
    if (read.close?.length !== rows) throw new Error(`${name}: ${read.close?.length} rows came back.`);
    await database.sql`drop table bar`;
  }
  return { shape: name, rows, columns: columns.length, ...best };
}

/** Session by session, as from a vendor. */
function generate(rows: number, tickers: number, columns: readonly ColumnSpec[]): Record<string, ColumnData> {
  const ticker = new Array<string>(rows);
  const session = new Array<string>(rows);
  const names = Array.from({ length: tickers }, (_, i) => `T${i}`);
  let day = "";
  for (let i = 0; i < rows; i++) {
    if (i % tickers === 0) day = new Date(Date.UTC(2017, 0, 2 + Math.floor(i / tickers))).toISOString().slice(0, 10);
    ticker[i] = names[i % tickers]!;
    session[i] = day;
  }
  const data: Record<string, ColumnData> = { ticker, session };
  columns.slice(2).forEach(({ name }, c) => {
    // Prices have cents; adjusted values have all their digits.
    data[name] = Float64Array.from({ length: rows }, (_, i) => 100 + 50 * Math.sin(i * 0.01 + c));
  });
  return data;
}

function print(reports: readonly Report[]): void {
  const perSecond = (rows: number, ms: number) => Math.round(rows / ms * 1000).toLocaleString("en").padStart(9);
  for (const { database, openMs, measurements, peakResidentMb } of reports) {
    console.log(`${database}: open ${openMs.toFixed(0)} ms, peak ${peakResidentMb.toFixed(0)} MB resident`);
    for (const { shape, rows, columns, insertMs, selectMs } of measurements) {
      console.log(
        `  ${shape.padEnd(22)} ${rows.toLocaleString("en")} × ${columns}  ` +
          `insert ${perSecond(rows, insertMs)} rows/s (${(insertMs / 1000).toFixed(2)} s)  ` +
          `select ${perSecond(rows, selectMs)} rows/s (${(selectMs / 1000).toFixed(2)} s)`,
      );
    }
  }
  const [one, two] = reports;
  if (one === undefined || two === undefined) return;
  one.measurements.forEach(({ shape, insertMs, selectMs }, i) => {
    const other = two.measurements[i]!;
    console.log(
      `${one.database} takes ${(insertMs / other.insertMs).toFixed(1)} times as long as ${two.database} to insert ` +
        `and ${(selectMs / other.selectMs).toFixed(1)} times to select: ${shape}.`,
    );
  });
}
