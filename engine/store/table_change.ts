import type postgres from "postgres";
import type { Sql } from "../../resources/database/database.ts";
import type { AnyAsset, Layer } from "../declare/asset.ts";
import type { AssetGraph } from "../declare/graph.ts";
import { hashOf } from "../declare/row_schema.ts";
import { DefinitionError } from "../errors.ts";
import { columnDefinition, dropIndex, historyColumns, quoted, tableOf } from "./asset_table.ts";
import type { TableRecord, Tables } from "./table_record.ts";
import {
  conversionOf,
  type FoundFiles,
  type FoundTable,
  hasSamePartitions,
  hasSameTable,
  isDividedAlike,
  shapeOf,
  type TableShape,
} from "./table_shape.ts";

/** Changes to the table of one asset. */
export interface TableChange {
  asset: AnyAsset;
  shape: TableShape;
  record: TableRecord;
  table: FoundTable | undefined;
  /** Tables of the same name in other schemas, and in any for rows in files. */
  others: readonly FoundTable[];
  /** Its files; `undefined` if its rows belong in a table and there are none. */
  files: FoundFiles | undefined;
  /** Its latest materialization with rows expected in the table. */
  latest: { id: number; rowCount: number } | undefined;
  /** Why the table cannot stay and is replaced. */
  replaced: string | undefined;
  /** Statements that alter the table in place. */
  inPlace: readonly string[];
  /** Why its versions count as stale although their rows stay. */
  remake: string | undefined;
  /** Whether it was made by another function before, with or without partitions instead, or by other partition columns. */
  isRedivided: boolean;
}

/** Whether the asset has a table to go on with, or had one and gets another. Its first publication creates the first one. */
export function keepsTable({ shape, table, latest }: TableChange): boolean {
  return shape.storage === "table" && (table !== undefined || latest !== undefined);
}

/** Whether the table is altered, moved, replaced or found to be lost, or another one is to be created than before. */
export function alters(
  { shape, record, table, others, latest, replaced, inPlace, isRedivided }: TableChange,
): boolean {
  if (shape.storage !== record.storage) return true;
  if (shape.storage === "table" && !table && (latest !== undefined || !hasSameTable(shape, record))) return true;
  return others.length > 0 || replaced !== undefined || inPlace.length > 0 || isRedivided;
}

/**
 * Compares the table of an asset with its declaration.
 *
 * @throws {DefinitionError} If a table of its name does not belong to the engine.
 */
export async function changeOf(
  tx: postgres.TransactionSql,
  { asset, graph, tables, inFiles }: { asset: AnyAsset; graph: AssetGraph; tables: Tables; inFiles: boolean },
): Promise<TableChange> {
  const { key } = asset;
  const shape = shapeOf(asset, graph, inFiles);
  const recorded = tables.records.get(key);
  const known = tables.latest.get(key);
  const latest = known && known.id > (recorded?.lostUntil ?? 0) ? known : undefined;
  const candidates = tables.found.get(key) ?? [];
  const foreign = recorded || known ? undefined : candidates.find((found) => !hasVersions(found));
  if (foreign) {
    throw new DefinitionError(
      `"${foreign.layer}"."${key}" is a table that Tandem did not make, where the asset "${key}" has its own. ` +
        "Move it to another schema, or rename it.",
    );
  }
  const home = await homeOf(tx, { key, shape, recorded, candidates, latest });
  const table = inFiles ? undefined : home;
  const record = recorded ?? {
    ...shape,
    key,
    ...(home && {
      storage: "table" as const,
      layer: home.layer,
      columns: Object.fromEntries([...home.columns].filter(([name]) => !name.startsWith("_"))),
      primaryKey: [...home.indexes.values()][0] ?? shape.primaryKey,
    }),
    // The recorded producer, not the declared one: it made the rows.
    ...(known && { producer: known.stepKey, partitioned: known.dataVersion.startsWith("cells.") }),
    altered: 0,
    lostUntil: 0,
    lostBecause: null,
    remakeUntil: 0,
    remakeBecause: null,
    judgedBy: latest ? tables.judgedBy.get(key) ?? [] : asset.checks.map(({ name }) => name),
  };
  const change: TableChange = {
    asset,
    shape,
    record,
    table,
    others: candidates.filter((other) => other !== table),
    files: tables.files.get(key),
    latest,
    replaced: undefined,
    inPlace: [],
    remake: latest && remakeOf(shape, record),
    isRedivided: latest !== undefined && !(hasSamePartitions(shape.partitionedBy, record.partitionedBy) &&
      shape.partitioned === record.partitioned && shape.producer === record.producer),
  };
  if (shape.storage !== record.storage && latest) {
    change.replaced = otherPlace[shape.storage];
    return change;
  }
  if (inFiles) {
    if (latest) change.replaced = misfitOfFiles(change);
    return change;
  }
  if (!table) return change;
  change.replaced = misfitOf(shape, { record, recorded, table, latest });
  if (change.replaced === undefined) Object.assign(change, await adapted(tx, change, table));
  return change;
}

/** The table with the asset's rows: in the recorded place, or else in the declared one. */
async function homeOf(
  tx: Sql,
  { key, shape, recorded, candidates, latest }: {
    key: string;
    shape: TableShape;
    recorded: TableRecord | undefined;
    candidates: readonly FoundTable[];
    latest: TableChange["latest"];
  },
): Promise<FoundTable | undefined> {
  const at = (layer: Layer | undefined) => candidates.find((table) => table.layer === layer);
  const declared = at(recorded?.layer) ?? at(shape.layer);
  if (candidates.length < 2 || recorded || !latest) return declared ?? candidates[0];
  // Only the rows identify the table.
  for (const table of declared ? [declared, ...candidates] : candidates) {
    if (!hasVersions(table)) continue;
    const [row] = await tx.unsafe<{ count: number }[]>(
      `SELECT count(*) FROM "${table.layer}"."${key}" WHERE _from <= $1 AND (_until IS NULL OR _until > $1)`,
      [latest.id],
    );
    if (row!.count === latest.rowCount) return table;
  }
  return declared ?? candidates[0];
}

function hasVersions({ columns }: FoundTable): boolean {
  return historyColumns.every(({ name, type }) => columns.get(name) === type);
}

function remakeOf(shape: TableShape, record: TableRecord): string | undefined {
  if (shape.producer !== record.producer) {
    return `it was made by ${record.producer}, and ${shape.producer} makes it now`;
  }
  return record.partitioned && !shape.partitioned ? "it was made by partitions, but is made as a whole now" : undefined;
}

/** Why the rows of a table cannot be those of the asset, judged by its columns; a fragment without its subject. */
function misfitOf(
  shape: TableShape,
  { record, recorded, table, latest }: {
    record: TableRecord;
    recorded: TableRecord | undefined;
    table: FoundTable;
    latest: TableChange["latest"];
  },
): string | undefined {
  if (!hasVersions(table)) return "it lacks the columns _from and _until";
  if (!table.hasCurrent && latest && latest.rowCount > 0) {
    return `it has none of the ${latest.rowCount} rows of materialization ${latest.id}`;
  }
  if (table.hasCurrent && !latest) return "its rows belong to no materialization";
  if (!table.hasRows) return undefined;
  if (shape.partitioned && record.partitioned && !isDividedAlike(shape.partitionedBy, record.partitionedBy)) {
    return `its partitions were told apart by ${partitionsInWords(record.partitionedBy)}, and are by ${
      partitionsInWords(shape.partitionedBy)
    } now`;
  }
  for (const [name, type] of Object.entries(shape.columns)) {
    const is = table.columns.get(name);
    const was = recorded?.columns[name];
    if (was !== undefined && is !== was) {
      return `its column "${name}" was altered by hand${is === undefined ? "" : ` from ${was} to ${is}`}`;
    }
    if (is !== undefined && is !== type && !conversionOf(name, is, type)) {
      return `its column "${name}" was ${is} and is ${type} now`;
    }
    if (is === undefined && shape.primaryKey.includes(name)) return `its key has the new column "${name}"`;
  }
  const dropped = record.primaryKey.find((name) => !shape.primaryKey.includes(name));
  return dropped === undefined ? undefined : `its key no longer has the column "${dropped}"`;
}

function partitionsInWords(partitionedBy: TableShape["partitionedBy"]): string {
  return [partitionedBy?.name, partitionedBy?.date].filter((column) => column !== undefined).join(" and ") || "nothing";
}

/** Why rows are replaced that were kept in another place, by the new one. */
const otherPlace = {
  table: "its rows were in Parquet files, and are in the database now",
  parquet: "its rows were in the database, and are in Parquet files now",
};

/** Why the rows in files cannot be those of the asset; a fragment without its subject. */
function misfitOfFiles({ shape, record, files, latest, isRedivided }: TableChange): string | undefined {
  if (latest!.rowCount > 0 && !files?.hasCurrent) {
    return `it has no file with the ${latest!.rowCount} rows of materialization ${latest!.id}`;
  }
  const [missing, ...more] = files?.missing ?? [];
  if (missing !== undefined) {
    return `${missing}${more.length === 0 ? " is" : ` and ${more.length} more of its files are`} missing`;
  }
  if (isRedivided) return "its partitions were others, or another asset made it";
  for (const [name, was] of Object.entries(record.columns)) {
    const is = shape.columns[name] ?? was;
    if (is !== was) return `its column "${name}" was ${was} and is ${is} now`;
  }
  return shape.primaryKey.join() === record.primaryKey.join()
    ? undefined
    : `its key was ${record.primaryKey.join(", ")}`;
}

/** Statements that bring a table to its declared shape, or why its rows prevent that. */
async function adapted(
  tx: Sql,
  { asset, shape, record }: TableChange,
  table: FoundTable,
): Promise<Pick<TableChange, "inPlace" | "replaced">> {
  const at = `"${table.layer}"."${asset.key}"`;
  const isThere = async (condition: string) => {
    if (!table.hasRows) return false;
    const [row] = await tx.unsafe<{ found: boolean }[]>(
      `SELECT EXISTS (SELECT FROM ${at} WHERE ${condition}) AS found`,
    );
    return row!.found;
  };
  const inPlace: string[] = [];
  for (const column of asset.schema.columns) {
    const { name } = column;
    const [is, type] = [table.columns.get(name), shape.columns[name]!];
    if (is === undefined) {
      inPlace.push(`ALTER TABLE ${at} ADD COLUMN ${columnDefinition(column)}`);
    } else if (is !== type) {
      const conversion = conversionOf(name, is, type);
      if (table.hasRows && (!conversion || await isThere(conversion.unless))) {
        return { inPlace: [], replaced: `its column "${name}" was ${is} and is ${type} now` };
      }
      // Without rows there is no value to keep.
      const using = conversion?.using ?? "NULL";
      inPlace.push(`ALTER TABLE ${at} ALTER COLUMN ${columnDefinition(column).replace(" ", " TYPE ")} USING ${using}`);
    }
  }
  const index = indexName(asset);
  const isIndexed = shape.primaryKey.join() === table.indexes.get(index)?.join();
  if (!isIndexed) {
    for (const name of shape.primaryKey.filter((name) => !record.primaryKey.includes(name))) {
      if (!await isThere(`"${name}" IS NULL`)) continue;
      return { inPlace: [], replaced: `its key has "${name}" now, which some of its rows lack` };
    }
    const repeated = `_until IS NULL GROUP BY ${quoted(shape.primaryKey)} HAVING count(*) > 1`;
    if (await isThere(repeated)) {
      return { inPlace: [], replaced: `some of its rows share the key ${shape.primaryKey.join(", ")}` };
    }
  }
  const stale = [...table.indexes.keys()].filter((name) => !isIndexed || name !== index);
  inPlace.push(...stale.map((name) => dropIndex(table.layer, name)));
  if (table.layer !== shape.layer) inPlace.push(`ALTER TABLE ${at} SET SCHEMA "${shape.layer}"`);
  if (!isIndexed) inPlace.push(indexStatement(asset));
  return { inPlace, replaced: undefined };
}

/** Name of the index of an asset's current rows on their key. */
export function indexName({ key, schema }: AnyAsset): string {
  const { primaryKey } = schema;
  // PostgreSQL truncates names to 63 bytes: the hash distinguishes long keys.
  return `${key.slice(0, 40)}_current_${hashOf(key.length > 40 ? [key, primaryKey] : primaryKey).slice(0, 8)}`;
}

/** Statement that creates the index of an asset's current rows on their key. */
export function indexStatement(asset: AnyAsset): string {
  const columns = quoted(asset.schema.primaryKey);
  return `CREATE UNIQUE INDEX "${indexName(asset)}" ON ${tableOf(asset)} (${columns}) WHERE _until IS NULL`;
}
