/**
 * Costs of a process and its database, by asset.
 *
 * @module
 */
import { join } from "node:path";
import type { Executor, ProcessContext } from "../engine/mod.ts";
import { InProcessExecutor } from "../engine/run/in_process_executor.ts";
import type { Database } from "../resources/database/mod.ts";

/** Makes the peak of resident memory count from now on, where the system can. */
export async function forgetPeak(): Promise<void> {
  await Deno.writeTextFile("/proc/self/clear_refs", "5", { create: false }).catch(() => {});
}

/** Size of the database on a PostgreSQL server. */
export async function databaseMb({ sql }: Database): Promise<number> {
  const [row] = await sql<{ size: number }[]>`SELECT pg_database_size(current_database()) AS size`;
  return row!.size / 2 ** 20;
}

/** MB of each table with its indexes and long values, by name with the schema. */
export async function tableMb({ sql }: Database): Promise<Record<string, number>> {
  const rows = await sql<{ name: string; bytes: number }[]>`
    SELECT n.nspname || '.' || c.relname AS name, pg_total_relation_size(c.oid) AS bytes
    FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE c.relkind = 'r'`;
  return Object.fromEntries(rows.map(({ name, bytes }) => [name, bytes / 2 ** 20]));
}

/** Size of all files in a folder, which may change meanwhile. */
export async function folderMb(folder: string): Promise<number> {
  let bytes = 0;
  for await (const entry of Deno.readDir(folder)) {
    const path = join(folder, entry.name);
    bytes += entry.isDirectory
      ? await folderMb(path) * 2 ** 20
      : await Deno.stat(path).then(({ size }) => size, () => 0);
  }
  return bytes / 2 ** 20;
}

/** Runs steps one after the other, so that costs can be attributed to an asset. */
export function oneByOne(
  measure: <T>(key: string, work: () => Promise<T>) => Promise<T>,
): (around: ProcessContext) => Executor {
  return (around) => {
    const inner = new InProcessExecutor(around, { maxConcurrentSteps: 1 });
    let last: Promise<unknown> = Promise.resolve();
    return {
      execute(task, signal) {
        const outcome = last.then(() => measure(task.key, () => inner.execute(task, signal)));
        last = outcome.catch(() => {});
        return outcome;
      },
    };
  };
}
