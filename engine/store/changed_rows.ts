import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { partitionCondition, tableOf } from "./asset_table.ts";
import { differencesInFiles } from "./file_difference.ts";
import { insideOf, type RowFiles, rowFilesOf } from "./row_files.ts";
import { inWords } from "../declare/row_values.ts";
import type { PartitionSet } from "../partitions/mod.ts";

/** Maximum number of reported rows, and of their columns. */
const maxRows = 5;
const maxColumns = 4;

/**
 * Some rows of an asset that differ between two materializations, in key order, as sentences: `AAPL 2020-08-31: ratio 1 → 4`,
 * `added …`, `removed …`. One query, which reads only the reported rows.
 *
 * Empty if the rows of either materialization are no longer kept.
 *
 * @param since The materialization before the change.
 * @param until The materialization after it.
 * @param within Only rows of these partitions.
 */
export async function changedRows(
  database: Database,
  asset: AnyAsset,
  { since, until, within }: { since: number; until: number; within: PartitionSet | null },
): Promise<string[]> {
  const files = rowFilesOf(database, asset);
  const { primaryKey, columns } = asset.schema;
  const found = files
    ? await changedInFiles(database, asset, { since, until, within, files })
    : await changedInTable(database, asset, { since, until, within });
  const keyOf = (row: Record<string, unknown>) => primaryKey.map((name) => inWords(row[name])).join(" ");
  const others = columns.map(({ name }) => name).filter((name) => !primaryKey.includes(name));
  const byKey = Map.groupBy(found, ({ row }) => keyOf(row));
  const sentences = Array.from(byKey, ([key, versions]) => {
    const before = versions.find(({ came }) => !came)?.row;
    const after = versions.find(({ came }) => came)?.row;
    const listed = (names: readonly string[], tell: (name: string) => string) => {
      const more = names.length > maxColumns ? ` and ${names.length - maxColumns} more columns` : "";
      return names.length === 0 ? "" : `: ${names.slice(0, maxColumns).map(tell).join(", ")}${more}`;
    };
    if (before && after) {
      const changed = others.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
      return `${key}${listed(changed, (name) => `${name} ${inWords(before[name])} → ${inWords(after[name])}`)}`;
    }
    const row = (after ?? before)!;
    return `${after ? "added" : "removed"} ${key}${listed(others, (name) => `${name} ${inWords(row[name])}`)}`;
  });
  return sentences.slice(0, maxRows);
}

interface Change {
  since: number;
  until: number;
  within: PartitionSet | null;
}

/** A row that was added (`came`) or removed. */
interface ChangedRow {
  came: boolean;
  row: Record<string, unknown>;
}

/** The condition that the rows of both versions, `$1` and `$2`, are kept. */
function areKept({ key }: AnyAsset): string {
  return `$1 >= (SELECT coalesce(max(lost_until), 0) FROM engine.asset_table WHERE asset_key = '${key}')
       AND NOT EXISTS (SELECT FROM engine.materialization WHERE id IN ($1, $2) AND rows_pruned)`;
}

async function changedInTable(
  database: Database,
  asset: AnyAsset,
  { since, until, within }: Change,
): Promise<readonly ChangedRow[]> {
  const parameters: (string | number)[] = [since, until];
  const here = within === null || !asset.partitionedBy
    ? "true"
    : partitionCondition(asset, within.rectangles(), parameters);
  const { primaryKey } = asset.schema;
  return await database.sql.unsafe<ChangedRow[]>(
    `SELECT _from > $1 AS came, to_jsonb(t) - '_from' - '_until' AS row FROM ${tableOf(asset)} t
     WHERE ${areKept(asset)}
       AND ((_from > $1 AND _from <= $2 AND (_until IS NULL OR _until > $2)) OR (_from <= $1 AND _until > $1 AND _until <= $2))
       AND ${here}
     ORDER BY ${primaryKey.map((name) => `"${name}"`).join(", ")}, _from LIMIT ${2 * maxRows + 1}`,
    parameters,
  );
}

async function changedInFiles(
  database: Database,
  asset: AnyAsset,
  { since, until, within, files }: Change & { files: RowFiles },
): Promise<readonly ChangedRow[]> {
  const [kept] = await database.sql.unsafe<{ kept: boolean }[]>(`SELECT ${areKept(asset)} AS kept`, [since, until]);
  if (!kept!.kept) return [];
  const partition = within && asset.partitionedBy;
  const isInside = partition ? insideOf(within.rectangles()) : () => true;
  const of = (row: Record<string, unknown>, column: string | undefined) => column ? row[column] as string : "";
  const found: ChangedRow[] = [];
  for (const { before, after } of await differencesInFiles(files, asset, { from: since, to: until })) {
    const row = (before ?? after)!;
    if (partition && !isInside(of(row, partition.name), of(row, partition.date))) continue;
    if (before) found.push({ came: false, row: before });
    if (after) found.push({ came: true, row: after });
    if (found.length > 2 * maxRows) break;
  }
  return found;
}
