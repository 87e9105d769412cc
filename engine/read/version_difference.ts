import { z } from "zod";
import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { invalid } from "../declare/row_values.ts";
import { named } from "../record_schema.ts";
import { asOf, quoted, tableOf } from "../store/asset_table.ts";
import { differencesInFiles, type RowDifference } from "../store/file_difference.ts";
import { rowFilesOf } from "../store/row_files.ts";
import { type AsOf, versionOf } from "./row_version.ts";

const row = z.record(z.string(), z.unknown());

/** Difference of the rows of two versions of an asset. Rows are matched by the primary key. */
export const VersionDifference = named(
  "VersionDifference",
  z.strictObject({
    asset: z.string(),
    from: z.int().describe("Materialization of the earlier version"),
    to: z.int().describe("Materialization of the later version"),
    rowsAdded: z.int().min(0),
    rowsRemoved: z.int().min(0),
    rowsChanged: z.int().min(0),
    sample: z.array(z.strictObject({
      change: z.enum(["added", "removed", "changed"]),
      before: row.nullable().describe("null for an added row"),
      after: row.nullable().describe("null for a removed row"),
    })).describe("The first of each kind of change, in key order"),
  }),
);
export type VersionDifference = z.infer<typeof VersionDifference>;

/** Maximum number of rows of each kind of change in the sample. */
const mostSampled = 20;

/**
 * The difference between the rows of two versions. Only rows added or removed in between are read.
 *
 * @throws {InvalidRequestError} If there is no such version, if one can no longer be read, or if they are in the wrong order.
 */
export async function versionDifference(
  database: Database,
  asset: AnyAsset,
  { from, to }: { from: AsOf; to?: AsOf },
): Promise<VersionDifference> {
  const [earlier, later] = [
    await versionOf(database.sql, asset, { asOf: from }),
    await versionOf(database.sql, asset, { asOf: to }),
  ];
  if (!earlier || !later) throw invalid("to", `"${asset.key}" has no rows yet.`);
  if (earlier.id > later.id) {
    throw invalid("from", `Materialization ${earlier.id} came after ${later.id}: the earlier version is wanted first.`);
  }
  const versions = { asset: asset.key, from: earlier.id, to: later.id };
  const files = rowFilesOf(database, asset);
  if (files) return { ...versions, ...summaryOf(await differencesInFiles(files, asset, versions)) };
  const { columns, primaryKey } = asset.schema;
  const names = quoted(columns.map(({ name }) => name));
  const differences = `
    WITH gone AS (SELECT ${names} FROM ${tableOf(asset)} WHERE ${asOf(1)} AND NOT (${asOf(2)})),
    come AS (SELECT ${names} FROM ${tableOf(asset)} WHERE ${asOf(2)} AND NOT (${asOf(1)})),
    difference AS (
      SELECT ${quoted(primaryKey)}, to_jsonb(gone) AS before, to_jsonb(come) AS after,
             CASE WHEN gone IS NULL THEN 'added' WHEN come IS NULL THEN 'removed' ELSE 'changed' END AS change
      FROM (SELECT *, true AS "_there" FROM gone) AS gone FULL JOIN (SELECT *, true AS "_there" FROM come) AS come
      USING (${quoted(primaryKey)}) WHERE gone IS DISTINCT FROM come)`;
  const parameters = [earlier.id, later.id];
  const counts = await database.sql.unsafe<{ change: string; rows: number }[]>(
    `${differences} SELECT change, count(*)::integer AS rows FROM difference GROUP BY change`,
    parameters,
  );
  const sample = await database.sql.unsafe<VersionDifference["sample"]>(
    `${differences} SELECT change, before - '_there' AS before, after - '_there' AS after FROM (
       SELECT *, row_number() OVER (PARTITION BY change ORDER BY ${
      quoted(primaryKey)
    }) AS place FROM difference) numbered
     WHERE place <= ${mostSampled} ORDER BY change, place`,
    parameters,
  );
  const rows = (change: string) => counts.find((one) => one.change === change)?.rows ?? 0;
  return {
    ...versions,
    rowsAdded: rows("added"),
    rowsRemoved: rows("removed"),
    rowsChanged: rows("changed"),
    sample: [...sample],
  };
}

function summaryOf(differences: readonly RowDifference[]): Omit<VersionDifference, "asset" | "from" | "to"> {
  const of = (change: "added" | "changed" | "removed") =>
    differences.filter(({ before, after }) => (!before ? "added" : !after ? "removed" : "changed") === change)
      .map(({ before, after }) => ({ change, before, after }));
  const [added, changed, removed] = [of("added"), of("changed"), of("removed")];
  return {
    rowsAdded: added.length,
    rowsRemoved: removed.length,
    rowsChanged: changed.length,
    sample: [added, changed, removed].flatMap((some) => some.slice(0, mostSampled)),
  };
}
