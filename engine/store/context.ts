import type { Clock } from "../../resources/clock.ts";
import type { Database } from "../../resources/database/database.ts";
import type { PartitionLedger } from "./partition_ledger.ts";
import type { AssetGraph } from "../declare/graph.ts";
import type { Ledger } from "./ledger.ts";
import type { Logger } from "../../resources/logger.ts";
import type { Pools } from "./pools.ts";
import type { Heartbeat } from "./heartbeat.ts";
import type { WhilePublishing } from "./latest_versions.ts";
import type { StepTask } from "./records.ts";
import type { StepClaim } from "./step_ledger.ts";

/** Dependencies of the parts of an engine that judge, run steps and publish, in any thread. */
export interface EngineContext {
  graph: AssetGraph;
  database: Database;
  ledger: Ledger;
  partitionLedger: PartitionLedger;
  resources: unknown;
  clock: Clock;
  logger: Logger;
  /** Settings by asset key, unless a run overrides them. */
  standingConfig: Readonly<Record<string, unknown>>;
  /** Wraps each publication, so that readers of this process are informed. */
  whilePublishing: WhilePublishing;
  /** Absent if no other process makes parts of steps. */
  helpers?: StepHelpers;
}

/** Work on parts of a step that another process holds. */
export interface PartWork {
  task: StepTask;
  claim: StepClaim;
  attempt: number;
  /** The materializations that the step reads, by key; `null` if the parts are blocks, which read none. */
  reads: readonly (readonly [string, number])[] | null;
}

/** Other processes that make parts of steps. */
export interface StepHelpers {
  /** Asks up to `count` of them for help. */
  ask(work: PartWork, count: number): Promise<void>;
  /** Withdraws requests that have not started. */
  dismiss(work: PartWork, count: number): Promise<void>;
}

/** Dependencies of the parts that claim work for this process. */
export interface ProcessContext extends EngineContext {
  heartbeat: Heartbeat;
  pools: Pools;
}
