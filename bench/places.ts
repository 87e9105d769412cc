/**
 * Databases and prices of benches.
 *
 * @module
 */
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createTestDatabase, postgresAvailable } from "../tests/support/database.ts";
import { postgresBinaries, startServer } from "../tests/support/postgres_server.ts";
import { sharedFolder } from "../tests/support/shared_folder.ts";

export type DatabaseKind = "PGlite" | "PostgreSQL";

/** The installed kinds of database of which the name begins as asked, in any case; `both` are all. */
export function databaseKinds(asked = "both"): DatabaseKind[] {
  const kinds: DatabaseKind[] = postgresBinaries ? ["PGlite", "PostgreSQL"] : ["PGlite"];
  return kinds.filter((kind) => asked === "both" || kind.toLowerCase().startsWith(asked.slice(0, 4).toLowerCase()));
}

/** A new folder and, for PostgreSQL, a durable server of its own; both are removed after `use`. */
export async function withPlace<T>(
  kind: DatabaseKind,
  use: (place: { folder: string; databaseUrl: string | undefined }) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-bench-" });
  const server = kind === "PostgreSQL"
    ? await startServer({ folder: join(tmpdir(), `tandem-bench-${crypto.randomUUID().slice(0, 8)}`), fsync: true })
    : null;
  try {
    return await use({ folder, databaseUrl: server?.url });
  } finally {
    await server?.stop();
    await Deno.remove(folder, { recursive: true });
  }
}

/** Settings of a service on each kind of database, or on `only` one, without rows; they are removed after `use`. */
export async function onEachDatabase(
  only: string | undefined,
  use: (kind: DatabaseKind, settings: { DATABASE_URL: string; DATA_DIR: string }) => Promise<void>,
): Promise<void> {
  for (const kind of ["PGlite", "PostgreSQL"] as const) {
    if ((only ?? kind) !== kind || (kind === "PostgreSQL" && !postgresAvailable)) continue;
    const folder = await Deno.makeTempDir({ prefix: "tandem-bench-" });
    const database = kind === "PostgreSQL" ? await createTestDatabase() : null;
    try {
      await use(kind, { DATABASE_URL: database?.url ?? "", DATA_DIR: folder });
    } finally {
      await database?.drop();
      await Deno.remove(folder, { recursive: true });
    }
  }
}

/** MARKET_DATA of the real S&P bars; the simulated market without them. */
export function marketOfStocks(): string {
  const shared = sharedFolder();
  return shared === null ? "simulated" : `csv:${shared}/market/sp500_daily_2017_2021.csv.gz`;
}

/** The folder of real prices. Without it the bench says so and ends. */
export function realPrices(): string {
  const shared = sharedFolder();
  if (shared !== null) return `${shared}/market`;
  console.error("There are no real prices: nothing is measured. TANDEM_SHARED names the folder with market/.");
  Deno.exit(1);
}
