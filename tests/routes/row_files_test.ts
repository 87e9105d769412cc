import assert from "node:assert/strict";
import { DuckDBInstance } from "@duckdb/node-api";
import { Scheduler, silentLogger } from "../../engine/mod.ts";
import { FileStoreError } from "../../resources/row_files/mod.ts";
import { api } from "../../routes/mod.ts";
import { type Answer, read } from "../support/answer.ts";
import { withEmbedded } from "../support/database.ts";
import { heldToDocument } from "../support/described.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import {
  make,
  openEngine,
  rowOf,
  type RowWorld,
  sessions,
  type TestStore,
  testStore,
  tickers,
} from "../support/row_files.ts";

interface Around {
  get(path: string): Promise<Answer>;
  store: TestStore;
  world: RowWorld;
  make(): Promise<unknown>;
}

/** Runs `test` with the API over assets whose rows are in files. */
async function withApi(test: (around: Around) => Promise<void>): Promise<void> {
  await using store = await testStore();
  const random = pseudoRandom(7);
  const world: RowWorld = {
    rows: sessions.flatMap((session) => tickers.map((ticker) => rowOf(ticker, session, random))),
    before() {},
  };
  await withEmbedded(async (database) => {
    const engine = await openEngine(database, world, store);
    try {
      const scheduler = new Scheduler({
        engine,
        database,
        clock: { now: () => Temporal.Now.instant() },
        schedules: [],
        logger: silentLogger,
      });
      const app = heldToDocument(api({ engine, scheduler, logger: silentLogger, ready: () => Promise.resolve([]) }));
      await test({ store, world, make: () => make(engine), get: async (path) => await read(await app.request(path)) });
    } finally {
      await engine.close();
    }
  });
}

/** The values of DuckDB's result as the API returns them. */
function asAnswered(row: Record<string, unknown>): Record<string, unknown> {
  const { seen_at: at, notes, volume, ...rest } = row as Record<string, string | null>;
  return {
    ...rest,
    seen_at: at === null ? null : Temporal.Instant.from(at!.replace(" ", "T")).toString(),
    notes: notes === null ? null : JSON.parse(notes!),
    volume: volume === null ? null : Number(volume),
  };
}

Deno.test("DuckDB reads the rows of a version from its files, with their types, as the API answers them", async () => {
  await withApi(async ({ get, world, make }) => {
    await make();
    const { json: first } = await get("/v1/assets/whole/files");
    world.rows = [
      ...world.rows.slice(3),
      {
        ...world.rows[0]!,
        session: "2026-04-01",
        close: -0.1,
        volume: Number.MAX_SAFE_INTEGER,
        active: true,
        name: "'",
      },
    ];
    await make();
    const instance = await DuckDBInstance.create(":memory:");
    const connection = await instance.connect();
    await connection.run("SET TimeZone = 'UTC'");
    try {
      for (const asOf of [first.materialization, undefined]) {
        const version = asOf === undefined ? "" : `as_of=${asOf}`;
        const { json: list } = await get(`/v1/assets/whole/files?${version}`);
        const { json: page } = await get(`/v1/assets/whole/rows?limit=1000&order=session,ticker&${version}`);
        assert.equal(list.materialization, page.materialization);
        const paths = (list.files as { address: string }[]).map(({ address }) => `'${address.replaceAll("'", "''")}'`);
        const result = await connection.runAndReadAll(
          `SELECT * EXCLUDE (_from) FROM read_parquet([${paths.join(", ")}]) ORDER BY session, ticker`,
        );
        const types = Object.fromEntries(result.columnNames().map((name, i) => [name, String(result.columnType(i))]));
        assert.deepEqual(types, {
          ticker: "VARCHAR",
          session: "DATE",
          close: "DOUBLE",
          volume: "BIGINT",
          active: "BOOLEAN",
          seen_at: "TIMESTAMP WITH TIME ZONE",
          notes: "VARCHAR",
          name: "VARCHAR",
        });
        assert.equal(list.rows, page.rows.length);
        assert.deepEqual(
          result.getRowObjectsJson().map(asAnswered),
          page.rows.map((row: object) =>
            asAnswered({
              ...row,
              notes: (row as { notes: unknown }).notes === null
                ? null
                : JSON.stringify((row as { notes: unknown }).notes),
            })
          ),
        );
        assert.ok(page.rows.some(({ close }: { close: number | null }) => close === null), "there are nulls");
      }
    } finally {
      connection.closeSync();
      instance.closeSync();
    }
  });
});

Deno.test("GET /v1/assets/KEY/files refuses versions that do not exist, and has no files before the first", async () => {
  await withApi(async ({ get, make }) => {
    const { status, json: body } = await get("/v1/assets/whole/files");
    assert.deepEqual([status, body], [200, { asset: "whole", materialization: null, rows: 0, files: [] }]);
    await make();
    assert.equal((await get("/v1/assets/whole/files?as_of=99999")).status, 400);
    assert.equal((await get("/v1/assets/none/files")).status, 404);
  });
});

Deno.test("GET /v1/assets/KEY/rows answers 503 while the files are away, and names a file that is missing", async () => {
  await withApi(async ({ get, store, make }) => {
    await make();
    store.before = () => {
      throw new FileStoreError("The store is away.");
    };
    for (const path of ["rows", "rows?format=csv&limit=5", "rows?format=parquet", "rows?format=ndjson"]) {
      const { status, json: body, headers } = await get(`/v1/assets/whole/${path}`);
      assert.deepEqual([status, body.type, body.detail], [503, "/problems/row-files-away", "The store is away."], path);
      assert.equal(headers.get("Retry-After"), "30");
    }
    store.before = () => {};
    const gone = (await store.paths()).find((path) => path.startsWith("whole/"))!;
    await Deno.remove(`${store.folder}/${gone}`);
    const { status, json: body } = await get("/v1/assets/whole/rows");
    assert.deepEqual([status, body.type], [500, "/problems/row-file-missing"]);
    assert.ok(body.detail.includes(gone), body.detail);
    await make();
  });
});
