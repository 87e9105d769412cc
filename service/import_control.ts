import type { ImportControl } from "../cli/mod.ts";
import type { Engine, Logger, Materialization } from "../engine/mod.ts";
import { FolderHeldError } from "../resources/database/mod.ts";
import type { Environment } from "../settings/environment.ts";
import { type OpenService, openService } from "./open_service.ts";
import { ImportError, type Project, type ProjectSource, type ReadImport } from "./project.ts";
import { systemClock } from "../resources/clock.ts";

/** Number of times an import is queued if another process, which lacks its data, takes the run. */
const mostTries = 5;
/** Exceeds the number of parts of any import. */
const mostMade = 1_000;

/** Imports into the database of this process: a run publishes the rows of each asset together with their record. */
export function importControl(
  source: ProjectSource,
  { environment, logger }: { environment: Environment; logger: Logger },
): ImportControl {
  return {
    async run(from, { dryRun }) {
      const project = typeof source === "function" ? await source(environment) : source;
      if (!project.imports) throw new ImportError("This project imports nothing.");
      const { imports } = project;
      // Read first: a wrong address then changes nothing in the database.
      let read: ReadImport | undefined = from === null ? undefined : await imports.read(from, systemClock.now());
      if (read && dryRun) return { report: read.report, assets: null, next: null };
      let service: OpenService | undefined;
      try {
        service = await openService(project, {
          environment,
          logger,
          role: "cli",
          pendingOf: async (_: Project, database) => (read ??= await imports.held(database)).pending,
        });
        const { report } = read!;
        if (dryRun) return { report, assets: null, next: null };
        const assets = await published(service.engine, imports.keys);
        return { report, assets, next: imports.next(environment) };
      } catch (error) {
        if (!(error instanceof FolderHeldError)) throw error;
        throw new ImportError(
          `${error.message} An import needs exclusive use of the database: stop that process, import, and start it again.`,
        );
      } finally {
        await service?.close();
      }
    },
  };
}

/** @throws {ImportError} If one of its runs fails, or other processes take all of them. */
async function published(engine: Engine, keys: readonly string[]) {
  const selection = keys.join(" ");
  const before = new Map(
    await Promise.all(keys.map(async (key) => [key, (await latest(engine, key))?.id ?? 0] as const)),
  );
  for (let tries = 0; (await engine.plan({ selection })).steps.length > 0; tries++) {
    if (tries === mostTries) {
      throw new ImportError(
        "Other processes without the imported rows took the runs of this import. Stop them, import, and start them again.",
      );
    }
    const { id, status, steps } = await engine.finished((await engine.submit({ selection, trigger: "import" })).id);
    if (status === "succeeded") continue;
    const failed = steps.find(({ error }) => error);
    throw new ImportError(`Import run ${id} ${status}: ${failed?.error?.message ?? "see its log"}`);
  }
  return await Promise.all(keys.map(async (key) => {
    const made = (await engine.materializations(key, { limit: mostMade })).filter(({ id }) => id > before.get(key)!);
    return {
      key,
      rows: (await latest(engine, key))?.rowCount ?? 0,
      added: made.reduce((sum, { rowsAdded }) => sum + rowsAdded, 0),
      removed: made.reduce((sum, { rowsRemoved }) => sum + rowsRemoved, 0),
    };
  }));
}

async function latest(engine: Engine, key: string): Promise<Materialization | undefined> {
  return (await engine.materializations(key, { limit: 1 }))[0];
}
