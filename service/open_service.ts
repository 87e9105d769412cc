import { type Access, openAccess } from "../access/mod.ts";
import { Engine, type Logger, messageOf } from "../engine/mod.ts";
import { type Clock, type SharedClock, systemClock } from "../resources/clock.ts";
import {
  type Database,
  DatabaseClock,
  type EmbeddedDatabase,
  firstUsedAt,
  migrate,
  openDatabase,
} from "../resources/database/mod.ts";
import { ServiceInstruments } from "../resources/metrics/mod.ts";
import { ConfigurationError, type Environment } from "../settings/environment.ts";
import type { Project, ProjectSource } from "./project.ts";

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
  const given = { ...project.config, ...await readAssetConfig(environment.assetConfig) };
  const { databaseUrl, dataDir, schemaPrefix } = environment;
  const database = await openDatabase({ databaseUrl, dataDir, schemaPrefix, logger });
  try {
    await migrate(database, new URL("../sql/migrations/", import.meta.url));
    const clock = await clockOf(database, logger);
    const instruments = new ServiceInstruments();
    const first = await firstUsedAt(database);
    const pendingImport = await pendingOf?.(project, database);
    const { assets, config } =
      await project.opened?.({ database, clock, firstUsedAt: first, config: given, replace, logger, pendingImport }) ??
        { assets: project.assets, config: given };
    const engine = await Engine.open({
      assets,
      database,
      resources: project.resources?.({
        database,
        clock,
        firstUsedAt: first,
        pendingImport,
        logger,
        instruments,
        states: () => engine.states(),
      }),
      clock,
      logger,
      config,
      role,
      maxConcurrentSteps: environment.maxConcurrentSteps,
      maxConcurrentRuns: environment.maxConcurrentRuns,
      pools: environment.pools,
      eventRetentionDays: environment.eventRetentionDays,
      rowHistoryDays: environment.rowHistoryDays,
      takesOpenRuns: role === "server",
    });
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
        await database.close().catch((error) => logger.warn(`The database did not close cleanly: ${messageOf(error)}`));
      },
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

/**
 * The clock of Tandem: the server's time, so that a machine with a wrong clock behaves like the others.
 * The embedded database has no other clock than this machine's.
 */
async function clockOf(database: Database, logger: Logger): Promise<Clock & Partial<SharedClock>> {
  if (database.kind === "embedded") return systemClock;
  const clock = new DatabaseClock({ database, own: systemClock, logger });
  await clock.sync();
  return clock;
}

async function readAssetConfig(path: string | undefined): Promise<Record<string, unknown>> {
  if (path === undefined) return {};
  try {
    const config: unknown = JSON.parse(await Deno.readTextFile(path));
    if (typeof config === "object" && config !== null && !Array.isArray(config)) {
      return config as Record<string, unknown>;
    }
  } catch (error) {
    throw new ConfigurationError(`ASSET_CONFIG: ${path} cannot be read as JSON: ${messageOf(error)}.`);
  }
  throw new ConfigurationError(`ASSET_CONFIG: ${path} must hold an object, {"asset_key": {…}}.`);
}
