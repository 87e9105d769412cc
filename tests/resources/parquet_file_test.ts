import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import polars, { type DataFrame } from "nodejs-polars";
import type { ColumnData, ColumnSpec } from "../../resources/database/mod.ts";
import { parquetOf, parquetsOf } from "../../resources/parquet_file.ts";

async function writtenAndRead(columns: ColumnSpec[], data: Record<string, ColumnData>): Promise<DataFrame> {
  return polars.readParquet(Buffer.from(await parquetOf(columns, data)));
}

/** One column, written and read back. */
async function column(type: ColumnSpec["type"], values: ColumnData) {
  const frame = await writtenAndRead([{ name: "value", type }], { value: values });
  return { type: frame.schema["value"]!.toString(), read: frame.getColumn("value") };
}

Deno.test("parquetOf() keeps the type of every column, in their order, with rows and without", async () => {
  const columns: ColumnSpec[] = [
    { name: "ticker", type: "text" },
    { name: "close", type: "double precision" },
    { name: "rank", type: "integer" },
    { name: "volume", type: "bigint" },
    { name: "active", type: "boolean" },
    { name: "session", type: "date" },
    { name: "seen_at", type: "timestamptz" },
    { name: "notes", type: "jsonb" },
  ];
  const types = [
    "String",
    "Float64",
    "Int32",
    "Int64",
    "Bool",
    "Date",
    "Datetime(us,UTC)",
    "String",
  ];
  const rows: Record<string, ColumnData> = {
    ticker: ["A", null],
    close: Float64Array.of(1.5, NaN),
    rank: Float64Array.of(1, NaN),
    volume: Float64Array.of(Number.MAX_SAFE_INTEGER, NaN),
    active: [false, null],
    session: ["2026-11-27", null],
    seen_at: ["2026-11-27T21:00:00.123456Z", null],
    notes: [{ a: [1, "x"] }, null],
  };
  const none = Object.fromEntries(columns.map(({ name }) => [name, []]));
  const onlyNulls = Object.fromEntries(columns.map(({ name }) => [name, [null, null, null]]));
  for (const data of [rows, none, onlyNulls]) {
    const frame = await writtenAndRead(columns, data);
    assert.deepEqual(frame.columns, columns.map(({ name }) => name));
    assert.deepEqual(Object.values(frame.schema).map(String), types.map((type) => `DataType(${type})`));
    assert.equal(frame.height, data["ticker"]!.length);
  }
  const frame = await writtenAndRead(columns, rows);
  assert.deepEqual(frame.row(0).slice(0, 5), ["A", 1.5, 1, Number.MAX_SAFE_INTEGER, false]);
  assert.equal(frame.row(0)[7], '{"a":[1,"x"]}');
  assert.deepEqual(frame.row(1), columns.map(() => null));
});

Deno.test("parquetOf() keeps doubles to the last bit and takes NaN for null", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.double({ noDefaultInfinity: true }), { minLength: 1, maxLength: 40 }),
      async (values) => {
        const { read } = await column("double precision", Float64Array.from(values));
        const back = read.toArray() as (number | null)[];
        assert.equal(back.length, values.length);
        values.forEach((value, i) => assert.ok(Object.is(Number.isNaN(value) ? null : value, back[i]), `${value}`));
      },
    ),
    { numRuns: 30 },
  );
});

Deno.test("parquetOf() keeps any text that is well-formed, empty and null apart", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.option(fc.string({ unit: "grapheme" })), { minLength: 1, maxLength: 40 }),
      async (values) => assert.deepEqual((await column("text", values)).read.toArray(), values),
    ),
    { numRuns: 30 },
  );
});

Deno.test("parquetOf() keeps days and microseconds, before 1970 and in far years too", async () => {
  const days = ["0001-01-01", "1969-12-31", "1970-01-01", null, "2000-02-29", "2026-11-27", "9999-12-31"];
  const dates = await column("date", days);
  assert.deepEqual(
    dates.read.cast(polars.Utf8).toArray(),
    days,
  );
  const instants = [
    "0001-01-01T00:00:00.000001Z",
    "1969-12-31T23:59:59.999999Z",
    "1970-01-01T00:00:00Z",
    null,
    "2026-11-27T21:00:00.5Z",
    "2400-01-01T00:00:00.123457Z",
    "9999-12-31T23:59:59.999999Z",
  ];
  const { read } = await column("timestamptz", instants);
  const micros = read.cast(polars.Int64).cast(polars.Utf8).toArray();
  const expected = instants.map((instant) =>
    instant === null ? null : String(Temporal.Instant.from(instant).epochNanoseconds / 1000n)
  );
  assert.deepEqual(micros, expected);
});

Deno.test("parquetOf() refuses a column that is missing, of another length or of another type", async () => {
  const refused = (type: ColumnSpec["type"], value: unknown) =>
    assert.rejects(column(type, [null, value]), {
      name: "TypeError",
      message: `Column value: ${JSON.stringify(value)} is not a value of type ${type}.`,
    });
  await refused("text", 1);
  await refused("bigint", "1");
  await refused("boolean", "true");
  await refused("date", "2026-02-30");
  await refused("date", "infinity");
  await refused("timestamptz", "yesterday");
  const columns: ColumnSpec[] = [{ name: "a", type: "text" }, { name: "b", type: "text" }];
  await assert.rejects(parquetOf(columns, { a: ["x"] }), /Column b has no values for 1 rows\./);
  await assert.rejects(parquetOf(columns, { a: ["x"], b: [] }), /Column b has 0 values for 1 rows\./);
});

Deno.test("parquetOf() stops when aborted", async () => {
  const controller = new AbortController();
  const writing = parquetOf([{ name: "a", type: "text" }], { a: ["x"] }, { signal: controller.signal });
  controller.abort(new Error("enough"));
  await assert.rejects(writing, /enough/);
});

Deno.test("parquetsOf() writes consecutive rows as files that are those of parquetOf()", async () => {
  const columns: ColumnSpec[] = [
    { name: "^t.*$", type: "text" },
    { name: "close", type: "double precision" },
    { name: "active", type: "boolean" },
    { name: "session", type: "date" },
  ];
  const data: Record<string, ColumnData> = {
    "^t.*$": ["A", "A", null, "B", "A", "é"],
    close: Float64Array.of(1, NaN, 3, 4, 5, 6),
    active: [true, null, false, true, true, false],
    session: ["2026-11-26", "2026-11-27", "2026-11-26", null, "2026-11-26", "2026-11-27"],
  };
  const files = await parquetsOf(columns, data, [1, 3, 0, 2]);
  assert.equal(files.length, 4);
  const [starts, ends] = [[0, 1, 4, 4], [1, 4, 4, 6]];
  for (const [i, file] of files.entries()) {
    const some = Object.fromEntries(
      columns.map(({ name }) => [name, data[name]!.slice(starts[i], ends[i]) as ColumnData]),
    );
    const [frame, alone] = [polars.readParquet(Buffer.from(file)), await writtenAndRead(columns, some)];
    assert.deepEqual(frame.schema, alone.schema);
    assert.deepEqual(frame.rows(), alone.rows());
  }
  await assert.rejects(parquetsOf(columns, { ...data, active: [true, 1, false, true, true, false] }, [6]), TypeError);
});
