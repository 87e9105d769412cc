import { type Access, openAccess } from "../access/mod.ts";
import { Engine, type Logger, messageOf } from "../engine/mod.ts";
import type { Clock, SharedClock } from "../resources/clock.ts";
import { type Database, type EmbeddedDatabase, migrate, openDatabase } from "../resources/database/mod.ts";
import { ServiceInstruments } from "../resources/metrics/mod.ts";
import { ParquetThread } from "../resources/parquet_thread.ts";
import { FileStoreError } from "../resources/row_files/mod.ts";
import { ConfigurationError, type Environment } from "../settings/environment.ts";
import { openProject } from "./open_project.ts";
import type { Project, ProjectSource } from "./project.ts";
import {
  type ProcessRole,
  requireServerForQueue,
  runsStepsItself,
  StepExecutors,
  type WorkerParts,
} from "./step_executors.ts";

/** Components of every process of Tandem, server or command. */
export interface OpenService {
  database: Database;
  /** Of the database server, if there is one: shared by all its processes. */
  clock: Clock & Partial<SharedClock>;
  engine: Engine;
  access: Access;
  project: Project;
  instruments: ServiceInstruments;
  /** Set in a worker. */
  worker: WorkerParts | undefined;
  /** Publishes the address for processes that find the data folder locked. */
  announce(url: string, secret: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens the components common to servers and commands.
 *
 * @throws {ConfigurationError | DatabaseOpenError | DefinitionError} If that fails.
 */
export async function openService(
  source: ProjectSource,
  { environment, logger, role, replace = false, pendingOf }: {
    environment: Environment;
    logger: Logger;
    role: ProcessRole;
    /** Whether history from another source may be dropped. */
    replace?: boolean;
    /** Reads the data that this process imports. */
    pendingOf?: (project: Project, database: Database) => Promise<unknown>;
  },
): Promise<OpenService> {
  // Before an embedded database is opened, or found to be held by a server.
  requireServerForQueue(role, environment);
  const project = typeof source === "function" ? await source(environment) : source;
  const { databaseUrl, dataDir, schemaPrefix } = environment;
  const database = await openDatabase({ databaseUrl, dataDir, schemaPrefix, logger });
  try {
    await migrate(database, new URL("../sql/migrations/", import.meta.url));
    const instruments = new ServiceInstruments();
    const pendingImport = await pendingOf?.(project, database);
    const opened = await openProject(project, {
      environment,
      database,
      replace,
      runsSteps: runsStepsItself(role, environment),
      logger,
      instruments,
      pendingImport,
      states: () => engine.states(),
    });
    // Where steps run, whole tables are read: values would cross from one thread to the other for nothing.
    const parquet = opened.rowFiles && !runsStepsItself(role, environment) ? new ParquetThread() : undefined;
    const executors = new StepExecutors({ role, environment, database, instruments, replace });
    await executors.prepare();
    const engine = await Engine.open({
      ...opened,
      rowFiles: opened.rowFiles && { ...opened.rowFiles, query: parquet?.query },
      database,
      logger,
      role,
      maxConcurrentSteps: environment.maxConcurrentSteps,
      stepsTogetherBelowMb: environment.stepsTogetherBelowMb,
      maxConcurrentRuns: environment.maxConcurrentRuns,
      pools: environment.pools,
      eventRetentionDays: environment.eventRetentionDays,
      rowHistoryDays: environment.rowHistoryDays,
      takesOpenRuns: role === "server",
      ownsTables: role !== "worker",
      executor: executors.executor,
    }).catch((error) => {
      throw error instanceof FileStoreError ? new ConfigurationError(`ROW_FILES: ${error.message}`) : error;
    });
    const { clock } = opened;
    return {
      project,
      database,
      clock,
      engine,
      access: openAccess({
        database,
        required: environment.authentication === "required",
        allowList: environment.signIn?.allowList,
      }),
      instruments,
      worker: executors.worker,
      announce: async (url, secret) => {
        if (database.kind === "embedded") await (database as EmbeddedDatabase).announce(url, secret);
      },
      async close() {
        await engine.close();
        await executors.close();
        parquet?.close();
        await database.close().catch((error) => logger.warn(`The database did not close cleanly: ${messageOf(error)}`));
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
