import { tmpdir } from "node:os";
import { join } from "node:path";
import postgres from "postgres";
import { type Database, openEmbedded, openPostgres } from "../../resources/database/mod.ts";
import { postgresBinaries, startServer } from "./postgres_server.ts";

/** One of the two databases that every integration test runs on. */
export interface TestDatabase {
  /** For the test's name; says so where the database is missing. */
  name: string;
  /** Whether there is no such database on this machine. */
  ignore: boolean;
  /** Gives an empty database that ends, with everything in it, on `close()`. */
  open(): Promise<Database>;
}

/** An empty database on a server, by its URL: for processes that a test starts. */
export interface TestDatabaseUrl {
  url: string;
  /** Ends every connection to it and removes it. */
  drop(): Promise<void>;
}

/** Whether there is a PostgreSQL server to test on. TANDEM_REQUIRE_POSTGRES=1 makes its absence an error. */
export const postgresAvailable: boolean = Boolean(Deno.env.get("TEST_DATABASE_URL")) || postgresBinaries !== null;

if (!postgresAvailable && Deno.env.get("TANDEM_REQUIRE_POSTGRES") === "1") {
  throw new Error("TANDEM_REQUIRE_POSTGRES is 1, but there is neither TEST_DATABASE_URL nor an installed PostgreSQL.");
}

/**
 * Both databases, for `for (const { name, ignore, open } of databases) Deno.test({ name: `… on ${name}`, ignore, … })`.
 */
export const databases: readonly TestDatabase[] = [
  { name: "PGlite", ignore: false, open: () => openEmbedded({ dataDir: "memory://" }) },
  {
    name: postgresAvailable ? "PostgreSQL" : "PostgreSQL (not installed, TEST_DATABASE_URL not set)",
    ignore: !postgresAvailable,
    open: openOnServer,
  },
];

/** Runs `test` on an empty embedded database in memory. */
export async function withEmbedded<T>(test: (database: Database) => Promise<T>): Promise<T> {
  return await closing(await openEmbedded({ dataDir: "memory://" }), test);
}

/** Runs `test` on an empty database of a PostgreSQL server; only where {@link postgresAvailable}. */
export async function withPostgres<T>(test: (database: Database) => Promise<T>): Promise<T> {
  return await closing(await openOnServer(), test);
}

/** Makes an empty database on the server of this test process, or on the one that TEST_DATABASE_URL names. */
export async function createTestDatabase(): Promise<TestDatabaseUrl> {
  const server = await serverUrl();
  const name = `tandem_test_${crypto.randomUUID().replaceAll("-", "")}`;
  await administer(server, `create database ${name}`);
  const url = new URL(server);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server, `drop database if exists ${name} with (force)`) };
}

async function openOnServer(): Promise<Database> {
  const { url, drop } = await createTestDatabase();
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

/**
 * The server that all test files of this process share. Each file is a world of its own, so that they meet in the file
 * system: who takes the lock first starts the server, and the others read its URL.
 */
async function serverUrl(): Promise<string> {
  const given = Deno.env.get("TEST_DATABASE_URL");
  if (given) return given;
  const base = join(tmpdir(), `tandem-test-${Deno.pid}`);
  using lock = await Deno.open(`${base}.lock`, { read: true, write: true, create: true });
  await lock.lock(true);
  const note = join(base, "url");
  const known = await Deno.readTextFile(note).catch(() => null);
  if (known !== null) return known;
  const { url } = await startServer({ folder: base });
  await Deno.writeTextFile(note, url);
  return url;
}

export { postgresBinaries, type PostgresServer, startServer } from "./postgres_server.ts";
