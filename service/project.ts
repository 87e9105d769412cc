import type { AnyAsset, AssetState, Logger, Schedule } from "../engine/mod.ts";
import type { Clock } from "../resources/clock.ts";
import type { Database } from "../resources/database/mod.ts";
import type { DataSource } from "../resources/market_data/data_source.ts";
import type { ServiceInstruments } from "../resources/metrics/mod.ts";
import type { Environment } from "../settings/environment.ts";

/** What the resources of a project may be made of. */
export interface ProjectContext {
  database: Database;
  /** The same for all processes that share a database server. */
  clock: Clock;
  /** When the database was first used: what begins at that time begins there at each start. */
  firstUsedAt: Temporal.Instant;
  logger: Logger;
  instruments: ServiceInstruments;
  /** States of all assets, once the engine is open. */
  states(): Promise<AssetState[]>;
}

/** What a project brings: what there is to be made, when, and of what. The service brings everything else. */
export interface Project {
  assets: readonly AnyAsset[];
  schedules?: readonly Schedule[];
  /** Settings of assets by key; those of the file that `ASSET_CONFIG` names go before them. */
  config?: Readonly<Record<string, unknown>>;
  /** Where the data come from, which every page says; nothing is said where this is left out. */
  dataSource?: DataSource;
  /** Makes what the functions of the assets get as `resources`, once the database is open. */
  resources?(context: ProjectContext): unknown;
  /** How long a call of the vendor has to wait now, for the metrics. */
  vendorDelayMs?(): Promise<number>;
}

/** A project, or how it follows from the environment. @throws {ConfigurationError} If it cannot. */
export type ProjectSource = Project | ((environment: Environment) => Project | Promise<Project>);
