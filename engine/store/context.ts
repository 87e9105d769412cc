import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import type { PartitionLedger } from "./partition_ledger.ts";
import type { AssetGraph } from "../declare/graph.ts";
import type { Ledger } from "./ledger.ts";
import type { Logger } from "../../resources/logger.ts";
import type { Pools } from "./pools.ts";
import type { Heartbeat } from "./heartbeat.ts";

/** Dependencies of the parts of an engine. */
export interface EngineContext {
  graph: AssetGraph;
  database: Database;
  ledger: Ledger;
  partitionLedger: PartitionLedger;
  heartbeat: Heartbeat;
  pools: Pools;
  resources: unknown;
  clock: Clock;
  logger: Logger;
  /** Settings that hold unless a run brings its own, by asset key. */
  standingConfig: Readonly<Record<string, unknown>>;
}
