import { z } from "zod";
import type { Database } from "../../resources/database/database.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { invalid } from "../declare/row_values.ts";
import { named } from "../record_schema.ts";
import { rowFilesOf } from "../store/row_files.ts";
import { type AsOf, versionOf } from "./row_version.ts";

/** The files with the rows of a version. */
export const RowFileList = named(
  "RowFileList",
  z.strictObject({
    asset: z.string(),
    materialization: z.int().nullable().describe("The version; null if there is none yet"),
    rows: z.int().min(0).describe("Of all files together"),
    files: z.array(z.strictObject({
      address: z.string().describe("Path in the service's file system, or s3:// address"),
      segment: z.string().describe("Month of the rows; empty if the asset has no date"),
      rows: z.int().min(0),
      bytes: z.int().min(0),
      materialization: z.int().describe("The first one with this file"),
    })),
  }),
);
export type RowFileList = z.infer<typeof RowFileList>;

/**
 * The files of a version of an asset, for programs that read them without Tandem.
 *
 * @throws {InvalidRequestError} If its rows are not in files, or there is no such version.
 */
export async function rowFileList(
  database: Database,
  asset: AnyAsset,
  { asOf }: { asOf?: AsOf },
): Promise<RowFileList> {
  const files = rowFilesOf(database, asset);
  if (!files) {
    throw invalid(
      "key",
      `The rows of "${asset.key}" are in the database. PARQUET_ASSETS names the assets with rows in files; ` +
        `/v1/assets/${asset.key}/rows?format=parquet returns them as a file.`,
    );
  }
  const version = await versionOf(database.sql, asset, { asOf });
  const found = version ? await files.of(version.id) : [];
  return {
    asset: asset.key,
    materialization: version?.id ?? null,
    rows: found.reduce((sum, { rows }) => sum + rows, 0),
    files: found.map(({ path, segment, rows, bytes, from }) => ({
      address: files.store.addressOf(path),
      segment,
      rows,
      bytes,
      materialization: from,
    })),
  };
}
