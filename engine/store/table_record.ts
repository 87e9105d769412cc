import type postgres from "postgres";
import type { Sql } from "../../resources/database/database.ts";
import type { Layer } from "../declare/asset.ts";
import type { FoundFiles, FoundTable, TableShape } from "./table_shape.ts";

/** Records of the table of an asset (engine.asset_table). */
export interface TableRecord extends TableShape {
  key: string;
  altered: number;
  lostUntil: number;
  lostBecause: string | null;
  remakeUntil: number;
  remakeBecause: string | null;
  judgedBy: readonly string[];
}

/** The tables of assets in the database, and their records. */
export interface Tables {
  records: ReadonlyMap<string, TableRecord>;
  /** Rows in files, by the asset's key. */
  files: ReadonlyMap<string, FoundFiles>;
  /** Tables by name, which is the asset's key. */
  found: ReadonlyMap<string, readonly FoundTable[]>;
  latest: ReadonlyMap<string, { id: number; rowCount: number; dataVersion: string; stepKey: string }>;
  /** Names of the checks that have tested published rows, by key; for assets without a record. */
  judgedBy: ReadonlyMap<string, readonly string[]>;
  /** Number of the last alteration. */
  alteration: number;
  /** The newest materialization of any asset; 0 for none. */
  lastMaterialization: number;
}

/** Files that are not in their store, by id, as addresses. */
export type MissingFiles = ReadonlyMap<number, string>;

/** The schema of each layer, as rows `layer`, `oid`. */
export const layerSchemas = `(
  SELECT * FROM (VALUES ('raw', 'raw'::regnamespace), ('silver', 'silver'::regnamespace), ('gold', 'gold'::regnamespace)) AS v(layer, oid)
)`;

/** Reads the tables of assets: eight queries, and one for each fifty tables. */
export async function readTables(tx: Sql, keys: readonly string[], missing: MissingFiles): Promise<Tables> {
  const records = await tx<TableRecord[]>`
    SELECT asset_key AS key, storage, layer, columns, to_json(primary_key) AS "primaryKey", partitioned_by AS "partitionedBy", producer, partitioned, altered,
           lost_until AS "lostUntil", lost_because AS "lostBecause", remake_until AS "remakeUntil",
           remake_because AS "remakeBecause", to_json(judged_by) AS "judgedBy"
    FROM engine.asset_table WHERE asset_key = ANY(${keys}::text[])`;
  const layers = tx.unsafe(layerSchemas);
  const columns = await tx<{ layer: Layer; key: string; name: string; type: string }[]>`
    SELECT n.layer, c.relname AS key, a.attname AS name, format_type(a.atttypid, a.atttypmod) AS type
    FROM ${layers} n JOIN pg_class c ON c.relnamespace = n.oid JOIN pg_attribute a ON a.attrelid = c.oid
    WHERE c.relkind = 'r' AND c.relname = ANY(${keys}::text[]) AND a.attnum > 0 AND NOT a.attisdropped
    ORDER BY a.attnum`;
  const indexes = await tx<{ layer: Layer; key: string; name: string; columns: string[] }[]>`
    SELECT n.layer, t.relname AS key, i.relname AS name,
           (SELECT json_agg(a.attname ORDER BY k.place) FROM unnest(x.indkey) WITH ORDINALITY AS k(number, place)
            JOIN pg_attribute a ON a.attrelid = x.indrelid AND a.attnum = k.number) AS columns
    FROM pg_index x JOIN pg_class i ON i.oid = x.indexrelid JOIN pg_class t ON t.oid = x.indrelid
    JOIN ${layers} n ON n.oid = t.relnamespace
    WHERE t.relname = ANY(${keys}::text[]) AND i.relname LIKE '%\\_current\\_%' AND x.indisunique`;
  const latest = await tx<{ key: string; id: number; rowCount: number; dataVersion: string; stepKey: string }[]>`
    SELECT m.asset_key AS key, m.id, m.row_count AS "rowCount", m.data_version AS "dataVersion",
           m.step_key AS "stepKey"
    FROM unnest(${keys}::text[]) AS k(key)
    CROSS JOIN LATERAL (SELECT * FROM engine.materialization WHERE asset_key = k.key ORDER BY id DESC LIMIT 1) m`;
  const files = await tx<{ key: string; id: number; current: boolean }[]>`
    SELECT asset_key AS key, id, until_materialization IS NULL AS current FROM engine.row_file
    WHERE asset_key = ANY(${keys}::text[]) AND from_materialization IS NOT NULL AND NOT retired`;
  const filesOf = [...Map.groupBy(files, ({ key }) => key)].map(([key, own]): [string, FoundFiles] => {
    const current = own.filter((file) => file.current);
    return [key, {
      hasCurrent: current.length > 0,
      missing: current.flatMap(({ id }) => missing.get(id) ?? []),
    }];
  });
  const recorded = new Set(records.map(({ key }) => key));
  const judged = await tx<{ key: string; name: string }[]>`
    SELECT DISTINCT asset_key AS key, name FROM engine.check_result
    WHERE asset_key = ANY(${keys.filter((key) => !recorded.has(key))}::text[]) AND materialization_id IS NOT NULL`;
  const [last] = await tx<{ alteration: number; materialization: number }[]>`
    SELECT engine.last_alteration() AS alteration,
           (SELECT coalesce(max(id), 0) FROM engine.materialization) AS materialization`;
  const byTable = Map.groupBy(columns, ({ layer, key }) => `${layer}.${key}`);
  const rows = await rowsOf(
    tx,
    [...byTable].filter(([, found]) => found.some(({ name }) => name === "_until")).map(([name]) => name),
  );
  const indexesOf = Map.groupBy(indexes, ({ layer, key }) => `${layer}.${key}`);
  const found = new Map<string, FoundTable[]>();
  for (const [name, its] of byTable) {
    const { layer, key } = its[0]!;
    const table: FoundTable = {
      layer,
      columns: new Map(its.map((column) => [column.name, column.type])),
      indexes: new Map(indexesOf.get(name)?.map((index) => [index.name, index.columns])),
      // A table without versions does not belong to the engine, and may have any content.
      ...rows.get(name) ?? { hasCurrent: true, hasRows: true },
    };
    found.set(key, [...found.get(key) ?? [], table]);
  }
  return {
    records: new Map(records.map((record) => [record.key, record])),
    files: new Map(filesOf),
    found,
    latest: new Map(latest.map(({ key, ...version }) => [key, version])),
    judgedBy: new Map([...Map.groupBy(judged, ({ key }) => key)].map(([key, its]) => [key, its.map((j) => j.name)])),
    alteration: last!.alteration,
    lastMaterialization: last!.materialization,
  };
}

/** Recorded tables of assets that are not among `declared`, as `layer.key`. */
export async function undeclaredTables(sql: Sql, declared: readonly string[]): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    SELECT n.layer || '.' || c.relname AS name
    FROM ${sql.unsafe(layerSchemas)} n JOIN pg_class c ON c.relnamespace = n.oid
    JOIN engine.asset_table r ON r.asset_key = c.relname
    WHERE c.relkind = 'r' AND c.relname <> ALL(${declared}::text[])
    ORDER BY c.relname, n.layer`;
  return rows.map(({ name }) => name);
}

/** Number of tables per statement: planning memory grows with each. */
const tablesAtOnce = 50;

/** Which of the tables have rows, by name. */
async function rowsOf(
  tx: Sql,
  names: readonly string[],
): Promise<Map<string, { hasCurrent: boolean; hasRows: boolean }>> {
  const quoted = (name: string) => name.split(".").map((part) => `"${part}"`).join(".");
  const found = new Map<string, { hasCurrent: boolean; hasRows: boolean }>();
  for (let start = 0; start < names.length; start += tablesAtOnce) {
    const looks = names.slice(start, start + tablesAtOnce).map((name) =>
      `SELECT '${name}' AS name, EXISTS (SELECT FROM ${quoted(name)} WHERE _until IS NULL) AS "hasCurrent",
              EXISTS (SELECT FROM ${quoted(name)}) AS "hasRows"`
    );
    const rows = await tx.unsafe<{ name: string; hasCurrent: boolean; hasRows: boolean }[]>(looks.join(" UNION ALL "));
    for (const { name, ...has } of rows) found.set(name, has);
  }
  return found;
}

/** Writes the records that have changed since they were read. */
export async function writeRecords(
  tx: postgres.TransactionSql,
  records: readonly TableRecord[],
  { records: before }: Pick<Tables, "records">,
): Promise<void> {
  const changed = records.filter((record) => !isSame(record, before.get(record.key)));
  if (changed.length === 0) return;
  await tx`
    INSERT INTO engine.asset_table
      (asset_key, storage, layer, columns, primary_key, partitioned_by, producer, partitioned, altered, lost_until, lost_because,
       remake_until, remake_because, judged_by)
    SELECT r.key, r.storage, r.layer, r.columns, r."primaryKey", nullif(r."partitionedBy", 'null'::jsonb), r.producer, r.partitioned, r.altered,
           r."lostUntil", r."lostBecause", r."remakeUntil", r."remakeBecause", r."judgedBy"
    FROM jsonb_to_recordset(${tx.json(changed as unknown as postgres.JSONValue)}) AS r(
      key text, storage text, layer text, columns jsonb, "primaryKey" text[], "partitionedBy" jsonb, producer text, partitioned boolean,
      altered bigint, "lostUntil" bigint, "lostBecause" text, "remakeUntil" bigint, "remakeBecause" text, "judgedBy" text[])
    ON CONFLICT (asset_key) DO UPDATE SET
      storage = excluded.storage, layer = excluded.layer, columns = excluded.columns, primary_key = excluded.primary_key, partitioned_by = excluded.partitioned_by,
      producer = excluded.producer, partitioned = excluded.partitioned, altered = excluded.altered,
      lost_until = excluded.lost_until, lost_because = excluded.lost_because, remake_until = excluded.remake_until,
      remake_because = excluded.remake_because, judged_by = excluded.judged_by`;
}

function isSame(record: TableRecord, before: TableRecord | undefined): boolean {
  const text = (one: TableRecord) =>
    JSON.stringify([
      one.storage,
      one.layer,
      Object.entries(one.columns).sort(),
      one.primaryKey,
      one.partitionedBy && [one.partitionedBy.name ?? null, one.partitionedBy.date ?? null],
      one.producer,
      one.partitioned,
      one.altered,
      one.lostUntil,
      one.lostBecause,
      one.remakeUntil,
      one.remakeBecause,
      one.judgedBy,
    ]);
  return before !== undefined && text(record) === text(before);
}
