import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import type { Logger } from "../../resources/logger.ts";
import type { QueryParquet } from "../../resources/parquet_query.ts";
import type { FileStore } from "../../resources/row_files/mod.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { checkConfig } from "../declare/config_check.ts";
import { type AssetGraph, assetGraph } from "../declare/graph.ts";
import { DefinitionError } from "../errors.ts";
import type { EngineContext } from "./context.ts";
import { whilePublishing } from "./latest_versions.ts";
import { Ledger } from "./ledger.ts";
import { PartitionLedger } from "./partition_ledger.ts";
import { keepRowsInFiles, type RowFileSetting } from "./row_files.ts";

/** Options of the context in which steps run. */
export interface ContextOptions {
  assets: readonly AnyAsset[];
  database: Database;
  /** Resources of asset functions. */
  resources: unknown;
  clock: Clock;
  logger: Logger;
  /** Settings of assets by asset key, unless a run overrides them. */
  config?: Readonly<Record<string, unknown>>;
  /** Where rows in files are; required if an asset declares `storage: "parquet"`. */
  rowFiles?: RowFileOptions;
}

/** Rows in Parquet files instead of tables. */
export interface RowFileOptions {
  store: FileStore;
  /** Keys of assets with rows in files, in addition to those that declare it. */
  assets?: readonly string[];
  /** Queries files; in the calling thread by default. */
  query?: QueryParquet;
}

/** Validates the assets and their settings. @throws {DefinitionError} If they do not fit together. */
export function openContext(
  { assets, database, resources, clock, logger, config: standingConfig = {}, rowFiles }: ContextOptions,
): EngineContext {
  const graph = assetGraph(assets);
  checkConfig(graph, standingConfig, (message) => new DefinitionError(message));
  keepRowsInFiles(database, rowFileSettingOf(graph, rowFiles));
  return {
    graph,
    database,
    ledger: new Ledger(database),
    partitionLedger: new PartitionLedger(database),
    resources,
    clock,
    logger,
    standingConfig,
    whilePublishing: (keys, publish) => whilePublishing(database, keys, publish),
  };
}

/** @throws {DefinitionError} If there is no store for an asset, or none of the named assets has rows. */
function rowFileSettingOf(graph: AssetGraph, options: RowFileOptions | undefined): RowFileSetting | undefined {
  const declared = graph.assets.filter(({ storage }) => storage === "parquet").map(({ key }) => key);
  if (!options) {
    if (declared.length === 0) return undefined;
    throw new DefinitionError(
      `"${declared[0]}" keeps its rows in Parquet files, and there is no place for these. Give the engine a store as ` +
        "rowFiles; the service takes it from ROW_FILES.",
    );
  }
  for (const key of options.assets ?? []) {
    const asset = graph.asset(key);
    if (asset.external) throw new DefinitionError(`"${key}" is made outside Tandem: it has no rows to keep in files.`);
  }
  const keys = new Set([...declared, ...options.assets ?? []]);
  return { store: options.store, query: options.query, keys };
}
