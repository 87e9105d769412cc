/**
 * An engine for benches.
 *
 * @module
 */
import { Engine, type EngineOptions, maxPageRows, type Run, silentLogger } from "../engine/mod.ts";
import { systemClock } from "../resources/clock.ts";
import { type Database, migrate } from "../resources/database/mod.ts";

/** Migrates a database and opens an engine on it, alone and without a log. */
export async function openEngine(
  { clock = systemClock, resources = {}, ...options }:
    & Partial<EngineOptions>
    & Pick<EngineOptions, "assets" | "database">,
): Promise<Engine> {
  await migrate(options.database, new URL("../sql/migrations/", import.meta.url));
  return await Engine.open({ clock, resources, logger: silentLogger, takesOpenRuns: false, ...options });
}

/** Materializes a selection. @throws {Error} If the run does not succeed. */
export async function materialize(
  engine: Engine,
  selection = "*",
  request: Omit<Parameters<Engine["submit"]>[0], "selection" | "trigger"> = {},
): Promise<Run> {
  const run = await engine.finished((await engine.submit({ selection, trigger: "bench", ...request })).id);
  if (run.status === "succeeded") return run;
  throw new Error(`The run of ${selection} ${run.status}: ${failuresOf(run).join("; ")}`);
}

/** The failed steps of a run, with what failed. */
export function failuresOf(
  run: { steps: readonly { key: string; error: { message: string } | null }[] },
): string[] {
  return run.steps.flatMap(({ key, error }) => error ? [`${key}: ${error.message}`] : []);
}

/** All published rows of an asset. */
export async function rowsOf(engine: Engine, key: string): Promise<Record<string, unknown>[]> {
  let page = await engine.rows(key, { limit: maxPageRows });
  const rows = [...page.rows];
  while (page.nextCursor !== null) {
    page = await engine.rows(key, { limit: maxPageRows, cursor: page.nextCursor });
    rows.push(...page.rows);
  }
  return rows;
}

/** A database that counts its queries. */
export function counting(database: Database): { database: Database; queries(): number } {
  let count = 0;
  const sql = new Proxy(database.sql, {
    apply(target, self, args) {
      // A list or a fragment is not a query; neither is used in what is counted.
      count++;
      return Reflect.apply(target, self, args);
    },
  });
  return { database: { ...database, sql }, queries: () => count };
}
