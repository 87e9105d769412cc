import assert from "node:assert/strict";
import { join } from "node:path";
import { fixedClock } from "../../resources/clock.ts";
import { Engine, silentLogger } from "../../engine/mod.ts";
import { parquetOf } from "../../resources/parquet_file.ts";
import { type ParquetQuery, queryParquet } from "../../resources/parquet_query.ts";
import { ParquetThread } from "../../resources/parquet_thread.ts";
import { withEmbedded } from "../support/database.ts";
import { pseudoRandom } from "../support/pseudo_random.ts";
import { assetsIn, type EveryType, make, openEngine, rowOf, testStore } from "../support/row_files.ts";

const columns = [
  { name: "ticker", type: "text" },
  { name: "session", type: "date" },
  { name: "close", type: "double precision" },
  { name: "seen_at", type: "timestamptz" },
  { name: "notes", type: "jsonb" },
] as const;
const count = 40;
const data = {
  ticker: Array.from({ length: count }, (_, row) => row % 7 === 0 ? null : `T${row % 5}`),
  session: Array.from({ length: count }, (_, row) => `2026-01-${String(1 + row % 28).padStart(2, "0")}`),
  close: Float64Array.from({ length: count }, (_, row) => row % 9 === 0 ? NaN : row / 7),
  seen_at: Array.from({ length: count }, (_, row) => row % 4 === 0 ? null : "2026-11-27T21:00:00.123456Z"),
  notes: Array.from({ length: count }, (_, row) => row % 3 === 0 ? null : [{ row }]),
};

/** Ends a thread with the block. */
class Thread extends ParquetThread implements Disposable {
  [Symbol.dispose](): void {
    this.close();
  }
}

async function withFile<T>(work: (files: { path: string }[]) => Promise<T>): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const path = join(folder, "rows.parquet");
    await Deno.writeFile(path, await parquetOf(columns, data));
    return await work([{ path }]);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

Deno.test("ParquetThread gives what queryParquet() gives, of many queries at once, whole and in ranges", () =>
  withFile(async (files) => {
    using thread = new Thread();
    const queries = Array.from({ length: 200 }, (_, i): ParquetQuery => ({
      columns: columns.slice(0, 1 + i % columns.length),
      where: i % 2 === 0 ? [] : [{ column: columns[0], is: "eq", value: `T${i % 5}` }],
      order: [{ column: columns[1], descending: i % 3 === 0 }],
      limit: 1 + i % 50,
    }));
    await Promise.all(queries.map(async (query, i) => {
      using expected = await queryParquet(files, query);
      using found = await thread.query(files, query);
      assert.equal(found.count, expected.count);
      const ranges = [{ offset: i % 4, length: 3 }, { offset: 0, length: 1 }];
      const parts = await Promise.all(ranges.map((range) => found.read(range)));
      assert.deepEqual(parts, await Promise.all(ranges.map((range) => expected.read(range))));
      assert.deepEqual(await found.read(), await expected.read());
    }));
  }));

Deno.test("ParquetThread fails a query that cannot be answered, and none after it", () =>
  withFile(async (files) => {
    using thread = new Thread();
    await assert.rejects(thread.query([{ path: "/none/rows.parquet" }], { columns }), /none\/rows\.parquet/);
    using rows = await thread.query(files, { columns });
    assert.equal(rows.count, count);
    assert.deepEqual(await rows.read(), data);
  }));

Deno.test("ParquetThread.close() rejects queries without an answer", () =>
  withFile(async (files) => {
    const thread = new ParquetThread();
    const query = thread.query(files, { columns });
    thread.close();
    await assert.rejects(query, /The service stops/);
    thread.close();
    const again = await thread.query(files, { columns });
    thread.close();
    // As the reader of a stream that is still open does.
    again[Symbol.dispose]();
    await assert.rejects(again.read(), /has lost these rows/);
    thread.close();
  }));

Deno.test("an engine that queries files in a thread serves the same pages, tables, streams and counts", () =>
  withEmbedded(async (database) => {
    await using store = await testStore();
    using thread = new Thread();
    const random = pseudoRandom(7);
    const sessions = ["2025-12-30", "2026-01-05", "2026-02-03"];
    const rows = sessions.flatMap((session) => ["A", "B", "😀"].map((ticker) => rowOf(ticker, session, random)));
    const world = { rows, before() {} };
    const here = await openEngine(database, world, store);
    await make(here);
    const seen = async (engine: Engine) => {
      const filters = [{ column: "ticker" as const, operator: "in" as const, value: "A,😀" }];
      await using stream = await engine.rowStream("whole", { filters });
      const streamed = [];
      for (let some; (some = await stream.next());) streamed.push(...some.map((row) => ({ ...row })));
      return [
        (await engine.rows("whole", { filters, order: ["-session"], limit: 3 })).rows,
        (await engine.table("whole", { filters })).data,
        await engine.count({ key: "whole" } as { key: string; "~row"?: EveryType }, { filters, atMost: 100 }),
        await engine.datesWithRows("whole"),
        await engine.newestDate("whole"),
        streamed,
      ];
    };
    const expected = await seen(here);
    await here.close();
    const there = await Engine.open({
      assets: assetsIn("parquet"),
      database,
      resources: world,
      clock: fixedClock("2026-11-23T12:00:00Z"),
      logger: silentLogger,
      rowFiles: { store, query: thread.query },
    });
    try {
      assert.deepEqual(await seen(there), expected);
    } finally {
      await there.close();
    }
  }));
