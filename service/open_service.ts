import { type Access, openAccess } from "../access/mod.ts";
import { Engine, fingerprintOf, InProcessExecutor, type Logger, messageOf, StepThreads } from "../engine/mod.ts";
import type { Clock, SharedClock } from "../resources/clock.ts";
import { type Database, type EmbeddedDatabase, migrate, openDatabase } from "../resources/database/mod.ts";
import { ServiceInstruments } from "../resources/metrics/mod.ts";
import type { Environment } from "../settings/environment.ts";
import { openProject } from "./open_project.ts";
import type { Project, ProjectSource } from "./project.ts";
import { startStepThread } from "./step_thread.ts";

/** What every process of Tandem consists of, be it a server or a command. */
export interface OpenService {
  database: Database;
  /** Of the database server, where there is one: the same for all who share it. */
  clock: Clock & Partial<SharedClock>;
  engine: Engine;
  access: Access;
  project: Project;
  instruments: ServiceInstruments;
  /** Tells processes that find the data folder held where to ask instead. */
  announce(url: string, secret: string): Promise<void>;
  close(): Promise<void>;
}

/**
 * Opens what a server and a command need alike.
 *
 * @throws {ConfigurationError | DatabaseOpenError | DefinitionError} If that cannot be.
 */
export async function openService(
  source: ProjectSource,
  { environment, logger, role, replace = false, pendingOf }: {
    environment: Environment;
    logger: Logger;
    role: "server" | "cli";
    /** Whether history may be dropped that another source has brought. */
    replace?: boolean;
    /** Reads what this process imports. */
    pendingOf?: (project: Project, database: Database) => Promise<unknown>;
  },
): Promise<OpenService> {
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
      logger,
      instruments,
      pendingImport,
      states: () => engine.states(),
    });
    let threads: StepThreads | undefined;
    const engine = await Engine.open({
      ...opened,
      database,
      logger,
      role,
      maxConcurrentSteps: environment.maxConcurrentSteps,
      maxConcurrentRuns: environment.maxConcurrentRuns,
      pools: environment.pools,
      eventRetentionDays: environment.eventRetentionDays,
      rowHistoryDays: environment.rowHistoryDays,
      takesOpenRuns: role === "server",
      ...(role === "server" && environment.executor === "thread" && {
        executor(around) {
          const fingerprint = fingerprintOf(around);
          threads = new StepThreads(around, {
            start: (onLost) => startStepThread({ database, instruments, replace, fingerprint }, onLost),
          });
          return new InProcessExecutor(around, environment.maxConcurrentSteps, threads);
        },
      }),
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
      announce: async (url, secret) => {
        if (database.kind === "embedded") await (database as EmbeddedDatabase).announce(url, secret);
      },
      async close() {
        await engine.close();
        await threads?.close();
        await database.close().catch((error) => logger.warn(`The database did not close cleanly: ${messageOf(error)}`));
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}
