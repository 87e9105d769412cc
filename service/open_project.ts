import {
  type AnyAsset,
  assetGraph,
  checkConfig,
  messageOf,
  type RowFileOptions,
  UnknownAssetError,
} from "../engine/mod.ts";
import { type Clock, type SharedClock, systemClock } from "../resources/clock.ts";
import { type Database, DatabaseClock, firstUsedAt } from "../resources/database/mod.ts";
import { ConfigurationError, type Environment } from "../settings/environment.ts";
import type { OpenedDatabase, Project, ProjectContext } from "./project.ts";
import { openRowStore, rowFileOptions } from "./row_files.ts";

/** A project on an open database, as seen by every thread that works on it. */
export interface OpenedProject {
  assets: readonly AnyAsset[];
  /** Settings of assets by key. */
  config: Readonly<Record<string, unknown>>;
  /** Of the database server, if there is one: shared by all its processes. */
  clock: Clock & Partial<SharedClock>;
  /** The resources of asset functions. */
  resources: unknown;
  /** Where rows in files are; `undefined` if ROW_FILES is not set. */
  rowFiles: RowFileOptions | undefined;
}

/** @throws {ConfigurationError} If the database must not be used with these settings. */
export async function openProject(
  project: Project,
  { environment, database, replace, runsSteps, ...around }:
    & { environment: Environment; database: Database }
    & Pick<OpenedDatabase, "replace" | "runsSteps">
    & Pick<ProjectContext, "logger" | "instruments" | "pendingImport" | "states">,
): Promise<OpenedProject> {
  const { logger, pendingImport } = around;
  const fromFile = await readAssetConfig(environment.assetConfig);
  const given = { ...project.config, ...fromFile };
  const clock = await clockOf(database, logger);
  const first = await firstUsedAt(database);
  const store = await openRowStore(environment);
  const { assets, config = {} } = await project.opened?.({
    database,
    clock,
    firstUsedAt: first,
    config: given,
    replace,
    runsSteps,
    logger,
    pendingImport,
    rowFiles: store,
  }) ?? { assets: project.assets, config: given };
  requireSettings(assets, fromFile, `ASSET_CONFIG: ${environment.assetConfig}`);
  const rowFiles = rowFileOptions(store, environment, { assets, inTables: project.inTables });
  const resources = project.resources?.({ database, clock, firstUsedAt: first, ...around });
  return { assets, config, clock, resources, rowFiles };
}

/**
 * The clock of Tandem: the server's time, so that a wrong clock of one machine has no effect. With the embedded database, this
 * machine's clock.
 */
async function clockOf(database: Database, logger: ProjectContext["logger"]): Promise<Clock & Partial<SharedClock>> {
  if (database.kind === "embedded") return systemClock;
  const clock = new DatabaseClock({ database, own: systemClock, logger });
  await clock.sync();
  return clock;
}

/** @throws {ConfigurationError} If a setting is of no asset, or does not fit. @param from Where the settings come from. */
function requireSettings(assets: readonly AnyAsset[], config: Readonly<Record<string, unknown>>, from: string): void {
  if (Object.keys(config).length === 0) return;
  const refused = (message: string) => new ConfigurationError(`${from}: ${message}`);
  try {
    checkConfig(assetGraph(assets), config, refused);
  } catch (error) {
    throw error instanceof UnknownAssetError ? refused(error.message) : error;
  }
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
