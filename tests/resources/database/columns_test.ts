import assert from "node:assert/strict";
import fc from "fast-check";
import type { ColumnData, ColumnSpec, Database } from "../../../resources/database/mod.ts";
import { databases } from "../../support/database.ts";

const BAR: ColumnSpec[] = [
  { name: "ticker", type: "text" },
  { name: "session", type: "date" },
  { name: "close", type: "double precision" },
];

const EVERYTHING: ColumnSpec[] = [
  { name: "id", type: "integer" },
  { name: "a text", type: "text" },
  { name: 'a "double"', type: "double precision" },
  { name: "an_integer", type: "integer" },
  { name: "a_bigint", type: "bigint" },
  { name: "a_boolean", type: "boolean" },
  { name: "a_date", type: "date" },
  { name: "an_instant", type: "timestamptz" },
  { name: "a_json", type: "jsonb" },
];

/** Numbers that text forms of doubles have lost before: signed zero, the extremes, and 17 digits. */
const double = fc.oneof(
  fc.double({ noNaN: true, noDefaultInfinity: true }),
  fc.constantFrom(
    -0,
    1e-308,
    -1e-308,
    5e-324,
    Number.MAX_VALUE,
    -Number.MAX_VALUE,
    0.1 + 0.2,
    1 / 3,
    100.01000000000001,
  ),
  fc.constant(NaN),
);
const text = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }).map((value) => value.replaceAll("\0", "")),
  fc.constantFrom("", "NULL", "\\N", "\\.", '"', "'", "\\", "\t", "\r\n", "{a,b}", "héllo €𝄞", "x".repeat(300_000)),
);
const instant = fc.tuple(
  fc.date({ min: new Date("0001-01-01"), max: new Date("9999-12-31"), noInvalidDate: true }),
  fc.nat(999),
)
  .map(([date, micros]) => {
    const decimals = (date.toISOString().slice(20, 23) + String(micros).padStart(3, "0")).replace(/0+$/, "");
    return `${date.toISOString().slice(0, 19)}${decimals === "" ? "" : `.${decimals}`}Z`;
  });
const date = instant.map((value) => value.slice(0, 10));
/** PostgreSQL keeps JSON numbers as decimals, which know no negative zero, and refuses U+0000. */
const json = fc.jsonValue({ stringUnit: "grapheme" }).map((value) =>
  JSON.parse(JSON.stringify(value).replaceAll("\\u0000", ""))
)
  .filter((value) => value !== null);
const row = fc.record({
  "a text": fc.option(text),
  'a "double"': double,
  an_integer: fc.oneof(fc.integer(), fc.constantFrom(NaN, 2 ** 31 - 1, -(2 ** 31))),
  a_bigint: fc.oneof(fc.maxSafeInteger(), fc.constant(NaN)),
  a_boolean: fc.option(fc.boolean()),
  a_date: fc.option(date),
  an_instant: fc.option(instant),
  a_json: fc.option(json),
});

for (const { name, ignore, open } of databases) {
  const test = (title: string, fn: (database: Database) => Promise<void>) =>
    Deno.test({
      name: `${title} on ${name}`,
      ignore,
      async fn() {
        const database = await open();
        try {
          await fn(database);
        } finally {
          await database.close();
        }
      },
    });

  test("insertColumns() and selectColumns() give back every value of every type to the last bit", async (database) => {
    await database.sql.unsafe(
      `create table everything (${EVERYTHING.map((c) => `"${c.name.replaceAll('"', '""')}" ${c.type}`).join(", ")})`,
    );
    const query = `select ${
      EVERYTHING.map((c) => `"${c.name.replaceAll('"', '""')}"`).join(", ")
    } from everything order by id`;
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 40 }), async (rows) => {
        const data: Record<string, ColumnData> = { id: Float64Array.from(rows.keys()) };
        for (const { name, type } of EVERYTHING.slice(1)) {
          const values = rows.map((r) => r[name as keyof typeof r]);
          const numeric = type === "double precision" || type === "integer" || type === "bigint";
          data[name] = numeric ? Float64Array.from(values as number[]) : values;
        }
        await database.sql`truncate everything`;
        await database.sql.begin((tx) => database.insertColumns(tx, "everything", EVERYTHING, data));
        assert.deepEqual(await database.selectColumns(query, [], EVERYTHING), data);
      }),
      { numRuns: 60 },
    );
  });

  test("insertColumns() through the pool and other statements beside it all end", async (database) => {
    await database.sql`CREATE TABLE public.beside (id bigint, name text)`;
    const columns = [{ name: "id", type: "bigint" }, { name: "name", type: "text" }] as const;
    const rows = 6_000;
    const data = {
      id: Float64Array.from({ length: rows }, (_, i) => i),
      name: Array.from({ length: rows }, (_, i) => `row ${i}`),
    };
    const insert = () => database.insertColumns(database.sql, "public.beside", columns, data);
    const pieces = (limit: number) =>
      ["id % 2 = 0", "id % 2 = 1"].map((odd) =>
        `SELECT id, name FROM public.beside WHERE ${odd} AND id < $1 LIMIT ${limit}`
      );
    const works = [
      insert,
      () => database.sql.begin((tx) => database.insertColumns(tx, "public.beside", columns, data)),
      () => database.selectPieces(pieces(500), [rows], columns),
      () => database.selectColumns("SELECT id, name FROM public.beside WHERE id < $1 LIMIT 500", [rows], columns),
      (n: number) => database.sql.unsafe(`SELECT ${n}::bigint WHERE $1::bigint >= 0`, [n], { prepare: true }),
      (n: number) => assert.rejects(Promise.resolve(database.sql.unsafe(`SELECT none_${n} WHERE $1::bigint > 0`, [n]))),
    ];
    await Promise.all(Array.from({ length: 8 }, async (_, worker) => {
      for (let n = 0; n < 12; n++) await works[(worker * 5 + n) % works.length]!(worker * 100 + n);
    }));
    const [{ count }] = await database.sql<[{ count: number }]>`SELECT count(*) AS count FROM public.beside`;
    assert.equal(count, 32 * rows);
  });

  test("insertColumns() reads null, undefined and NaN as NULL and Date as an instant", async (database) => {
    await database.sql`create table t (a double precision, b timestamptz, c date, d bigint)`;
    const columns: ColumnSpec[] = [
      { name: "a", type: "double precision" },
      { name: "b", type: "timestamptz" },
      { name: "c", type: "date" },
      { name: "d", type: "bigint" },
    ];
    const at = new Date("2024-02-29T12:00:00.250Z");
    await database.sql.begin((tx) =>
      database.insertColumns(tx, "t", columns, {
        a: [null, undefined, NaN],
        b: [at, "2024-02-29 13:00:00.25+01", null],
        c: [at, "2024-02-29", undefined],
        d: [9223372036854775807n, null, 1],
      })
    );
    const rows = await database.sql`select * from t`;
    assert.deepEqual([...rows], [
      { a: null, b: "2024-02-29T12:00:00.25Z", c: "2024-02-29", d: "9223372036854775807" },
      { a: null, b: "2024-02-29T12:00:00.25Z", c: "2024-02-29", d: null },
      { a: null, b: null, c: null, d: 1 },
    ]);
  });

  test("insertColumns() names column, row and value of invalid data and adds nothing", async (database) => {
    await database.sql`create table bar (ticker text, session date, close double precision)`;
    const good = { ticker: ["A", "B"], session: ["2024-01-02", "2024-01-03"], close: Float64Array.of(1, 2) };
    const bad: [Record<string, ColumnData>, RegExp][] = [
      [{ ...good, close: Float64Array.of(1, Infinity) }, /Column close \(double precision\), row 1: Infinity/],
      [{ ...good, close: [1, "2"] }, /Column close .* row 1: "2"/],
      [{ ...good, session: ["2024-01-02", "2024-02-30"] }, /Column session \(date\), row 1: "2024-02-30"/],
      [{ ...good, ticker: ["A", 7] }, /Column ticker \(text\), row 1: 7/],
      [{ ...good, ticker: ["A", "\0"] }, /Column ticker \(text\), row 1/],
      [{ ...good, ticker: ["A", "\ud800"] }, /Column ticker \(text\), row 1/],
      [{ ...good, ticker: ["A"] }, /session has 2 values where ticker has 1/],
      [{ ticker: good.ticker, session: good.session }, /Column close has no data/],
    ];
    for (const [data, message] of bad) {
      await assert.rejects(database.sql.begin((tx) => database.insertColumns(tx, "bar", BAR, data)), message);
    }
    assert.deepEqual([...await database.sql`select * from bar`], []);
  });

  test("insertColumns() passes on refusals of the database and leaves it usable", async (database) => {
    await database.sql`create table bar (ticker text primary key, session date, close double precision)`;
    const n = 120_000;
    const data = {
      ticker: Array.from({ length: n }, (_, i) => `T${i === n - 1 ? 0 : i}`),
      session: Array.from({ length: n }, () => "2024-01-02"),
      close: new Float64Array(n),
    };
    await assert.rejects(database.sql.begin((tx) => database.insertColumns(tx, "bar", BAR, data)), { code: "23505" });
    await assert.rejects(database.sql.begin((tx) => database.insertColumns(tx, "nowhere.bar", BAR, data)), {
      code: "3F000",
    });
    assert.equal((await database.sql`select count(*) from bar`)[0]!.count, 0);
  });

  test("insertColumns() reports progress and stops in the middle when aborted", async (database) => {
    await database.sql`create table bar (ticker text, session date, close double precision)`;
    const n = 200_000;
    const data = {
      ticker: new Array<string>(n).fill("A"),
      session: new Array<string>(n).fill("2024-01-02"),
      close: new Float64Array(n),
    };
    const seen: number[] = [];
    await database.sql.begin((tx) =>
      database.insertColumns(tx, "bar", BAR, data, { onProgress: (done, total) => seen.push(done / total) })
    );
    assert.ok(seen.length > 10);
    assert.equal(seen.at(-1), 1);
    assert.deepEqual(seen, seen.toSorted((a, b) => a - b));

    const abort = new AbortController();
    const onProgress = (done: number) => done > n / 2 && abort.abort(new Error("no longer wanted"));
    await assert.rejects(
      database.sql.begin((tx) => database.insertColumns(tx, "bar", BAR, data, { onProgress, signal: abort.signal })),
      (error: Error) => error.name === "AbortError" || error.message === "no longer wanted",
    );
    assert.equal((await database.sql`select count(*) from bar`)[0]!.count, n);
  });

  test("selectColumns() binds parameters, keeps the order and reads more rows than it holds at once", async (database) => {
    const columns: ColumnSpec[] = [{ name: "n", type: "integer" }, { name: "t", type: "text" }];
    const query =
      "select g, $2 || g::text from generate_series(1, $1::int) g where $3 and g % 2 = $4::int order by g desc";
    const { n, t } = await database.selectColumns(query, [20_001, "T'", true, 1], columns);
    assert.equal(n!.length, 10_001);
    assert.equal(n![0], 20_001);
    assert.equal(n!.at(-1), 1);
    assert.equal(t!.at(-1), "T'1");
    assert.deepEqual(await database.selectColumns(query, [0, null, false, null], columns), {
      n: new Float64Array(0),
      t: [],
    });
  });

  test("selectColumns() refuses columns that the query does not return", async (database) => {
    const one = (query: string, type: ColumnSpec["type"]) => database.selectColumns(query, [], [{ name: "x", type }]);
    await assert.rejects(one("select 1.5", "double precision"), /Cast it: "x"::double precision/);
    await assert.rejects(one("select 'a'::text as t", "date"), /value cannot be read as date/);
    await assert.rejects(one("select 1, 2", "integer"), /returns 2 columns where 1/);
    await assert.rejects(one("select 9007199254740993::bigint", "bigint"), /9007199254740993 does not fit/);
    await assert.rejects(one("select nonsense", "text"), { code: "42703" });
    assert.deepEqual(await one("select count(*) from (values (1), (2)) v", "bigint"), { x: Float64Array.of(2) });
  });
}
