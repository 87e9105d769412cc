import type { ImportReport } from "../cli/mod.ts";
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
  /** Pending import of this process; absent in others. */
  pendingImport?: unknown;
  /** States of all assets, once the engine is open. */
  states(): Promise<AssetState[]>;
}

/** A database that was opened and that nothing was done with. */
export interface OpenedDatabase {
  database: Database;
  clock: Clock;
  firstUsedAt: Temporal.Instant;
  /** Settings of assets by key, those of `ASSET_CONFIG` included. */
  config: Readonly<Record<string, unknown>>;
  /** Whether history may be dropped that another source has brought. */
  replace: boolean;
  logger: Logger;
  pendingImport?: unknown;
}

/** What a command reads elsewhere to bring it along. */
export interface ReadImport {
  report: ImportReport;
  /** What the assets that take it get, by `resources`. */
  pending: unknown;
}

/** How data come along from elsewhere. */
export interface ProjectImports {
  /** Reads and judges what is there. @throws {ImportError} If it cannot be read. */
  read(from: string, now: Temporal.Instant): Promise<ReadImport>;
  /** What the database itself holds of its present source, so that it stays beside another one. @throws {ImportError} */
  held(database: Database): Promise<ReadImport>;
  /** The assets that take it. */
  keys: readonly string[];
  /** The next step, in a sentence. */
  next(environment: Environment): string;
}

/** What was to be imported cannot be read. The message says what to do. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/** What a project brings: what there is to be made, when, and of what. The service brings everything else. */
export interface Project {
  assets: readonly AnyAsset[];
  schedules?: readonly Schedule[];
  /** Settings of assets by key; those of the file that `ASSET_CONFIG` names go before them. */
  config?: Readonly<Record<string, unknown>>;
  /** Where the data come from, which every page says; nothing is said where this is left out. */
  dataSource?: DataSource;
  /**
   * Says which assets and settings there are by what the database holds.
   *
   * @throws {ConfigurationError} If the database is not to be used with these settings.
   */
  opened?(opened: OpenedDatabase): Promise<Pick<Project, "assets" | "config">>;
  /** Absent where nothing can be imported. */
  imports?: ProjectImports;
  /** The session of the exchange after a date, `null` where its calendar does not tell: pages say when an order fills. */
  nextSession?(date: string): string | null;
  /** Makes what the functions of the assets get as `resources`, once the database is open. */
  resources?(context: ProjectContext): unknown;
  /** How long a call of the vendor has to wait now, for the metrics. */
  vendorDelayMs?(): Promise<number>;
}

/** A project, or how it follows from the environment. @throws {ConfigurationError} If it cannot. */
export type ProjectSource = Project | ((environment: Environment) => Project | Promise<Project>);
