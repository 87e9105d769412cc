import { statfs } from "node:fs/promises";
import type { Database } from "./database/mod.ts";

/** How the service is at this moment. */
export interface ServiceState {
  databaseBytes: number;
  /** Failed runs that ended since then. */
  failedRuns: { id: number; selection: string }[];
  /** Runs that have not ended, oldest first. */
  openRuns: { id: number; selection: string; queued: boolean; createdAt: string }[];
  /** Assets that are not as they should be, with why. */
  notFresh: { key: string; reason: string }[];
  /** Space left where the database keeps its files; `null` where that is another machine. */
  freeDiskBytes: number | null;
}

/** Looks at the service from inside. */
export interface ServiceProbe {
  /** @throws {Error} If the database does not answer. */
  look(options: { failedSince: Temporal.Instant }): Promise<ServiceState>;
}

/** Health of an asset. */
interface Judged {
  key: string;
  state: string;
  reasons: readonly { message: string }[];
}

/**
 * A probe of the service on `database`.
 *
 * @param options.states The assets' states now.
 * @param options.dataDir The folder of an embedded database.
 */
export function serviceProbe(
  { database, states, dataDir }: { database: Database; states: () => Promise<Judged[]>; dataDir: string },
): ServiceProbe {
  return {
    async look({ failedSince }) {
      const { sql } = database;
      const [[size], failed, open, assets] = await Promise.all([
        sql<{ bytes: number | string }[]>`SELECT pg_database_size(current_database()) AS bytes`,
        sql<{ id: number | string; selection: string }[]>`
          SELECT id, selection FROM engine.run
          WHERE status = 'failed' AND finished_at >= ${new Date(failedSince.epochMilliseconds)} ORDER BY id`,
        sql<{ id: number | string; selection: string; status: string; created_at: Date | string }[]>`
          SELECT id, selection, status, created_at FROM engine.run
          WHERE status IN ('queued', 'running', 'interrupted') ORDER BY id`,
        states(),
      ]);
      return {
        databaseBytes: Number(size!.bytes),
        failedRuns: failed.map(({ id, selection }) => ({ id: Number(id), selection })),
        openRuns: open.map(({ id, selection, status, created_at }) => ({
          id: Number(id),
          selection,
          queued: status === "queued",
          createdAt: new Date(created_at).toISOString(),
        })),
        notFresh: assets.filter(({ state }) => state !== "fresh").map(({ key, state, reasons }) => ({
          key,
          reason: reasons[0]?.message ?? state,
        })),
        freeDiskBytes: database.kind === "embedded" ? await freeBytes(dataDir) : null,
      };
    },
  };
}

async function freeBytes(folder: string): Promise<number | null> {
  try {
    const { bavail, bsize } = await statfs(folder);
    return bavail * bsize;
  } catch (error) {
    // A database in memory has no folder.
    if ((error as { code?: string }).code === "ENOENT") return null;
    throw error;
  }
}
