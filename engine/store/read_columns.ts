import type { ColumnData, ColumnSpec, Database } from "../../resources/database/database.ts";
import type { AnyAsset, Where } from "../declare/asset.ts";
import { orderOf } from "../declare/key_order.ts";
import { rowsAt } from "../declare/row_schema.ts";
import type { PartitionSet } from "../partitions/mod.ts";
import { partitionCondition, quoted, tableOf } from "./asset_table.ts";
import { rowFilesOf } from "./row_files.ts";
import { readInPieces } from "./row_pieces.ts";

/** Some columns of the rows of one materialization, in key order; only of some partitions, if given. */
export async function readColumns(
  database: Database,
  asset: AnyAsset,
  names: readonly string[],
  materialization: number,
  { within = null, where = [], signal }: {
    within?: PartitionSet | null;
    /** Only rows with one of these texts in each of the columns. */
    where?: readonly Where[];
    signal?: AbortSignal;
  } = {},
): Promise<Record<string, ColumnData>> {
  const files = rowFilesOf(database, asset);
  if (files) return await files.columns(names, materialization, { within, where, signal });
  const specOf = (name: string) => {
    const found = asset.schema.columns.find((c) => c.name === name);
    if (!found) throw new RangeError(`"${asset.key}" has no column "${name}".`);
    return { name, type: found.type };
  };
  const { primaryKey } = asset.schema;
  const columns = names.map(specOf);
  const parameters: (string | number)[] = [materialization];
  const conditions = within === null ? [] : [partitionCondition(asset, within.rectangles(), parameters)];
  for (const { column, values } of where) {
    const type = asset.schema.columns.find(({ name }) => name === column)?.type;
    if (type !== "text" && type !== "date") {
      throw new RangeError(`"${asset.key}" has no column "${column}" of texts or dates.`);
    }
    if ("from" in values) {
      parameters.push(values.from);
      conditions.push(`"${column}" >= $${parameters.length}::text${type === "date" ? "::date" : ' COLLATE "C"'}`);
      continue;
    }
    if (values.length === 1) {
      // Of a list the planner expects any number of rows, and reads a table of half a million for the few of one key.
      parameters.push(values[0]!);
      conditions.push(`"${column}" = $${parameters.length}::text${type === "date" ? "::date" : ' COLLATE "C"'}`);
      continue;
    }
    if (type === "date" && values.length > 0) {
      // A range in addition: the planner can estimate the rows between two dates, but not those of a list.
      const sorted = values.toSorted();
      parameters.push(sorted[0]!, sorted.at(-1)!);
      conditions.push(
        `"${column}" BETWEEN $${parameters.length - 1}::text::date AND $${parameters.length}::text::date`,
      );
    }
    parameters.push(JSON.stringify(values));
    const value = type === "date" ? "value::date" : 'value COLLATE "C"';
    conditions.push(
      `"${column}" IN (SELECT ${value} FROM jsonb_array_elements_text($${parameters.length}::text::jsonb) AS value)`,
    );
  }
  const all = [...new Set([...names, ...primaryKey])];
  const select = (conditions: readonly string[]) =>
    `SELECT ${quoted(all)} FROM ${tableOf(asset)} WHERE ${conditions.join(" AND ")}`;
  const rows = (version: string) => select([version, "_from <= $1", ...conditions]);
  // In two parts: the index of current rows serves the first, and for the latest version there is no second.
  const query = `${rows("_until IS NULL")} UNION ALL ${
    rows(
      `_until > $1 AND (SELECT EXISTS (SELECT FROM engine.materialization WHERE asset_key = '${asset.key}' AND id > $1))`,
    )
  }`;
  const isWhole = within === null && where.length === 0;
  if (!isSortedHere(asset) || (!isWhole && database.kind === "postgres")) {
    const sorted = `SELECT ${quoted(names)} FROM (${query}) r ORDER BY ${quoted(primaryKey)}`;
    return await database.selectColumns(sorted, parameters, columns, { signal });
  }
  // Rows of a whole table are mostly in key order already: the database would sort half a million of them on disk.
  const specs = all.map(specOf);
  const leading = leadingValues(asset, { within, where });
  const read = await (database.kind === "embedded"
    ? readInPieces(
      database,
      asset,
      { materialization, conditions, parameters, leading, columns: specs, select, query },
      { signal },
    )
    : database.selectColumns(query, parameters, specs, { signal }));
  const order = orderOf(primaryKey.map((name) => read[name]!));
  const wanted = Object.fromEntries(names.map((name) => [name, read[name]!]));
  return order ? rowsAt(wanted, order) : wanted;
}

/** The values of the first key column that some rows may have; `null` if there is no list of them. */
function leadingValues(
  { schema, partitionedBy }: AnyAsset,
  { within, where }: {
    within: PartitionSet | null;
    where: readonly Where[];
  },
): readonly string[] | null {
  const [first] = schema.primaryKey;
  const listed = where.find(({ column }) => column === first);
  if (listed && !("from" in listed.values)) return listed.values;
  if (within === null || partitionedBy?.name !== first) return null;
  const names = within.rectangles().map(({ names }) => names);
  return names.includes(null) ? null : names.flatMap((names) => names!);
}

/** Whether the keys of an asset sort here as in the database. */
export function isSortedHere({ schema }: AnyAsset): boolean {
  return schema.columns.every(({ name, type }) => !schema.primaryKey.includes(name) || sortedHere.includes(type));
}

const sortedHere: readonly ColumnSpec["type"][] = ["text", "date", "bigint", "integer", "double precision", "boolean"];
