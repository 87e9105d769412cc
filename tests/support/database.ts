import postgres from "postgres";
import { type Database, migrate, openEmbedded, openPostgres } from "../../resources/database/mod.ts";
import { postgresBinaries, startServer } from "./postgres_server.ts";
import { openSharedEmbedded } from "./shared_embedded.ts";
import { owner, serverFolder, startedOnce } from "./shared_parts.ts";

/** One of the two databases on which every integration test runs. */
export interface TestDatabase {
  /** Part of the test's name; says if the database is missing. */
  name: string;
  /** Whether the database is missing on this machine. */
  ignore: boolean;
  /** Opens a migrated database without rows; `close()` discards it. */
  open(): Promise<Database>;
  /** Like `open()`, but without migrations. */
  openBare(): Promise<Database>;
}

/** A database on a server by its URL, for processes started by a test. */
export interface TestDatabaseUrl {
  url: string;
  /** Ends all connections to it and drops it. */
  drop(): Promise<void>;
}

const givenServer = Deno.env.get("TEST_DATABASE_URL") || null;
/** Name of a migrated database without rows on the tests' own server. */
const template = "tandem_template";

/** Whether a PostgreSQL server is available. TANDEM_REQUIRE_POSTGRES=1 makes its absence an error. */
export const postgresAvailable: boolean = givenServer !== null || postgresBinaries !== null;

if (!postgresAvailable && Deno.env.get("TANDEM_REQUIRE_POSTGRES") === "1") {
  throw new Error("TANDEM_REQUIRE_POSTGRES is 1, but there is neither TEST_DATABASE_URL nor an installed PostgreSQL.");
}

/**
 * Both databases, for `for (const { name, ignore, open } of databases) Deno.test({ name: `… on ${name}`, ignore, … })`.
 */
export const databases: readonly TestDatabase[] = [
  {
    name: "PGlite",
    ignore: false,
    open: openSharedEmbedded,
    openBare: () => openEmbedded({ dataDir: "memory://" }),
  },
  {
    name: postgresAvailable ? "PostgreSQL" : "PostgreSQL (not installed, TEST_DATABASE_URL not set)",
    ignore: !postgresAvailable,
    open: () => openOnServer({ migrated: true }),
    openBare: () => openOnServer({ migrated: false }),
  },
];

/** Runs `test` on a migrated embedded database in memory, without rows. */
export async function withEmbedded<T>(test: (database: Database) => Promise<T>): Promise<T> {
  return await closing(await openSharedEmbedded(), test);
}

/** Runs `test` on a migrated database of a PostgreSQL server, without rows; only if {@link postgresAvailable}. */
export async function withPostgres<T>(test: (database: Database) => Promise<T>): Promise<T> {
  return await closing(await openOnServer({ migrated: true }), test);
}

/**
 * Creates a database without rows on the server shared by all test files, or on that of TEST_DATABASE_URL.
 *
 * @param options.migrated Whether migrations are applied; true by default.
 */
export async function createTestDatabase({ migrated = true } = {}): Promise<TestDatabaseUrl> {
  const server = await serverUrl();
  const name = `tandem_test_${crypto.randomUUID().replaceAll("-", "")}`;
  // Copying files takes a fifth of the time of copying pages.
  const copied = migrated && !givenServer ? `template ${template} strategy file_copy` : "strategy file_copy";
  await administer(server, `create database ${name} ${copied}`);
  const url = at(server, name);
  if (migrated && givenServer) await applyMigrations(url);
  return { url, drop: () => administer(server, `drop database if exists ${name} with (force)`) };
}

async function openOnServer(options: { migrated: boolean }): Promise<Database> {
  const { url, drop } = await createTestDatabase(options);
  try {
    const database = await openPostgres({ databaseUrl: url });
    return {
      ...database,
      async close() {
        await database.close();
        await drop();
      },
    };
  } catch (error) {
    await drop();
    throw error;
  }
}

async function closing<T>(database: Database, test: (database: Database) => Promise<T>): Promise<T> {
  try {
    return await test(database);
  } finally {
    await database.close();
  }
}

async function administer(url: string, statement: string): Promise<void> {
  const sql = postgres(url, { max: 1, onnotice: () => {}, fetch_types: false });
  try {
    await sql.unsafe(statement);
  } finally {
    await sql.end();
  }
}

/** The server shared by all test files: the given one, or one with a migrated database to copy. */
async function serverUrl(): Promise<string> {
  return givenServer ?? await startedOnce("postgres", async (folder) => {
    const { url } = await startServer({ folder, owner });
    await administer(url, `create database ${template}`);
    await applyMigrations(at(url, template));
    return url;
  }, serverFolder());
}

async function applyMigrations(databaseUrl: string): Promise<void> {
  const migrations = new URL("../../sql/migrations/", import.meta.url);
  await closing(await openPostgres({ databaseUrl }), (database) => migrate(database, migrations));
}

/** The URL of another database of a server. */
function at(server: string, database: string): string {
  return Object.assign(new URL(server), { pathname: `/${database}` }).href;
}

export { postgresBinaries, type PostgresServer, startServer } from "./postgres_server.ts";
