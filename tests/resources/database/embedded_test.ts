import assert from "node:assert/strict";
import { join } from "node:path";
import {
  DatabaseOpenError,
  type EmbeddedDatabase,
  FolderHeldError,
  openEmbedded,
  openLent,
  type Sql,
} from "../../../resources/database/mod.ts";
import { nextTurn } from "../../../resources/turns.ts";
import { withEmbedded } from "../../support/database.ts";

const HOLDER = new URL("./embedded_holder.ts", import.meta.url);

async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "tandem-embedded-" });
  try {
    await test(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function opened(dataDir: string, use: (database: EmbeddedDatabase) => Promise<void>): Promise<void> {
  const database = await openEmbedded({ dataDir });
  try {
    await use(database);
  } finally {
    await database.close();
  }
}

/** Another process that opens the folder, says what it committed line by line, and can only be killed. */
class Holder implements AsyncDisposable {
  readonly #process: Deno.ChildProcess;
  readonly #lines: ReadableStreamDefaultReader<string>;
  #rest = "";

  constructor(dataDir: string) {
    const args = ["run", "-A", "--quiet", HOLDER.pathname, dataDir];
    this.#process = new Deno.Command(Deno.execPath(), { args, stdout: "piped", stderr: "inherit" }).spawn();
    this.#lines = this.#process.stdout.pipeThrough(new TextDecoderStream()).getReader();
  }

  get pid(): number {
    return this.#process.pid;
  }

  /** The next whole line, or null when there are no more. */
  async line(): Promise<string | null> {
    while (!this.#rest.includes("\n")) {
      const { value, done } = await this.#lines.read();
      if (done) return null;
      this.#rest += value;
    }
    const end = this.#rest.indexOf("\n");
    const line = this.#rest.slice(0, end);
    this.#rest = this.#rest.slice(end + 1);
    return line;
  }

  /** Kills it and returns the lines that it had still said. */
  async kill(): Promise<string[]> {
    this.#process.kill("SIGKILL");
    await this.#process.status;
    const lines: string[] = [];
    for (let line = await this.line(); line !== null; line = await this.line()) lines.push(line);
    return lines;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      this.#process.kill("SIGKILL");
    } catch {
      // Dead already.
    }
    await this.#process.status;
    await this.#lines.cancel();
  }
}

Deno.test("openEmbedded() keeps committed data for the next opening", async () => {
  await inFolder(async (folder) => {
    const dataDir = join(folder, "not", "yet", "there");
    await opened(dataDir, async ({ sql, location, kind }) => {
      assert.deepEqual([kind, location], ["embedded", dataDir]);
      await sql`create table t (a integer)`;
      await sql`insert into t values (1), (2)`;
    });
    await opened(dataDir, async ({ sql }) => assert.equal((await sql`select sum(a) from t`)[0]!.sum, 3));
  });
});

Deno.test("openEmbedded() runs transactions of several connections one after the other", async () => {
  await withEmbedded(async ({ sql }) => {
    await sql`create table counter (n integer)`;
    await sql`insert into counter values (0)`;
    await Promise.all(Array.from({ length: 40 }, () =>
      sql.begin(async (tx) => {
        const [row] = await tx<{ n: number }[]>`select n from counter`;
        await new Promise((resolve) => setTimeout(resolve, 0));
        await tx`update counter set n = ${row!.n + 1}`;
      })));
    assert.equal((await sql`select n from counter`)[0]!.n, 40);
  });
});

Deno.test("openEmbedded() starts anew when failed statements have used up its stack, with all that was committed", async () => {
  await inFolder((dataDir) =>
    opened(dataDir, async ({ sql }) => {
      await sql`create table t (a integer)`;
      const reasons = new Map<string, number>();
      for (let n = 0; n < 2_200; n++) {
        const insert = () => sql`insert into t values (${n})`;
        if (n % 100 === 0) await insert().catch(() => insert());
        await sql`select 1 / ${0}::integer`.catch(({ message }) =>
          reasons.set(message, (reasons.get(message) ?? 0) + 1)
        );
      }
      const divisions = reasons.get("division by zero")!;
      // Of those in between, the connection was lost.
      assert.ok(divisions > 2_150 && divisions < 2_200, JSON.stringify([...reasons]));
      assert.equal((await sql`select count(*) from t`)[0]!.count, 22);
    })
  );
});

Deno.test("openEmbedded() keeps the errors of one connection from the others", async () => {
  await withEmbedded(async ({ sql }) => {
    const outcomes = await Promise.all(Array.from({ length: 90 }, (_, i) => {
      const query = [
        () => sql`select ${i}::integer as n`,
        () => sql`select 1 / ${0}::integer as n`,
        () => sql`select nonsense + ${i}::integer as n`,
        () => sql.unsafe("select 1; select 1 / 0"),
        () => sql.begin((tx) => tx`select 1 / ${0}::integer`),
      ][i % 5]!;
      return query().then(([row]) => row!.n, (error) => error.code);
    }));
    assert.deepEqual(outcomes, outcomes.map((_, i) => [i, "22012", "42703", "22012", "22012"][i % 5]));
  });
});

Deno.test("openEmbedded() gives dates, instants, big integers, decimals and lists as their plain forms", async () => {
  await withEmbedded(async ({ sql }) => {
    const [row] = await sql`
      select date '2024-02-29' as day, timestamptz '2024-02-29 15:30:00.125+01' as at, 42::bigint as small,
        9007199254740993::bigint as large, 1.25::numeric as price, array['a', 'b'] as list`;
    assert.deepEqual(row, {
      day: "2024-02-29",
      at: "2024-02-29T14:30:00.125Z",
      small: 42,
      large: "9007199254740993",
      price: 1.25,
      list: ["a", "b"],
    });
    const [back] = await sql`
      select ${"2024-02-29"}::date = ${row!.day}::date as day, ${new Date(row!.at)} = ${row!.at}::timestamptz as at,
        'b' = any(${["a", "b"]}) as list`;
    assert.deepEqual(back, { day: true, at: true, list: true });
  });
});

Deno.test("close() lets go of the folder, and may be called twice", async () => {
  await inFolder(async (folder) => {
    const database = await openEmbedded({ dataDir: folder });
    await Promise.all([database.close(), database.close()]);
    await opened(folder, async ({ sql }) => assert.equal((await sql`select 1 as one`)[0]!.one, 1));
    assert.ok(!Array.from(Deno.readDirSync(folder), (entry) => entry.name).includes("tandem.json"));
  });
});

Deno.test("openEmbedded() refuses a folder that another process holds, and says who and where it is", async () => {
  await inFolder(async (folder) => {
    await using holder = new Holder(folder);
    assert.equal(await holder.line(), "open");
    await assert.rejects(openEmbedded({ dataDir: folder }), (error) => {
      assert.ok(error instanceof FolderHeldError && error instanceof DatabaseOpenError);
      assert.equal(error.pid, holder.pid);
      assert.equal(error.url, "http://127.0.0.1:8123");
      assert.ok(Math.abs(Date.parse(error.startedAt!) - Date.now()) < 60_000);
      for (const part of [folder, "DATA_DIR", String(holder.pid), error.url]) assert.ok(error.message.includes(part));
      return true;
    });
    await holder.kill();
    // What the dead process left behind names a process that no longer holds the folder.
    assert.equal(JSON.parse(await Deno.readTextFile(join(folder, "tandem.json"))).pid, holder.pid);
    await opened(folder, async ({ sql }) => assert.equal((await sql`select 1 as one`)[0]!.one, 1));
  });
});

Deno.test("openEmbedded() finds every committed row after SIGKILL in the middle of commits, time and again", async () => {
  await inFolder(async (folder) => {
    let committed = 0;
    for (let life = 0; life < 5; life++) {
      await using holder = new Holder(folder);
      assert.equal(await holder.line(), "open");
      const enough = committed + 3 + 17 * life;
      while (committed < enough) committed = Number(await holder.line());
      committed = Number((await holder.kill()).at(-1) ?? committed);
      await opened(folder, async ({ sql }) => {
        const [row] = await sql`
          select coalesce(max(batch), 0) as last, count(*) as rows, count(distinct batch) as batches from life`;
        // The one that was on its way when the process died may have arrived, whole.
        assert.ok(row!.last === committed || row!.last === committed + 1, `${row!.last} of ${committed}`);
        assert.deepEqual([row!.batches, row!.rows], [row!.last, row!.last * 100]);
        committed = row!.last;
      });
    }
  });
});

Deno.test("openEmbedded() begins anew where the first start was cut short", async () => {
  await inFolder(async (folder) => {
    await Deno.mkdir(join(folder, "postgres.new", "base"), { recursive: true });
    await Deno.writeTextFile(join(folder, "postgres.new", "PG_VERSION"), "18\n");
    await opened(folder, async ({ sql }) => assert.equal((await sql`select 1 as one`)[0]!.one, 1));
    await assert.rejects(Deno.stat(join(folder, "postgres.new")), Deno.errors.NotFound);
  });
});

Deno.test({
  name: "openEmbedded() keeps its files to the user it runs as",
  ignore: Deno.build.os === "windows",
  async fn() {
    await inFolder(async (folder) => {
      await opened(folder, async ({ sql }) => assert.equal((await sql`select 1 as one`)[0]!.one, 1));
      // PGlite makes files that everyone may write: the folder above them has to keep everyone out.
      assert.equal((await Deno.stat(join(folder, "postgres"))).mode! & 0o777, 0o700);
    });
  },
});

Deno.test("openEmbedded() says that DATA_DIR is a file", async () => {
  await inFolder(async (folder) => {
    const file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    for (const dataDir of [file, join(file, "below")]) {
      await assert.rejects(openEmbedded({ dataDir }), (error) => {
        assert.ok(error instanceof DatabaseOpenError);
        assert.match(error.message, /^DATA_DIR .*file.* cannot be used: the path, or a part of it, is a file\. Set/);
        return true;
      });
    }
  });
});

Deno.test({
  name: "openEmbedded() says that DATA_DIR cannot be written",
  // Root may write everywhere but where the kernel itself refuses.
  ignore: Deno.build.os === "windows",
  async fn() {
    await inFolder(async (folder) => {
      const dataDir = Deno.uid() === 0 ? "/proc/tandem" : folder;
      if (dataDir === folder) await Deno.chmod(folder, 0o500);
      await assert.rejects(openEmbedded({ dataDir }), (error) => {
        assert.ok(error instanceof DatabaseOpenError);
        assert.ok(error.message.startsWith(`DATA_DIR ${dataDir} cannot be used: `), error.message);
        assert.match(error.message, /Set DATA_DIR to a folder that this user may create and write\.$/);
        return true;
      });
    });
  },
});

Deno.test("openEmbedded() serves other connections while one is being closed in a transaction", async () => {
  await withEmbedded(async ({ sql }) => {
    await sql`create table t (a integer)`;
    const reserved = await sql.reserve();
    await reserved`begin`;
    await reserved`insert into t values (1)`;
    const waiting = sql`select count(*) from t`;
    await reserved`rollback`;
    reserved.release();
    assert.equal((await waiting)[0]!.count, 0);
  });
});

const canMount = tryMount();

/** Root may make a small disk, though not in every container. */
function tryMount(): boolean {
  if (Deno.build.os !== "linux" || Deno.uid() !== 0) return false;
  const folder = Deno.makeTempDirSync({ prefix: "tandem-mount-" });
  const run = (...command: string[]) =>
    new Deno.Command(command[0]!, { args: command.slice(1), stdout: "null", stderr: "null" }).outputSync().success;
  try {
    return run("mount", "-t", "tmpfs", "tmpfs", folder) && run("umount", folder);
  } finally {
    Deno.removeSync(folder);
  }
}

/** Gives a disk of its own size. */
async function onDisk(megabytes: number, test: (folder: string, grow: (to: number) => Promise<void>) => Promise<void>) {
  await inFolder(async (folder) => {
    const mount = async (...args: string[]) => {
      const { success } = await new Deno.Command("mount", { args: [...args, folder], stdout: "null" }).output();
      assert.ok(success);
    };
    await mount("-t", "tmpfs", "-o", `size=${megabytes}m`, "tmpfs");
    try {
      await test(join(folder, "data"), (to) => mount("-o", `remount,size=${to}m`));
    } finally {
      await new Deno.Command("umount", { args: ["--lazy", folder] }).output();
    }
  });
}

Deno.test({
  name: canMount
    ? "openEmbedded() says that the disk is full"
    : "openEmbedded() says that the disk is full (needs root to make a small one)",
  ignore: !canMount,
  async fn() {
    await onDisk(20, async (dataDir) => {
      await assert.rejects(openEmbedded({ dataDir }), (error) => {
        assert.ok(error instanceof DatabaseOpenError);
        assert.match(error.message, /^DATA_DIR .* cannot be used: the disk is full .* Free some space/);
        return true;
      });
    });
  },
});

Deno.test({
  name: canMount
    ? "openEmbedded() fails queries while the disk is full, and goes on with all that was committed when it no longer is"
    : "openEmbedded() goes on after the disk was full (needs root to make a small one)",
  ignore: !canMount,
  async fn() {
    await onDisk(110, async (dataDir, grow) => {
      await opened(dataDir, async ({ sql }) => {
        await sql`create table t (a text)`;
        let committed = 0;
        const fill = () => sql`insert into t select repeat('x', 300) from generate_series(1, 30000)`;
        await assert.rejects(async () => {
          for (let i = 0; i < 20; i++) {
            await fill();
            committed += 30_000;
          }
        }, /No space left on device/);
        assert.ok(committed > 0);
        // More often than there are connections.
        for (let i = 0; i < 5; i++) await assert.rejects(fill(), /No space left on device|the disk is full/);
        await grow(400);
        assert.equal((await sql`select count(*) from t`)[0]!.count, committed);
        await fill();
      });
    });
  },
});

Deno.test("openLent() uses the same database from another thread's side, and leaves nothing open when that ends without a word", async () => {
  await opened("memory://", async (owner) => {
    await owner.sql`CREATE TABLE told (word text)`;
    const lending = owner.lend(() => assert.fail("The database has not stopped."));
    const lent = await openLent({ connect: (port) => lending.connect(port) });
    await lent.sql`INSERT INTO told VALUES ('kept')`;
    const { promise: holds, resolve } = Promise.withResolvers<void>();
    const left = lent.sql.begin(async (tx) => {
      await tx`INSERT INTO told VALUES ('dropped')`;
      resolve();
      // As in a thread that is ended in the middle of a transaction.
      await new Promise((resolve) => setTimeout(resolve, 100));
      lending.end();
      await tx`INSERT INTO told VALUES ('dropped too')`;
    });
    await holds;
    const rows = owner.sql<{ word: string }[]>`SELECT word FROM told`;
    await assert.rejects(Promise.race([left, new Promise((_, reject) => setTimeout(reject, 500))]));
    assert.deepEqual((await rows).map(({ word }) => word), ["kept"]);
    left.catch(() => {});
    await lent.close();
  });
});

Deno.test("openLent() lets the other work of its thread wait for a transaction, except for the end of what keeps the session", async () => {
  await opened("memory://", async (owner) => {
    const lending = owner.lend(() => assert.fail("The database has not stopped."));
    const lent = await openLent({ connect: (port) => lending.connect(port) });
    const { sql } = lent;
    // Opens the connections.
    await Promise.all([sql`SELECT 1`, sql.begin((tx) => tx`SELECT 1`)]);
    const ended: string[] = [];
    await Promise.all([
      sql`SELECT 2`.then(() => ended.push("statement")),
      sql.begin(async (tx) => {
        void nextTurn().then(() => ended.push("computation"));
        for (let n = 0; n < 5; n++) await tx`SELECT ${n}::integer`;
        await new Promise((resolve) => setTimeout(resolve, 20));
        ended.push("transaction");
      }),
    ]);
    await nextTurn();
    assert.deepEqual([ended[0], ended.toSorted()], ["transaction", ["computation", "statement", "transaction"]]);
    // Without a name the description of a statement is sent before its values, and the session waits for them.
    const sums = await Promise.all(Array.from({ length: 60 }, async (_, n) => {
      const query = (sql: Sql) => sql<{ sum: number }[]>`SELECT ${n}::integer + ${n % 7}::integer AS sum`;
      const unnamed = sql.unsafe<{ sum: number }[]>("SELECT $1::integer + 1 AS sum", [n]);
      return [(await unnamed)[0]!.sum, (await sql.begin(query))[0]!.sum];
    }));
    assert.deepEqual(sums, sums.map((_, n) => [n + 1, n + n % 7]));
    await lent.close();
    lending.end();
  });
});
