import { z } from "zod";
import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { toRows } from "../declare/row_schema.ts";
import { invalid } from "../declare/row_values.ts";
import { list } from "../record_schema.ts";
import { parquetQueryOf, type Question, questionOf, type RowQuery, statementOf } from "../read/row_query.ts";
import { type Filter, operatorWords } from "../read/row_filter.ts";
import { versionOf } from "../read/row_version.ts";
import { tableOf } from "../store/asset_table.ts";
import type { RowVersion } from "../store/latest_versions.ts";
import { originColumn, rowFilesOf } from "../store/row_files.ts";

/** Provenance of rows: all their inputs. */
export const Receipt = z.strictObject({
  asset: z.string(),
  materialization: z.int().describe("The materialization that wrote the rows"),
  // Another asset for a further output.
  producer: z.string().describe("The asset whose function made them"),
  /** Null for reported rows. */
  runId: z.int().nullable(),
  committedAt: z.string(),
  dataVersion: z.string().describe("Of all rows after the materialization"),
  codeVersion: z.string().describe("Of the function, with the shape of its rows"),
  config: z.unknown().describe("The settings, complete"),
  /** Version reported by the outside source, for assets that read one. */
  sourceVersion: z.string().nullable(),
  /** The materializations read, with the versions of their rows. */
  upstream: z.array(z.strictObject({ asset: z.string(), materialization: z.int(), dataVersion: z.string() })),
  partitions: z.array(z.strictObject({
    names: list(z.string()).nullable().describe("null for all names"),
    dates: list(z.tuple([z.string(), z.string()]).readonly()).nullable().describe(
      "First and last of ranges; null for all dates",
    ),
  })).readonly().nullable().describe("The materialized partitions; null if the asset was made as a whole"),
  rows: z.array(z.record(z.string(), z.unknown())).describe("The requested rows"),
});
export type Receipt = z.infer<typeof Receipt>;

/** The rows to trace. */
export type ReceiptQuery = Pick<RowQuery, "asOf"> & { filters?: readonly Filter[] };

/** Maximum number of rows of one query. */
const mostRows = 1_000;

/**
 * Receipts of the rows of a query, the newest materialization first.
 *
 * @throws {InvalidRequestError} If the query does not fit the asset, or names no row or too many.
 */
export async function receiptsOf(database: Database, asset: AnyAsset, query: ReceiptQuery): Promise<Receipt[]> {
  const { filters = [], asOf } = query;
  const question = questionOf(asset, { filters });
  const version = await versionOf(database.sql, asset, { asOf });
  if (!version) throw invalid("key", `"${asset.key}" has no rows yet.`);
  const rows = await rowsWithOrigin(database, asset, question, version);
  if (rows.length === 0) {
    const named = filters.map(({ column, operator, value }) => `${column} ${operatorWords[operator]} ${value}`).join(
      ", ",
    );
    throw invalid("where", `"${asset.key}" has no row${named && ` with ${named}`}.`);
  }
  if (rows.length > mostRows) {
    throw invalid(
      "where",
      `More than ${mostRows.toLocaleString("en")} rows of "${asset.key}" are named. Name more columns: ${
        asset.schema.primaryKey.join(", ")
      } tell one from another.`,
    );
  }
  const byMaterialization = Map.groupBy(rows, ({ _from }) => Number(_from));
  const receipts = [...byMaterialization].sort(([a], [b]) => b - a).map(async ([id, rows]) => ({
    ...await recordOf(database, asset, id),
    rows: rows.map(({ _from, ...row }) => row),
  }));
  return await Promise.all(receipts);
}

type RowWithOrigin = Record<string, unknown> & { _from: number };

/** The rows, each with the materialization that added it. */
async function rowsWithOrigin(
  database: Database,
  asset: AnyAsset,
  question: Question,
  version: RowVersion,
): Promise<readonly RowWithOrigin[]> {
  const { columns } = question;
  const limit = mostRows + 1;
  const files = rowFilesOf(database, asset);
  if (files) {
    const selected = [...columns, originColumn];
    using found = await files.query(version.id, parquetQueryOf(question, { selected, limit }));
    return toRows({ columns: selected }, await found.read()) as RowWithOrigin[];
  }
  const { text, parameters } = statementOf(asset, question, {
    selected: columns.map(({ name }) => name),
    limit,
    of: version,
    extra: [`_from AS "_from"`],
  });
  return await database.sql.unsafe<RowWithOrigin[]>(text, parameters);
}

async function recordOf(database: Database, asset: AnyAsset, id: number): Promise<Omit<Receipt, "rows">> {
  const [found] = await database.sql<
    (Omit<Receipt, "rows" | "upstream"> & { upstream: Record<string, { materialization: number; version: string }> })[]
  >`
    SELECT asset_key AS asset, id AS materialization, step_key AS producer, run_id AS "runId",
           committed_at AS "committedAt", data_version AS "dataVersion", code_version AS "codeVersion",
           engine.with_config(asset_key, config_hash, config) AS config,
           source_version AS "sourceVersion", upstream, engine.with_names(step_key, partitions) AS partitions
    FROM engine.materialization WHERE id = ${id}`;
  if (!found) {
    throw invalid("where", `${tableOf(asset)} has rows of materialization ${id}, which has no record.`);
  }
  const upstream = Object.entries(found.upstream ?? {}).map(([key, { materialization, version }]) => ({
    asset: key,
    materialization,
    dataVersion: version,
  }));
  return { ...found, upstream };
}
