import { DatabaseOpenError, openForReading, type ReadDatabase } from "../database/mod.ts";
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
 * Opens the original's database.
 *
 * @throws {OriginalDataError} If it cannot be reached, or has none of the original's tables of bars. The password is never shown.
 */
export async function originalDatabase(url: string): Promise<OriginalData> {
  let database: ReadDatabase;
  try {
    database = await openForReading({ databaseUrl: url, setting: "The database to import" });
  } catch (error) {
    if (error instanceof DatabaseOpenError) throw new OriginalDataError(error.message, { cause: error });
    throw error;
  }
  const columns = await foundColumns(database).catch(async (error) => {
    await database.close();
    throw error;
  });
  const known = new Set(originalTables.map(({ layer, name }) => `${layer}.${name}`));
  const names = new Set(originalTables.map(({ name }) => name));
  return {
    location: database.location,
    unknown: [...columns.keys()].filter((table) => !known.has(table) && names.has(table.slice(table.indexOf(".") + 1))),
    has: ({ layer, name }) => columns.has(`${layer}.${name}`),
    async read(table) {
      const name = `${table.layer}.${table.name}`;
      const found = columns.get(name)!;
      requireColumns(table, found, `${name} of ${database.location}`);
      return await readTable(database, table, [...table.required, ...table.optional].filter((one) => found.has(one)));
    },
    close: () => database.close(),
  };
}

const spec = (name: string) => ({ name, type: "text" as const });

/** Columns of the tables and views that have the name of one of the original's, by `schema.table`. */
async function foundColumns(database: ReadDatabase): Promise<Map<string, Set<string>>> {
  const own = await database.selectColumns("select to_regclass('engine.asset_table')::text", [], [spec("own")]);
  if (own.own![0] !== null) {
    throw new OriginalDataError(
      `${database.location} is a database of Tandem, which needs no import: set it as DATABASE_URL.`,
    );
  }
  const names = [...new Set(originalTables.map(({ name }) => name))];
  const found = await database.selectColumns(
    `select n.nspname::text, c.relname::text, a.attname::text
     from pg_class c join pg_namespace n on n.oid = c.relnamespace join pg_attribute a on a.attrelid = c.oid
     where c.relkind in ('r', 'p', 'v', 'm', 'f') and a.attnum > 0 and not a.attisdropped
       and c.relname in (${names.map((_, i) => `$${i + 1}`).join(", ")})
     order by 1, 2, 3`,
    names,
    [spec("schema"), spec("table"), spec("column")],
  ) as Record<string, string[]>;
  const columns = new Map<string, Set<string>>();
  found.schema!.forEach((schema, i) => {
    const name = `${schema}.${found.table![i]}`;
    columns.set(name, (columns.get(name) ?? new Set()).add(found.column![i]!));
  });
  return columns;
}

/** Names come from {@link originalTables}; every value is read as PostgreSQL writes it, so that one that is wrong costs its row alone. */
async function readTable(
  database: ReadDatabase,
  table: OriginalTableSpec,
  present: readonly string[],
): Promise<OriginalTable> {
  const name = `${table.layer}.${table.name}`;
  const order = table.required.map((column) => `"${column}"::text collate "C"`).join(", ");
  const found = await database.selectColumns(
    `select ${
      present.map((column) => `"${column}"::text`).join(", ")
    } from "${table.layer}"."${table.name}" order by ${order}`,
    [],
    present.map(spec),
  ).catch((error) => {
    const said = error instanceof Error ? error.message : String(error);
    throw new OriginalDataError(`${name} of ${database.location} cannot be read: ${said}.`, { cause: error });
  }) as Record<string, (string | null)[]>;
  const rows = found[present[0]!]!.length;
  return { name, rows, columns: columnsOf(table, found, rows), place: (row) => `row ${row + 1}` };
}
