import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import type { Logger } from "../../resources/logger.ts";
import type { AnyAsset } from "../declare/asset.ts";
import { checkConfig } from "../declare/config_check.ts";
import { assetGraph } from "../declare/graph.ts";
import { DefinitionError } from "../errors.ts";
import type { EngineContext } from "./context.ts";
import { whilePublishing } from "./latest_versions.ts";
import { Ledger } from "./ledger.ts";
import { PartitionLedger } from "./partition_ledger.ts";

/** What steps run with. */
export interface ContextOptions {
  assets: readonly AnyAsset[];
  database: Database;
  /** Resources of the functions of assets. */
  resources: unknown;
  clock: Clock;
  logger: Logger;
  /** Settings of assets that hold unless a run brings its own, by asset key. */
  config?: Readonly<Record<string, unknown>>;
}

/** Checks the assets and their settings. @throws {DefinitionError} If they do not fit together. */
export function openContext(
  { assets, database, resources, clock, logger, config: standingConfig = {} }: ContextOptions,
): EngineContext {
  const graph = assetGraph(assets);
  checkConfig(graph, standingConfig, (message) => new DefinitionError(message));
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
