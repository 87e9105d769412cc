import type { ImportReport } from "../cli/mod.ts";
import type { AnyAsset, AssetState, Engine, Logger, Schedule } from "../engine/mod.ts";
import type { Clock } from "../resources/clock.ts";
import type { Database } from "../resources/database/mod.ts";
import type { DataSource } from "../resources/market_data/data_source.ts";
import type { ServiceInstruments } from "../resources/metrics/mod.ts";
import type { FileStore } from "../resources/row_files/mod.ts";
import type { Environment } from "../settings/environment.ts";
import type { PairTrials } from "../web/mod.ts";

/** Inputs of a project's resources. */
export interface ProjectContext {
  database: Database;
  /** Shared by all processes of a database server. */
  clock: Clock;
  /** First use of the database: the same at each start, for histories that begin there. */
  firstUsedAt: Temporal.Instant;
  logger: Logger;
  instruments: ServiceInstruments;
  /** Pending import of this process; absent in others. */
  pendingImport?: unknown;
  /** States of all assets, once the engine is open. */
  states(): Promise<AssetState[]>;
}

/** An opened, unmodified database. */
export interface OpenedDatabase {
  database: Database;
  clock: Clock;
  firstUsedAt: Temporal.Instant;
  /** Settings of assets by key, including those of `ASSET_CONFIG`. */
  config: Readonly<Record<string, unknown>>;
  /** Whether history from another source may be dropped. */
  replace: boolean;
  /** Whether steps run in this thread. One that serves requests and makes plans need not hold rows for them. */
  runsSteps: boolean;
  logger: Logger;
  pendingImport?: unknown;
  /** Where rows in files are. */
  rowFiles?: FileStore;
}

/** Data read for an import. */
export interface ReadImport {
  report: ImportReport;
  /** Data for the importing assets, available to them in `resources`. */
  pending: unknown;
}

/** Imports of existing data. */
export interface ProjectImports {
  /** Reads and validates the data. @throws {ImportError} If they cannot be read. */
  read(from: string, now: Temporal.Instant): Promise<ReadImport>;
  /** The database's own data of its current source, to be kept beside another one. @throws {ImportError} */
  held(database: Database): Promise<ReadImport>;
  /** The importing assets. */
  keys: readonly string[];
  /** The next step, in a sentence. */
  next(environment: Environment): string;
}

/** The data to import cannot be read. The message has the remedy. */
export class ImportError extends Error {
  override readonly name = "ImportError";
}

/** A project: its assets, schedules and resources. The service provides everything else. */
export interface Project {
  assets: readonly AnyAsset[];
  schedules?: readonly Schedule[];
  /** Settings of assets by key; those of the `ASSET_CONFIG` file take precedence. */
  config?: Readonly<Record<string, unknown>>;
  /** Source of the data, shown on every page; omitted if undefined. */
  dataSource?: DataSource;
  /** Keys of assets whose rows must be in tables, because something else than the engine reads them there. */
  inTables?: readonly string[];
  /**
   * Determines assets and settings by the content of the database.
   *
   * @throws {ConfigurationError} If the database must not be used with these settings.
   */
  opened?(opened: OpenedDatabase): Promise<Pick<Project, "assets" | "config">>;
  /** Absent if the project has no imports. */
  imports?: ProjectImports;
  /** The session of the exchange after a date, `null` beyond its calendar: pages show when an order fills. */
  nextSession?(date: string): string | null;
  /** Backtests pairs under settings moved on their pages; without it they cannot be moved. */
  pairTrials?(opened: { engine: Engine; database: Database }): PairTrials;
  /** Creates the `resources` of asset functions, once the database is open. */
  resources?(context: ProjectContext): unknown;
  /** Current delay of a call of the vendor, for the metrics. */
  vendorDelayMs?(): Promise<number>;
}

/** A project, or a function that derives it from the environment. @throws {ConfigurationError} If that fails. */
export type ProjectSource = Project | ((environment: Environment) => Project | Promise<Project>);
