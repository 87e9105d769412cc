import assert from "node:assert/strict";
import { join } from "node:path";
import fc from "fast-check";
import type { ColumnData, ColumnSpec } from "../../resources/database/mod.ts";
import { parquetOf } from "../../resources/parquet_file.ts";
import { type ParquetQuery, type QueriedFile, queryParquet } from "../../resources/parquet_query.ts";
import type { Condition } from "../../resources/row_condition.ts";

const text: ColumnSpec = { name: "ticker", type: "text" };
const close: ColumnSpec = { name: "close", type: "double precision" };
const volume: ColumnSpec = { name: "volume", type: "bigint" };
const active: ColumnSpec = { name: "active", type: "boolean" };
const session: ColumnSpec = { name: "session", type: "date" };
const seenAt: ColumnSpec = { name: "seen_at", type: "timestamptz" };
const notes: ColumnSpec = { name: "notes", type: "jsonb" };
const all = [text, close, volume, active, session, seenAt, notes];

const data = {
  ticker: ["B", "A", "￿", "😀", null],
  close: Float64Array.of(1.5, NaN, -1, 0, 2),
  volume: Float64Array.of(Number.MAX_SAFE_INTEGER, NaN, 0, 1, 2),
  active: [true, null, false, true, false],
  session: ["2026-11-27", "1960-02-29", null, "2026-11-30", "9999-12-31"],
  seen_at: ["2026-11-27T21:00:00.123456Z", "1960-02-29T00:00:00.000001Z", null, "9999-12-31T23:59:59.999999Z", null],
  notes: [{ a: [1, "x"] }, null, [], "text", 0],
};

/** Files with these rows. */
async function withFiles<T>(
  parts: readonly { columns: readonly ColumnSpec[]; data: Record<string, ColumnData> }[],
  work: (files: QueriedFile[]) => Promise<T>,
): Promise<T> {
  const folder = await Deno.makeTempDir();
  try {
    const files = parts.map((_, i) => ({ path: join(folder, `${i}.parquet`) }));
    for (const [i, { columns, data }] of parts.entries()) {
      await Deno.writeFile(files[i]!.path, await parquetOf(columns, data));
    }
    return await work(files);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function found(query: ParquetQuery, range?: { offset: number; length: number }) {
  return await withFiles([{ columns: all, data }], async (files) => (await queryParquet(files, query)).read(range));
}

Deno.test("queryParquet() returns the values that were written, of every type, and as many as asked for", async () => {
  assert.deepEqual(await found({ columns: all }), data);
  assert.deepEqual(await found({ columns: [session, text], limit: 2 }), {
    session: data.session.slice(0, 2),
    ticker: ["B", "A"],
  });
  assert.deepEqual(await found({ columns: [text] }, { offset: 3, length: 10 }), { ticker: ["😀", null] });
  const none = await found({ columns: all, where: [{ column: text, is: "eq", value: "none" }] });
  assert.deepEqual(none, {
    ...Object.fromEntries(all.map(({ name }) => [name, []])),
    close: new Float64Array(),
    volume: new Float64Array(),
  });
  assert.equal((await queryParquet([], { columns: all })).count, 0);
});

Deno.test("queryParquet() sorts by code points, nulls last in both directions, and across files", async () => {
  const by = (column: ColumnSpec, descending: boolean) => found({ columns: [text], order: [{ column, descending }] });
  assert.deepEqual((await by(text, false)).ticker, ["A", "B", "￿", "😀", null]);
  assert.deepEqual((await by(text, true)).ticker, ["😀", "￿", "B", "A", null]);
  assert.deepEqual((await by(close, true)).ticker, [null, "B", "😀", "￿", "A"]);
  assert.deepEqual((await by(session, false)).ticker, ["A", "B", "😀", null, "￿"]);
  const parts = [["b", "a"], ["c", "0"]].map((ticker) => ({ columns: [text], data: { ticker } }));
  const merged = await withFiles(parts, async (files) => {
    const rows = await queryParquet(files, { columns: [text], order: [{ column: text, descending: false }], limit: 3 });
    return await rows.read();
  });
  assert.deepEqual(merged.ticker, ["0", "a", "b"]);
});

Deno.test("queryParquet() fills nulls of a column by file, takes the first of each and drops repeated rows", async () => {
  const origin: ColumnSpec = { name: "_from", type: "bigint" };
  const parts = [1, 2].map((k) => ({
    columns: [text, volume, origin],
    data: { ticker: ["a", "b"], volume: Float64Array.of(k, 10 * k), _from: Float64Array.of(NaN, 5) },
  }));
  await withFiles(parts, async (files) => {
    const filled = files.map((file, i) => ({ ...file, instead: { _from: 100 + i } }));
    const rows = await queryParquet(filled, { columns: [origin] });
    assert.deepEqual([...(await rows.read())._from!], [100, 5, 101, 5]);
    const first = await queryParquet(files, {
      columns: [text, volume],
      order: [{ column: text, descending: false }, { column: volume, descending: true }],
      firstOfEach: { column: text, rows: 1 },
    });
    assert.deepEqual(await first.read(), { ticker: ["a", "b"], volume: Float64Array.of(2, 20) });
    const distinct = await queryParquet(files, { columns: [text], distinct: true });
    assert.deepEqual(await distinct.read(), { ticker: ["a", "b"] });
  });
});

Deno.test("queryParquet() compares values of each type as SQL does: a null satisfies no comparison", async () => {
  const tickers = async (...where: Condition[]) => (await found({ columns: [text], where })).ticker;
  assert.deepEqual(await tickers({ column: text, is: "ne", value: "A" }), ["B", "￿", "😀"]);
  assert.deepEqual(await tickers({ column: text, is: "gt", value: "￿" }), ["😀"]);
  assert.deepEqual(await tickers({ column: close, is: "lte", value: "0" }), ["￿", "😀"]);
  assert.deepEqual(await tickers({ column: volume, is: "eq", value: String(Number.MAX_SAFE_INTEGER) }), ["B"]);
  assert.deepEqual(await tickers({ column: active, is: "eq", value: "false" }), ["￿", null]);
  assert.deepEqual(await tickers({ column: active, is: "gt", value: "false" }), ["B", "😀"]);
  assert.deepEqual(await tickers({ column: session, is: "gte", value: "2026-11-30" }), ["😀", null]);
  assert.deepEqual(await tickers({ column: seenAt, is: "gte", value: "9999-12-31T23:59:59.999999Z" }), ["😀"]);
  assert.deepEqual(await tickers({ column: seenAt, is: "lt", value: "1960-02-29T00:00:00.000002Z" }), ["A"]);
  assert.deepEqual(await tickers({ column: text, in: ["A", "😀", "none"] }), ["A", "😀"]);
  assert.deepEqual(await tickers({ column: session, in: ["2026-11-27", "1960-02-29"] }), ["B", "A"]);
  assert.deepEqual(await tickers({ column: seenAt, in: ["2026-11-27T21:00:00.123456Z"] }), ["B"]);
  assert.deepEqual(await tickers({ column: active, in: ["true"] }), ["B", "😀"]);
  assert.deepEqual(await tickers({ column: close, in: ["1.5", "2"] }), ["B", null]);
  assert.deepEqual(await tickers({ column: text, in: [] }), []);
  assert.deepEqual(await tickers({ column: text, isNull: true }), [null]);
  const either = { any: [{ column: close, is: "gt" as const, value: "1" }, { column: close, isNull: true as const }] };
  assert.deepEqual(await tickers(either), ["B", "A", null]);
  assert.deepEqual(await tickers({ all: [either, { column: active, is: "eq", value: "true" }] }), ["B"]);
  assert.deepEqual(await tickers({ column: text, contains: "a" }), ["A"]);
  for (const sign of [".", "[", "-", "/", " ", "\\", "^a"]) {
    assert.deepEqual(await tickers({ column: text, contains: sign }), [], sign);
  }
  assert.deepEqual(await tickers({ column: text, contains: "😀" }), ["😀"]);
  assert.deepEqual(await tickers({ any: [] }), []);
  assert.deepEqual(await tickers({ all: [] }), data.ticker);
});

Deno.test("queryParquet() finds JSON lists by a field of their objects, and leaves out the first rows", async () => {
  const texts = ["age", "price", 'a":"price'];
  const parts = [{
    columns: [text, notes],
    data: {
      ticker: ["a", "b", "c", "d"],
      notes: [...texts.map((kind) => [{ kind, reason: '"kind":"age"' }]), null],
    },
  }];
  await withFiles(parts, async (files) => {
    const tickers = async (query: Partial<ParquetQuery>) =>
      (await (await queryParquet(files, { columns: [text], ...query })).read()).ticker;
    for (const [i, of] of texts.entries()) {
      assert.deepEqual(await tickers({ where: [{ column: notes, lists: { field: "kind", text: of } }] }), ["abc"[i]]);
    }
    const order = [{ column: text, descending: true }];
    assert.deepEqual(await tickers({ order, offset: 1, limit: 2 }), ["c", "b"]);
    assert.deepEqual(await tickers({ order, offset: 3 }), ["a"]);
    assert.deepEqual(await tickers({ order, offset: 9, limit: 2 }), []);
  });
});

Deno.test("queryParquet() returns long columns of texts as it returns short ones", async () => {
  const texts = [null, "", "a", "^a.*$", "😀", "A", '"'];
  // More than cross from the library one by one.
  const ticker = Array.from({ length: 10_000 }, (_, row) => texts[row % 11 % texts.length]!);
  await withFiles([{ columns: [text], data: { ticker } }], async (files) => {
    using rows = await queryParquet(files, { columns: [text] });
    assert.deepEqual((await rows.read()).ticker, ticker);
    assert.deepEqual((await rows.read({ offset: 3, length: 50 })).ticker, ticker.slice(3, 53));
  });
});

Deno.test("queryParquet() reads back any columns that parquetOf() accepts", async () => {
  const instants = fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true });
  const row = fc.record({
    ticker: fc.option(fc.string({ unit: "binary" })),
    close: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    volume: fc.option(fc.maxSafeInteger()),
    active: fc.option(fc.boolean()),
    session: fc.option(instants.map((at) => at.toISOString().slice(0, 10))),
    seen_at: fc.option(instants.map((at) => Temporal.Instant.from(at.toISOString()).toString())),
    notes: fc.option(
      fc.jsonValue().filter((value) => value !== null).map((value) => JSON.parse(JSON.stringify(value))),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(row, { maxLength: 20 }), async (rows) => {
      const columns = Object.fromEntries(all.map(({ name, type }) => {
        const values = rows.map((row) => row[name as keyof typeof row]);
        const isNumber = type === "double precision" || type === "bigint";
        return [name, isNumber ? Float64Array.from(values, (v) => v === null ? NaN : v as number) : values];
      }));
      const read = await withFiles(
        [{ columns: all, data: columns }],
        async (files) => (await queryParquet(files, { columns: all })).read(),
      );
      assert.deepEqual(read, columns);
    }),
    { numRuns: 60 },
  );
});
