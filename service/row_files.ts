import { tmpdir } from "node:os";
import { join } from "node:path";
import { type RowFileOptions, UnknownAssetError } from "../engine/mod.ts";
import { type FileStore, folderStore, s3Store } from "../resources/row_files/mod.ts";
import { ConfigurationError, type Environment, type RowFilePlace } from "../settings/environment.ts";
import type { Project } from "./project.ts";

/** The store of rows in files; `undefined` if there is none. @throws {ConfigurationError} If it cannot be used. */
export async function openRowStore({ rowFiles }: Pick<Environment, "rowFiles">): Promise<FileStore | undefined> {
  return rowFiles && await openStore(rowFiles);
}

/**
 * Which assets have rows in files; `undefined` if there is no place for these.
 *
 * @throws {ConfigurationError} If one needs a place, or cannot be kept there.
 */
export function rowFileOptions(
  store: FileStore | undefined,
  { parquetAssets }: Pick<Environment, "parquetAssets">,
  { assets, inTables = [] }: Pick<Project, "assets" | "inTables">,
): RowFileOptions | undefined {
  if (store === undefined) {
    const declared = assets.find(({ storage }) => storage === "parquet");
    if (!declared) return undefined;
    throw new ConfigurationError(
      `ROW_FILES: not set, but "${declared.key}" keeps its rows in Parquet files. Set it to a folder or to ` +
        "s3://bucket/prefix.",
    );
  }
  const keys = assets.map(({ key }) => key);
  for (const key of parquetAssets) {
    const asset = assets.find((one) => one.key === key);
    if (!asset) throw new ConfigurationError(`PARQUET_ASSETS: ${new UnknownAssetError(key, keys).message}`);
    if (asset.external) {
      throw new ConfigurationError(`PARQUET_ASSETS: "${key}" is made outside Tandem and has no rows. Leave it out.`);
    }
    if (inTables.includes(key)) {
      throw new ConfigurationError(
        `PARQUET_ASSETS: the rows of "${key}" stay in the database, where imports and the start of the service read ` +
          "them. Leave it out; the assets made of it can be in files.",
      );
    }
  }
  return { store, assets: parquetAssets };
}

async function openStore(place: RowFilePlace): Promise<FileStore> {
  if (!("folder" in place)) return s3Store({ ...place, copies: await copiesFolder() });
  const { folder } = place;
  const info = await Deno.stat(folder).catch(() => undefined);
  if (info?.isDirectory) return folderStore(folder);
  throw new ConfigurationError(
    `ROW_FILES: ${folder} is not a folder. Create it, or mount its disk: Tandem does not create it, so that an unmounted ` +
      "disk is not mistaken for an empty one.",
  );
}

/** A folder for copies of files that this user alone can write to: processes share it. */
async function copiesFolder(): Promise<string> {
  const folder = join(tmpdir(), `tandem-rows-of-${Deno.uid() ?? "user"}`);
  await Deno.mkdir(folder, { mode: 0o700, recursive: true });
  const { uid, mode, isDirectory } = await Deno.lstat(folder);
  const isOwn = isDirectory && uid === Deno.uid() && ((mode ?? 0) & 0o077) === 0;
  return isOwn ? folder : await Deno.makeTempDir({ prefix: "tandem-rows-" });
}
