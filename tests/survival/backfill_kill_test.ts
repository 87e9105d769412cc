import assert from "node:assert/strict";
import { join } from "node:path";
import { type Database, openDatabase } from "../../resources/database/mod.ts";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";

type Where = { databaseUrl?: string; dataDir: string };

/** A process that takes a backfill to its end. */
class Backfilling {
  readonly #child: Deno.ChildProcess;
  readonly #lines: string[] = [];
  readonly #read: Promise<void>;
  #heard = () => {};

  constructor(where: Where) {
    this.#child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", "tests/support/backfill_process.ts", JSON.stringify(where)],
      cwd: new URL("../../", import.meta.url),
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    this.#read = this.#listen();
  }

  async #listen(): Promise<void> {
    let rest = "";
    for await (const text of this.#child.stdout.pipeThrough(new TextDecoderStream())) {
      const lines = (rest + text).split("\n");
      rest = lines.pop()!;
      this.#lines.push(...lines);
      this.#heard();
    }
  }

  /** Resolves when it has begun so many parts, or has ended. */
  async parts(count: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#heard = () => {
      if (this.#lines.length >= count) resolve();
    };
    this.#heard();
    await Promise.race([promise, this.#read]);
  }

  /** Kills it as `kill -9` does; true if it was not at its end. */
  async kill(): Promise<boolean> {
    try {
      this.#child.kill("SIGKILL");
    } catch {
      // It has ended by itself.
    }
    await this.#read;
    await this.#child.status;
    return !this.#lines.some((line) => line.startsWith("ended"));
  }

  /** What it said at its end. */
  async end(): Promise<string | undefined> {
    await this.#read;
    await this.#child.status;
    return this.#lines.at(-1);
  }
}

/** 48 dates of two names, the same adjusted, and sums from the third date on. */
const partitionsInAll = 96 + 96 + 46;

async function assertComplete(database: Database): Promise<void> {
  const { sql } = database;
  for (const [table, rows] of [["raw.quotes", 96], ["silver.adjusted", 96], ["gold.sums", 46]] as const) {
    const [found] = await sql.unsafe(`SELECT count(*)::integer AS n FROM ${table} WHERE _until IS NULL`);
    assert.equal(found!.n, rows, table);
  }
  // Whatever was published before a kill was not made again: each part of quotes has one materialization.
  const [quotes] = await sql`
    SELECT count(*)::integer AS parts, sum(rows_added)::integer AS rows FROM engine.materialization
    WHERE asset_key = 'quotes'`;
  assert.deepEqual({ ...quotes }, { parts: 24, rows: 96 });
  const backfills = await sql`SELECT status FROM engine.backfill`;
  assert.deepEqual(backfills.map(({ status }) => status), ["succeeded"]);
  const [open] = await sql`SELECT count(*)::integer AS n FROM engine.run WHERE status NOT IN ('succeeded')`;
  assert.equal(open!.n, 0, "a run did not end well");
}

async function surviveKills(where: Where): Promise<void> {
  for (const parts of [3, 9, 17]) {
    const process = new Backfilling(where);
    await process.parts(parts);
    assert.ok(await process.kill(), "it was killed in the middle");
  }
  assert.equal(await new Backfilling(where).end(), `ended succeeded ${partitionsInAll}/${partitionsInAll}`);
  const database = await openDatabase(where);
  try {
    await assertComplete(database);
  } finally {
    await database.close();
  }
}

Deno.test("a backfill on the embedded database whose process is killed three times is made to its end, each part once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await surviveKills({ dataDir: join(folder, "data") });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

const missing = postgresAvailable ? "" : " (PostgreSQL not installed, TEST_DATABASE_URL not set)";

Deno.test({
  name: `a backfill on PostgreSQL whose process is killed three times is made to its end, each part once${missing}`,
  ignore: !postgresAvailable,
  async fn() {
    const folder = await Deno.makeTempDir();
    const { url, drop } = await createTestDatabase();
    try {
      await surviveKills({ databaseUrl: url, dataDir: folder });
    } finally {
      await drop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});

Deno.test({
  name: `a backfill on PostgreSQL is driven by one of two processes, and by the other when that is killed${missing}`,
  ignore: !postgresAvailable,
  async fn() {
    const folder = await Deno.makeTempDir();
    const { url, drop } = await createTestDatabase();
    const where = { databaseUrl: url, dataDir: folder };
    try {
      const first = new Backfilling(where);
      await first.parts(2);
      const second = new Backfilling(where);
      await first.parts(12);
      assert.ok(await first.kill(), "it was killed in the middle");
      assert.equal(await second.end(), `ended succeeded ${partitionsInAll}/${partitionsInAll}`);
      const database = await openDatabase(where);
      try {
        await assertComplete(database);
      } finally {
        await database.close();
      }
    } finally {
      await drop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
