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
}

/** Validates the assets and their settings. @throws {DefinitionError} If they do not fit together. */
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
