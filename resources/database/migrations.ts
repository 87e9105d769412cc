import type postgres from "postgres";
import type { Database } from "./database.ts";
import { MigrationError } from "./errors.ts";

/** One numbered SQL file. */
interface Migration {
  number: number;
  name: string;
  checksum: string;
  sql: string;
}

const FILE_NAME = /^(\d{4})_([a-z0-9_]+)\.sql$/;
/** Arbitrary; must be the same in every process. */
const LOCK_KEY = 7_463_926_201;

/**
 * Applies the files `0001_name.sql`, `0002_…` of `folder` to the database, each in a transaction together with its record in
 * `engine.migration`. Any number of processes may do so at once: one applies them, the others find them applied.
 *
 * @returns The names of the migrations applied now, in order.
 * @throws {MigrationError} If numbers repeat or leave a gap, if an applied file was changed since, or if the database has
 * migrations that the folder lacks.
 * @throws {MigrationError} If a schema to be created has tables that Tandem did not make, or if Tandem stores its data in this
 * database under another prefix of schemas; nothing was changed.
 * @throws {MigrationError} If a file fails, with PostgreSQL's error as `cause`; those before it stay applied.
 */
export async function migrate(database: Database, folder: URL): Promise<string[]> {
  const migrations = await readMigrations(folder);
  const applied: string[] = [];
  for (;;) {
    const name = await database.sql.begin(async (tx) => {
      await tx`select pg_advisory_xact_lock(${LOCK_KEY})`;
      const record = await readRecord(tx);
      const done = record ?? [];
      compare(migrations, done);
      const next = migrations[done.length];
      if (next === undefined) return null;
      if (record === null) await refuseOtherPrefix(tx);
      await refuseForeign(tx, migrations.slice(done.length), { isFirst: done.length === 0 });
      if (record === null) await createRecord(tx);
      await apply(tx, next);
      return next.name;
    });
    if (name === null) return applied;
    applied.push(name);
  }
}

/** Time of the first migration of a database, which is its first use. */
export async function firstUsedAt({ sql }: Pick<Database, "sql">): Promise<Temporal.Instant> {
  const [row] = await sql<{ at: string }[]>`
    select to_char(min(applied_at) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as at from engine.migration`;
  return Temporal.Instant.from(row!.at);
}

/** Record of an applied migration. */
type Done = Pick<Migration, "number" | "name" | "checksum">;

/** The applied migrations; `null` without a record of any. */
async function readRecord(tx: postgres.TransactionSql): Promise<Done[] | null> {
  const columns = await tx<{ name: string }[]>`
    select attname as name from pg_attribute
    where attrelid = to_regclass('engine.migration') and attnum > 0 and not attisdropped`;
  if (columns.length === 0) return null;
  const names = columns.map(({ name }) => name);
  if (!["number", "name", "checksum", "applied_at"].every((name) => names.includes(name))) {
    throw new MigrationError(`The table engine.migration was not made by Tandem. ${OWN_DATABASE} ${OWN_SCHEMAS}`);
  }
  return [...await tx<Done[]>`select number, name, checksum from engine.migration order by number`];
}

async function createRecord(tx: postgres.TransactionSql): Promise<void> {
  await tx`create schema if not exists engine`;
  await tx`create table engine.migration (
    number integer primary key,
    name text not null,
    checksum text not null,
    applied_at timestamptz not null default now()
  )`;
}

/** A table that identifies the database of the original services, and the remedy. */
const ORIGINAL_TABLE = "etf_daily_ohlc";
const IMPORT_IT = "Then import the data of this one with `deno task import` and its address.";

const OWN_DATABASE = "Give Tandem a database of its own: create one (createdb tandem) and name it in DATABASE_URL.";
const OWN_SCHEMAS = "Or give its schemas a prefix in this database: SCHEMA_PREFIX=tandem_.";

/** Advisory locks apply to the whole database: processes under two prefixes would mistake each other's for their own. */
async function refuseOtherPrefix(tx: postgres.TransactionSql): Promise<void> {
  const [other] = await tx<{ schema: string }[]>`
    select n.nspname as schema from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where c.relname = 'migration' and right(n.nspname, 6) = 'engine' and (
      select count(*) from pg_attribute a where a.attrelid = c.oid and not a.attisdropped
        and a.attname in ('number', 'name', 'checksum', 'applied_at')) = 4
    order by 1 limit 1`;
  if (other === undefined) return;
  const prefix = other.schema.slice(0, -"engine".length);
  throw new MigrationError(
    `Tandem keeps its data in this database under the schema "${other.schema}". ` +
      `${
        prefix === "" ? "Unset SCHEMA_PREFIX" : `Set SCHEMA_PREFIX=${prefix}`
      } to go on with it, or name another database in ` +
      "DATABASE_URL: a database has one prefix. Nothing was changed.",
  );
}

/**
 * Schemas to be created must be empty, or absent if the migration requires that: otherwise they belong to another program, and
 * Tandem would mix its tables with those.
 */
async function refuseForeign(
  tx: postgres.TransactionSql,
  pending: readonly Migration[],
  { isFirst }: { isFirst: boolean },
): Promise<void> {
  const made = new Map(isFirst ? [["engine", true]] : []);
  for (const { sql } of pending) {
    for (
      const [, mayExist, name] of sql.matchAll(
        /^[ \t]*create[ \t]+schema[ \t]+(if[ \t]+not[ \t]+exists[ \t]+)?([a-z_]\w*)/gim,
      )
    ) {
      made.set(name!.toLowerCase(), mayExist !== undefined);
    }
  }
  if (made.size === 0) return;
  // The literal passed to to_regnamespace() gets the prefix of schemas, the name beside it does not.
  const names = [...made.keys()].map((name) => `('${name}', to_regnamespace('${name}'))`).join(", ");
  const found = await tx<{ name: string; schema: string; relation: string | null; isOriginal: boolean }[]>`
    select m.name, n.nspname as schema,
      exists (select from pg_class c where c.relnamespace = n.oid and c.relname = ${ORIGINAL_TABLE}) as "isOriginal", (
      select c.relname from pg_class c
      where c.relnamespace = n.oid and c.oid is distinct from to_regclass('engine.migration')
        and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      order by c.relname limit 1
    ) as relation
    from (values ${tx.unsafe(names)}) as m(name, oid) join pg_namespace n on n.oid = m.oid
    order by 1`;
  const wayOut = [
    OWN_DATABASE,
    ...found.some(({ isOriginal }) => isOriginal) ? [IMPORT_IT] : [],
    OWN_SCHEMAS,
  ].join(" ");
  for (const { name, schema, relation } of found) {
    if (relation === null && made.get(name)) continue;
    const what = relation === null ? `a schema "${schema}"` : `"${schema}"."${relation}"`;
    throw new MigrationError(
      `The database has ${what}, not made by Tandem, under a name that Tandem uses. Nothing was changed. ${wayOut}`,
    );
  }
}

async function apply(tx: postgres.TransactionSql, { number, name, checksum, sql }: Migration): Promise<void> {
  try {
    // Simple protocol, because a file has many statements.
    await tx.unsafe(sql).simple();
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new MigrationError(`Migration ${name} failed and was rolled back: ${said}${lineOf(sql, cause)}.`, { cause });
  }
  await tx`insert into engine.migration (number, name, checksum) values (${number}, ${name}, ${checksum})`;
}

function lineOf(sql: string, error: unknown): string {
  if (typeof error !== "object" || error === null || !("position" in error)) return "";
  // The position refers to the sent text, in which schemas may have a prefix.
  const text = "query" in error && typeof error.query === "string" ? error.query : sql;
  return ` (line ${text.slice(0, Number(error.position)).split("\n").length})`;
}

function compare(
  migrations: readonly Migration[],
  done: readonly Done[],
): void {
  done.forEach(({ number, name, checksum }, i) => {
    const file = migrations[i];
    if (file === undefined) {
      throw new MigrationError(
        `The database has migration ${name}, which this version of Tandem does not know ` +
          `(its newest is ${migrations.at(-1)?.name ?? "none"}). Start the newer version, or use another database.`,
      );
    }
    if (number !== file.number || name !== file.name) {
      throw new MigrationError(
        `The database has migration ${name} where this version of Tandem has ${file.name}: another program keeps its ` +
          `migrations under the same name, or the files were renamed. Nothing was changed. ${OWN_DATABASE} ${OWN_SCHEMAS}`,
      );
    }
    if (checksum !== file.checksum) {
      throw new MigrationError(
        `Migration ${name} was changed after it had been applied. Restore the file and put the change into a new one.`,
      );
    }
  });
}

async function readMigrations(folder: URL): Promise<Migration[]> {
  const base = new URL(folder.href.endsWith("/") ? folder.href : `${folder.href}/`);
  const names: string[] = [];
  for await (const entry of Deno.readDir(base)) {
    if (entry.isFile && entry.name.endsWith(".sql")) names.push(entry.name);
  }
  const migrations: Migration[] = [];
  for (const file of names.sort()) {
    const match = FILE_NAME.exec(file);
    if (match === null) {
      throw new MigrationError(`Migration file ${file} is not named like 0001_create_bars.sql.`);
    }
    const number = Number(match[1]);
    const name = file.slice(0, -".sql".length);
    const previous = migrations.at(-1);
    if (previous?.number === number) {
      throw new MigrationError(`Migrations ${previous.name} and ${name} have the same number: give one the next.`);
    }
    if (number !== migrations.length + 1) {
      const missing = String(migrations.length + 1).padStart(4, "0");
      throw new MigrationError(
        `Migration ${name} follows ${previous?.name ?? "nothing"}: number ${missing} is missing.`,
      );
    }
    // A checkout on Windows may have changed the line endings.
    const sql = (await Deno.readTextFile(new URL(file, base))).replaceAll("\r\n", "\n");
    migrations.push({ number, name, checksum: await sha256(sql), sql });
  }
  return migrations;
}

async function sha256(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
