import { join } from "node:path";
import { textOf } from "../market_data/csv/text.ts";
import { csvRows } from "./csv_text.ts";
import {
  columnsOf,
  type OriginalData,
  OriginalDataError,
  type OriginalTable,
  originalTables,
  type OriginalTableSpec,
  requireColumns,
} from "./tables.ts";

/**
 * Opens a folder of CSV dumps with a first line of column names, one a table: `gold.etf_daily_ohlc.csv` or `gold/etf_daily_ohlc.csv`,
 * plain or gzip (`.csv.gz`).
 *
 * @throws {OriginalDataError} If there is no such folder.
 */
export async function originalFolder(path: string): Promise<OriginalData> {
  const files = await filesIn(path);
  const fileOf = ({ layer, name }: OriginalTableSpec) => files.get(`${layer}.${name}`);
  const known = new Set(originalTables.map(({ layer, name }) => `${layer}.${name}`));
  return {
    location: path,
    unknown: [...files.keys()].filter((name) => !known.has(name)),
    has: (table) => fileOf(table) !== undefined,
    read: (table) => readFile(fileOf(table)!, table),
    close: () => Promise.resolve(),
  };
}

/** Paths of the dumps by `layer.table`, those of a subfolder's under its name. */
async function filesIn(path: string): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  async function add(folder: string, prefix: string): Promise<void> {
    for (const entry of (await Array.fromAsync(Deno.readDir(folder))).sort((a, b) => a.name < b.name ? -1 : 1)) {
      const at = join(folder, entry.name);
      const dump = /^(.+)\.csv(\.gz)?$/i.exec(entry.name)?.[1];
      if (entry.isDirectory && prefix === "") await add(at, `${entry.name}.`);
      else if (dump !== undefined && !files.has(prefix + dump)) files.set(prefix + dump, at);
    }
  }
  try {
    await add(path, "");
  } catch (error) {
    const why = error instanceof Deno.errors.NotFound
      ? "does not exist"
      : error instanceof Deno.errors.NotADirectory || (await Deno.stat(path).catch(() => null))?.isFile
      ? "is not a folder"
      : `cannot be read (${error instanceof Error ? error.message : String(error)})`;
    throw new OriginalDataError(
      `The folder to import, ${path}, ${why}. Name a folder with dumps such as gold.etf_daily_ohlc.csv, or a database as postgres://….`,
      { cause: error },
    );
  }
  return files;
}

async function readFile(path: string, table: OriginalTableSpec): Promise<OriginalTable> {
  const wrong = (what: string, cause?: unknown) => new OriginalDataError(`${path}: ${what}`, { cause });
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(await textOf(path, await Deno.readFile(path)));
  } catch (error) {
    throw wrong(`it cannot be read (${error instanceof Error ? error.message : String(error)}).`, error);
  }
  const columns: (string | null)[][] = [];
  const lines: number[] = [];
  let header: string[] | undefined;
  try {
    for (const { line, fields } of csvRows(text)) {
      if (header === undefined) {
        header = fields.map((name) => name.trim().toLowerCase());
        requireColumns(table, new Set(header), path);
        for (const _ of header) columns.push([]);
        continue;
      }
      lines.push(line);
      // What lacks fields lacks values, which are judged one by one.
      columns.forEach((column, i) => column.push(fields[i] || null));
    }
  } catch (error) {
    if (error instanceof RangeError) throw wrong(`${error.message}. Dump the table again.`, error);
    throw error;
  }
  if (header === undefined) throw wrong("it is empty; its first line names the columns.");
  const found = Object.fromEntries(header.map((name, i) => [name, columns[i]!]));
  return {
    name: `${table.layer}.${table.name}`,
    rows: lines.length,
    columns: columnsOf(table, found, lines.length),
    place: (row) => `line ${lines[row]}`,
  };
}
