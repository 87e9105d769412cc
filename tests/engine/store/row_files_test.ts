import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { type AnyAsset, Engine, type Filter, type RowQuery, silentLogger } from "../../../engine/mod.ts";
import { type Database, openEmbedded } from "../../../resources/database/mod.ts";
import { FileStoreError, s3Store } from "../../../resources/row_files/mod.ts";
import { fixedClock } from "../../../resources/clock.ts";
import { databases } from "../../support/database.ts";
import { until } from "../../support/partitions.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import {
  assetsIn,
  type EveryType,
  keys,
  make,
  openEngine,
  rowOf,
  type RowWorld,
  sessions,
  type TestStore,
  testStore,
  tickers,
} from "../../support/row_files.ts";
import { s3Error, startS3 } from "../../support/s3_server.ts";

/** Everything that readers can see of the assets, with materializations by their place among those of the asset. */
async function everything(engine: Engine): Promise<unknown> {
  const seen: Record<string, unknown> = {};
  for (const key of keys) {
    const versions = (await engine.materializations(key, { limit: 100 })).reverse();
    const place = new Map<number, number>(versions.map(({ id }, i) => [id, i]));
    seen[`${key} versions`] = versions.map((
      { rowCount, rowsAdded, rowsRemoved },
    ) => [rowCount, rowsAdded, rowsRemoved]);
    const dated = key !== "dateless";
    const queries: RowQuery[] = [{}, { order: ["-ticker"] }];
    const filter = (column: string, operator: Filter["operator"], value: string): Filter => ({
      column,
      operator,
      value,
    });
    if (dated) {
      queries.push(
        { filters: [filter("session", "gte", "2026-01-02"), filter("session", "lt", "2026-02-02")] },
        { filters: [filter("ticker", "in", "A,😀"), filter("close", "gt", "100")], order: ["-close"] },
        { filters: [filter("session", "in", "2025-12-31,2026-03-31")], fields: ["session", "name"], order: ["name"] },
        { filters: [filter("active", "eq", "true")], order: ["volume", "-session"], fields: ["ticker", "seen_at"] },
        { filters: [filter("seen_at", "lte", "2026-05-01T00:00:05Z")], order: ["-seen_at"] },
        { filters: [filter("name", "ne", "a,b")], order: ["-active", "name"] },
      );
    }
    for (const { id } of versions) {
      const lost = await engine.rows(key, { asOf: id, limit: 1 }).then(() => false, () => true);
      for (const [i, query] of queries.entries()) {
        const at = `${key} as of ${place.get(id)}, query ${i}`;
        if (lost) {
          seen[at] = "refused";
          continue;
        }
        const pages: unknown[] = [];
        let cursor: string | undefined;
        do {
          const page = await engine.rows(key, { ...query, asOf: id, limit: 7, cursor });
          pages.push(page.rows);
          cursor = page.nextCursor ?? undefined;
        } while (cursor !== undefined);
        seen[at] = pages;
        seen[`${at}, as a table`] = (await engine.table(key, { ...query, asOf: id })).data;
        await using stream = await engine.rowStream(key, { ...query, asOf: id });
        const streamed: unknown[] = [];
        for (let some; (some = await stream.next());) streamed.push(...some.map((row) => ({ ...row })));
        seen[`${at}, streamed`] = [stream.rowCount, streamed];
      }
      if (!lost) seen[`${key} dates as of ${place.get(id)}`] = await engine.datesWithRows(key, { asOf: id });
      seen[`${key} newest as of ${place.get(id)}`] = lost || await engine.newestDate(key, { asOf: id });
    }
    const kept = await Promise.all(
      versions.map(({ id }) => engine.rows(key, { asOf: id, limit: 1 }).then(() => [id], () => [])),
    );
    const [first] = kept.flat();
    const { rowsAdded, rowsRemoved, rowsChanged } = await engine.compare(key, { from: first! });
    seen[`${key} difference`] = { rowsAdded, rowsRemoved, rowsChanged };
    if ((await engine.rows(key, { limit: 1 })).rows.length > 0) {
      const receipts = await engine.receipts(key, {});
      seen[`${key} receipts`] = receipts.map(({ materialization, rows }) => [place.get(materialization), rows.length]);
    }
    seen[`${key} state`] = (await engine.states([key])).map(({ state, reasons }) => [state, reasons]);
  }
  const view = { key: "whole" } as { key: string; "~row"?: EveryType };
  seen["newest in a column"] = [
    await engine.newestIn(view, "session"),
    await engine.newestIn(view, "session", "active"),
  ];
  seen["newest rows"] = (await engine.newestRows(view, { each: 2, fields: ["ticker", "session", "close"] })).rows;
  return seen;
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `Rows in files on ${name} equal those of tables, in every version and for every reader`,
    ignore,
    async fn() {
      await using store = await testStore();
      const [inTables, inFiles] = [await open(), await open()];
      const world: RowWorld = { rows: [], before() {} };
      const engines = [await openEngine(inTables, world), await openEngine(inFiles, world, store)];
      const random = pseudoRandom(20261123);
      try {
        for (let step = 0; step < 6; step++) {
          const names = tickers.filter(() => random() < 0.8);
          const dates = sessions.slice(0, 2 + step);
          const known = new Map(world.rows.map((row) => [`${row.ticker} ${row.session}`, row]));
          // The fourth step changes nothing, and the last but one removes everything.
          if (step === 4) world.rows = [];
          else if (step !== 3) {
            world.rows = names.flatMap((ticker) =>
              dates.filter(() => random() < 0.9).map((session) => {
                const same = known.get(`${ticker} ${session}`);
                return same && random() < 0.7 ? same : rowOf(ticker, session, random);
              })
            );
          }
          for (const engine of engines) {
            const run = await make(engine, { force: step === 3 });
            assert.equal(run.status, "succeeded", JSON.stringify(run.steps));
          }
        }
        assert.deepEqual(await everything(engines[1]!), await everything(engines[0]!));
        const tables = await inFiles.sql`
          SELECT relname FROM pg_class WHERE relname = ANY(${keys}) AND relkind = 'r'`;
        assert.deepEqual([...tables], [], "there are no tables");
        for (const database of [inTables, inFiles]) {
          await database.sql`UPDATE engine.materialization SET committed_at = committed_at - interval '3 hours'`;
        }
        const pruned = await Promise.all(engines.map((engine) => engine.prune()));
        assert.deepEqual(
          pruned[1]!.map(({ key, versions }) => [key, versions]),
          pruned[0]!.map(({ key, versions }) => [key, versions]),
        );
        assert.deepEqual(await everything(engines[1]!), await everything(engines[0]!), "after pruning");
      } finally {
        for (const engine of engines) await engine.close();
        await inTables.close();
        await inFiles.close();
      }
    },
  });
}

/** Registers a test of an engine with rows in files on each database. */
function test(
  title: string,
  body: (around: { engine: Engine; database: Database; store: TestStore; world: RowWorld }) => Promise<void>,
): void {
  for (const { name, ignore, open } of databases) {
    Deno.test({
      name: `Rows in files on ${name}: ${title}`,
      ignore,
      async fn() {
        await using store = await testStore();
        const database = await open();
        const random = pseudoRandom(1);
        const world: RowWorld = {
          rows: sessions.flatMap((session) => tickers.map((ticker) => rowOf(ticker, session, random))),
          before() {},
        };
        const engine = await openEngine(database, world, store);
        try {
          await body({ engine, database, store, world });
        } finally {
          await engine.close();
          await database.close();
        }
      },
    });
  }
}

const count = async (engine: Engine, key = "whole") => (await engine.table(key)).rows;
const stateOf = async (engine: Engine, key = "whole") => (await engine.states([key]))[0]!;
const away = () => {
  throw new FileStoreError("The store is away.");
};

test("a publication writes only the months that change", async ({ engine, database, store, world }) => {
  await make(engine);
  const before = await store.paths();
  assert.deepEqual(
    before.filter((path) => path.startsWith("whole/")).map((path) => path.slice(0, "whole/2025-12".length)),
    ["whole/2025-12", "whole/2026-01", "whole/2026-02", "whole/2026-03"],
  );
  world.rows = [...world.rows, { ...world.rows[0]!, session: "2026-03-30" }];
  await make(engine);
  const added = (await store.paths()).filter((path) => !before.includes(path));
  assert.deepEqual(
    added.map((path) => path.replace(/-[0-9a-f]{8}-.*/, "")),
    ["dateless/all", "parts/2026-03", "whole/2026-03"],
  );
  const [first] = (await engine.materializations("whole", { limit: 9 })).reverse();
  const files = await engine.rowFiles("whole");
  assert.deepEqual([files.rows, files.files.map(({ segment }) => segment)], [
    25,
    ["2025-12", "2026-01", "2026-02", "2026-03"],
  ]);
  assert.equal((await engine.rowFiles("whole", { asOf: first!.id })).rows, 24);
  assert.deepEqual(
    (await engine.storage()).map(({ key, bytes }) => [key, bytes > 0]),
    keys.map((key) => [key, true]),
  );
  const [bytes] = await database.sql<{ bytes: number }[]>`
    SELECT sum(bytes)::bigint AS bytes FROM engine.row_file WHERE asset_key = 'whole'`;
  assert.equal((await engine.storage())[0]!.bytes, bytes!.bytes);
});

test("the newest rows are read from the files of the newest months", async ({ engine, store }) => {
  await make(engine);
  let read: string[] = [];
  store.before = (what, path) => {
    if (what === "read") read.push(path.slice(0, "whole/2025-12".length));
  };
  const monthsFor = async (query: RowQuery & { limit: number }) => {
    read = [];
    const { rows } = await engine.rows("whole", query);
    return [rows.length, [...new Set(read)].sort()];
  };
  const ofOne = { filters: [{ column: "ticker", operator: "eq" as const, value: "A" }] };
  const newest = ["whole/2026-02", "whole/2026-03"];
  const all = ["whole/2025-12", "whole/2026-01", ...newest];
  assert.deepEqual(await monthsFor({ order: ["-session"], limit: 3 }), [3, newest]);
  assert.deepEqual(await monthsFor({ ...ofOne, order: ["-ticker", "-session"], limit: 1 }), [1, newest]);
  assert.deepEqual(await monthsFor({ ...ofOne, order: ["session"], limit: 1 }), [1, all.slice(0, 2)]);
  assert.deepEqual(await monthsFor({ ...ofOne, order: ["-session"], limit: 5 }), [5, all]);
  assert.deepEqual(await monthsFor({ order: ["ticker", "-session"], limit: 2 }), [2, all]);
});

test("a store that is away fails the step in words, and the last rows stay", async ({ engine, store, world }) => {
  await make(engine);
  world.rows = world.rows.slice(1);
  store.before = away;
  const run = await make(engine);
  assert.equal(run.steps[0]!.status, "failed");
  assert.match(run.steps[0]!.error!.message, /The store is away/);
  await assert.rejects(engine.rows("whole", { limit: 1 }), FileStoreError);
  await assert.rejects(engine.table("whole"), FileStoreError);
  await assert.rejects(engine.rowStream("whole"), FileStoreError);
  store.before = () => {};
  assert.equal(await count(engine), 24);
  assert.equal((await make(engine)).status, "succeeded");
  assert.equal(await count(engine), 23);
});

test("nothing of a step that was lost is published, and its files go a day later", async (around) => {
  const { engine, database, store, world } = around;
  await make(engine);
  const [before, rows] = [await store.paths(), world.rows];
  world.rows = rows.slice(1);
  store.before = async (what) => {
    if (what === "write") {
      await database.sql`UPDATE engine.step SET process_id = NULL, status = 'interrupted' WHERE status = 'running'`;
    }
  };
  const { id } = await engine.submit({ selection: "whole", trigger: "test" });
  await engine.submit({ selection: "whole", trigger: "test" });
  await until(() => store.paths(), (paths) => paths.length > before.length);
  store.before = () => {};
  await engine.finished(id);
  const left = async () => {
    const recorded = await database.sql<{ path: string }[]>`
      SELECT path FROM engine.row_file WHERE from_materialization IS NOT NULL`;
    const known = new Set(recorded.map(({ path }) => path));
    return (await store.paths()).filter((path) => !known.has(path));
  };
  assert.ok((await left()).length > 0, "the first attempt has left files behind");
  assert.equal(await count(engine), 23, "the repeated step has published");
  await engine.prune();
  assert.ok((await left()).length > 0, "files of the last day may belong to a running publication");
  await database
    .sql`UPDATE engine.row_file SET registered_at = now() - interval '25 hours' WHERE from_materialization IS NULL`;
  await engine.prune();
  assert.deepEqual(await left(), []);
  assert.equal(await count(engine), 23);
});

test("a deleted file is named, and the asset is made again after a restart", async (around) => {
  const { engine, database, store, world } = around;
  await make(engine);
  const gone = (await store.paths()).find((path) => path.startsWith("whole/2026-02"))!;
  await Deno.remove(`${store.folder}/${gone}`);
  await assert.rejects(engine.table("whole"), (error: Error) => {
    assert.equal(error.name, "MissingFileError");
    assert.ok(error.message.includes(gone) && error.message.includes("restart Tandem"), error.message);
    return true;
  });
  const february = { filters: [{ column: "session", operator: "eq" as const, value: "2025-12-31" }] };
  assert.equal((await engine.table("whole", february)).rows, 4, "other months can be read");
  const next = await openEngine(database, world, store);
  try {
    assert.equal((await stateOf(next)).state, "missing");
    assert.match(JSON.stringify((await stateOf(next)).reasons), /2026-02.*missing/);
    assert.equal((await make(next)).status, "succeeded");
    assert.equal(await count(next), 24);
  } finally {
    await next.close();
  }
});

test("a file that something else has changed is refused", async ({ engine, store }) => {
  await make(engine);
  const changed = (await store.paths()).find((path) => path.startsWith("whole/2026-02"))!;
  await Deno.writeTextFile(`${store.folder}/${changed}`, "not Parquet");
  await assert.rejects(engine.table("whole"), /has 11 bytes and was written with .*Restore it/);
});

test("rows that move to files or to tables are made again, and never count as fresh before", async (around) => {
  const { engine, database, store, world } = around;
  await make(engine);
  await assert.rejects(openEngine(database, world), /Set ROW_FILES and PARQUET_ASSETS as before/);
  for (const to of ["table", "files"]) {
    const next = await openEngine(database, world, store, { inFiles: to === "files" });
    try {
      const states = await next.states();
      assert.deepEqual(states.map(({ state }) => state), ["missing", "missing", "missing"]);
      assert.match(JSON.stringify(states[0]!.reasons), to === "files" ? /in Parquet files now/ : /in the database now/);
      assert.equal(await count(next), 0);
      assert.equal((await make(next)).status, "succeeded");
      assert.equal(await count(next), 24);
      assert.deepEqual((await next.states()).map(({ state }) => state), ["fresh", "fresh", "fresh"]);
    } finally {
      await next.close();
    }
  }
  const retired = await database.sql`SELECT path FROM engine.row_file WHERE retired`;
  assert.ok(retired.length > 0);
  await database.sql`UPDATE engine.row_file SET registered_at = '2000-01-01'`;
  const again = await openEngine(database, world, store);
  await again.prune();
  await again.close();
  const paths = await store.paths();
  assert.ok(retired.every(({ path }) => paths.includes(path)), "files of earlier storage are left to users");
});

Deno.test({
  name: "Rows in files on PostgreSQL: of one process are read by another, and two that publish leave one version",
  ignore: databases[1]!.ignore,
  async fn() {
    await using store = await testStore();
    const database = await databases[1]!.open();
    const random = pseudoRandom(1);
    const rows = sessions.flatMap((session) => tickers.map((ticker) => rowOf(ticker, session, random)));
    const engines = [
      await openEngine(database, { rows, before() {} }, store),
      await openEngine(database, { rows, before() {} }, store),
    ];
    try {
      await Promise.all(engines.map((engine) => make(engine)));
      for (const engine of engines) assert.equal(await count(engine, "parts"), 24);
      const current = await database.sql<{ segment: string; rows: number }[]>`
        SELECT segment, sum(rows)::integer AS rows FROM engine.row_file
        WHERE asset_key = 'whole' AND from_materialization IS NOT NULL AND until_materialization IS NULL GROUP BY segment`;
      assert.equal(current.reduce((sum, { rows }) => sum + rows, 0), 24);
    } finally {
      for (const engine of engines) await engine.close();
      await database.close();
    }
  },
});

Deno.test("Rows in files in an object store: are published and read, and a store that refuses harms nothing", async () => {
  await using server = startS3();
  const copies = await Deno.makeTempDir();
  const { endpoint, accessKeyId, secretAccessKey } = server;
  const place = { bucket: "bucket", prefix: "rows", region: "eu-central-1", endpoint, accessKeyId, secretAccessKey };
  const database = await databases[0]!.open();
  const random = pseudoRandom(1);
  const world: RowWorld = {
    rows: sessions.flatMap((session) => tickers.map((ticker) => rowOf(ticker, session, random))),
    before() {},
  };
  const engine = await openEngine(database, world, s3Store({ ...place, copies }));
  try {
    await make(engine);
    assert.equal((await engine.rowFiles("whole")).files[0]!.address.slice(0, 31), "s3://bucket/rows/whole/2025-12-");
    const { data } = await engine.table("parts");
    await Deno.remove(copies, { recursive: true });
    assert.deepEqual((await engine.table("parts")).data, data, "read from the store again");

    world.rows = world.rows.slice(1);
    server.fault = (request) => request.method === "PUT" ? s3Error(403, "AccessDenied") : undefined;
    const run = await make(engine);
    assert.equal(run.steps[0]!.status, "failed");
    assert.match(run.steps[0]!.error!.message, /^s3:.* cannot be written: .*AccessDenied.*Check AWS_ACCESS_KEY_ID/);
    assert.ok(!/very-secret|key-id/.test(JSON.stringify(run)));
    assert.equal(await count(engine), 24);

    await Deno.remove(copies, { recursive: true });
    server.fault = () => s3Error(403, "AccessDenied");
    await assert.rejects(engine.rows("whole", { limit: 1 }), { name: "FileStoreError" });
    await assert.rejects(openEngine(database, world, s3Store({ ...place, copies })), { name: "FileStoreError" });
    server.fault = () => undefined;
    assert.equal((await make(engine)).status, "succeeded");
    assert.equal(await count(engine), 23);
  } finally {
    await engine.close();
    await database.close();
    await Deno.remove(copies, { recursive: true }).catch(() => {});
  }
});

Deno.test("Rows in files: of a process killed before the commit belong to no version, and the run goes on", async () => {
  await using store = await testStore();
  const dataDir = await Deno.makeTempDir();
  const script = fileURLToPath(new URL("../../support/killed_publication.ts", import.meta.url));
  const { signal } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, dataDir, store.folder],
    stderr: "null",
  }).output();
  assert.equal(signal, "SIGKILL");
  assert.ok((await store.paths()).some((path) => path.startsWith("parts/")), "files were written");
  const database = await openEmbedded({ dataDir, logger: silentLogger });
  const random = pseudoRandom(1);
  const rows = sessions.slice(0, 2).flatMap((session) => tickers.map((ticker) => rowOf(ticker, session, random)));
  const engine = await openEngine(database, { rows, before() {} }, store);
  try {
    assert.deepEqual((await stateOf(engine, "whole")).state, "fresh");
    assert.equal((await engine.rowFiles("parts")).materialization, null);
    const [run] = await engine.runs({ limit: 1 });
    assert.equal((await engine.finished(run!.id)).status, "succeeded");
    assert.equal(await count(engine, "parts"), 8);
    await database.sql`
      UPDATE engine.row_file SET registered_at = now() - interval '25 hours' WHERE from_materialization IS NULL`;
    await engine.prune();
    const recorded = await database.sql<{ path: string }[]>`SELECT path FROM engine.row_file`;
    assert.deepEqual(await store.paths(), recorded.map(({ path }) => path).sort());
    assert.equal(await count(engine, "parts"), 8);
  } finally {
    await engine.close();
    await database.close();
    await Deno.remove(dataDir, { recursive: true });
  }
});

test("a new column is null in earlier rows; other changes of a declaration make the asset again", async (around) => {
  const { engine, database, store, world } = around;
  await make(engine);
  await engine.close();
  const [whole] = assetsIn("parquet");
  const before = (await engine.materializations("whole", { limit: 1 }))[0]!.id;
  const changed = async (schema: Partial<AnyAsset["schema"]>, body: (next: Engine) => Promise<void>) => {
    const next = await Engine.open({
      assets: [{ ...whole!, schema: { ...whole!.schema, ...schema } }],
      database,
      resources: world,
      clock: fixedClock("2026-11-23T12:00:00Z"),
      logger: silentLogger,
      rowFiles: { store },
    });
    try {
      await body(next);
    } finally {
      await next.close();
    }
  };
  const { columns } = whole!.schema;
  const extra = { ...columns.find(({ name }) => name === "close")!, name: "extra" };
  await changed({ columns: [...columns, extra] }, async (next) => {
    assert.notEqual((await stateOf(next)).state, "missing");
    const { rows } = await next.rows("whole", {
      asOf: before,
      limit: 30,
      filters: [{ column: "extra", isNull: true }],
    });
    assert.deepEqual([rows.length, rows[0]!.extra], [24, null]);
  });
  const other = columns.map((column) => column.name === "volume" ? { ...column, type: "text" as const } : column);
  await changed({ columns: other }, async (next) => {
    assert.equal((await stateOf(next)).state, "missing");
    assert.match(JSON.stringify((await stateOf(next)).reasons), /column .*volume.* was bigint and is text now/);
    await assert.rejects(next.rows("whole", { asOf: before, limit: 1 }), /cannot be read/);
  });
});

test("a publication of partitions reads only the files of their months", async ({ engine, store, world }) => {
  await make(engine);
  const read: string[] = [];
  world.rows = [...world.rows, { ...world.rows[0]!, session: "2026-03-30" }];
  store.before = (what, path) => {
    if (what === "read" && path.startsWith("parts/")) read.push(path.slice(0, "parts/2026-03".length));
  };
  const { id } = await engine.submit({ selection: "whole parts", trigger: "test" });
  assert.equal((await engine.finished(id)).status, "succeeded");
  assert.deepEqual([...new Set(read)], ["parts/2026-03"]);
  assert.equal(await count(engine, "parts"), 25);
});
