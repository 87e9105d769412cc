import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import { DefinitionError, InvalidRowsError } from "../../../engine/mod.ts";
import { hashOf, prepareRows, rowSchema, toRows } from "../../../engine/declare/row_schema.ts";

const schema = rowSchema(
  "bars",
  z.object({
    ticker: z.string().min(1),
    session: z.iso.date(),
    close: z.number().nullable(),
    lots: z.int(),
    tags: z.array(z.string()),
    listed: z.boolean(),
  }),
  ["ticker", "session"],
);

const bar = (ticker: string, session: string, close: number | null = 1) => ({
  ticker,
  session,
  close,
  lots: 2,
  tags: ["a"],
  listed: true,
});

Deno.test("rowSchema() gives each property the column type of its schema", () => {
  assert.deepEqual(schema.columns.map((c) => [c.name, c.type, c.nullable]), [
    ["ticker", "text", false],
    ["session", "date", false],
    ["close", "double precision", true],
    ["lots", "bigint", false],
    ["tags", "jsonb", false],
    ["listed", "boolean", false],
  ]);
});

Deno.test("rowSchema() refuses properties without a column type and nullable keys", () => {
  assert.throws(() => rowSchema("x", z.object({ a: z.union([z.string(), z.number()]) }), ["a"]), DefinitionError);
  assert.throws(() => rowSchema("x", z.object({ a: z.string().nullable() }), ["a"]), DefinitionError);
  assert.throws(() => rowSchema("x", z.object({ a: z.string() }), []), DefinitionError);
  assert.throws(() => rowSchema("x", z.object({ a: z.string() }), ["b"]), DefinitionError);
});

Deno.test("prepareRows() names the row and the column that do not fit", () => {
  const refused = (rows: object[], part: string) =>
    assert.throws(() => prepareRows("bars", schema, rows), (error) => {
      assert.ok(error instanceof InvalidRowsError);
      assert.ok(error.message.includes(part), error.message);
      return true;
    });
  refused([bar("", "2024-01-02")], "ticker");
  refused([bar("A", "2024-13-02")], "session");
  refused([bar("A", "2024-01-02", NaN)], "close");
  refused([bar("A", "2024-01-02", Infinity)], "close");
  refused([{ ...bar("A", "2024-01-02"), lots: 1.5 }], "lots");
  refused([{ ...bar("A", "2024-01-02"), tags: [1] }], "tags");
  refused([{ ...bar("A", "2024-01-02"), listed: null }], "listed");
  refused([bar("A", "2024-01-02"), bar("B", "2024-01-02"), bar("A", "2024-01-02", 3)], 'ticker "A"');
});

Deno.test("prepareRows() refuses columns that are missing, unknown or of different lengths", () => {
  const columns = {
    ticker: ["A"],
    session: ["2024-01-02"],
    close: new Float64Array([1]),
    lots: new Float64Array([1]),
    tags: [[]],
    listed: [true],
  };
  assert.equal(prepareRows("bars", schema, columns).count, 1);
  const { close: _, ...without } = columns;
  assert.throws(() => prepareRows("bars", schema, without), InvalidRowsError);
  assert.throws(() => prepareRows("bars", schema, { ...columns, extra: [1] }), InvalidRowsError);
  assert.throws(() => prepareRows("bars", schema, { ...columns, close: new Float64Array(2) }), InvalidRowsError);
});

const anyBars = fc.uniqueArray(
  fc.record({
    ticker: fc.string({ minLength: 1 }).filter((s) => !s.includes("\0")),
    session: fc.date({ min: new Date("1990-01-01"), max: new Date("2090-01-01"), noInvalidDate: true })
      .map((d) => d.toISOString().slice(0, 10)),
    close: fc.option(fc.double({ noNaN: true, noDefaultInfinity: true })),
    lots: fc.integer(),
    tags: fc.array(fc.string()),
    listed: fc.boolean(),
  }),
  { selector: (b) => `${b.ticker}\n${b.session}`, maxLength: 40 },
);

Deno.test("prepareRows() gives equal rows one data version, in whatever order and form they come", () => {
  fc.assert(fc.property(anyBars, fc.infiniteStream(fc.nat()), (rows, shuffle) => {
    const keyed = rows.map((row) => ({ row, at: shuffle.next().value }));
    const shuffled = keyed.toSorted((a, b) => a.at - b.at).map((k) => k.row);
    const one = prepareRows("bars", schema, rows);
    const other = prepareRows("bars", schema, shuffled);
    const again = prepareRows("bars", schema, one.data as never);
    assert.equal(one.dataVersion, other.dataVersion);
    assert.equal(one.dataVersion, again.dataVersion);
    assert.equal(toRows(schema, one.data).length, rows.length);
  }));
});

Deno.test("prepareRows() gives one moment one data version, however it is written, in the form of the database", () => {
  const moments = rowSchema("moments", z.object({ id: z.int(), at: z.iso.datetime().nullable() }), ["id"]);
  const prepared = (at: string | null) => prepareRows("moments", moments, [{ id: 1, at }]);
  for (const [written, stored] of [["12:00:00.350Z", "12:00:00.35Z"], ["12:00:00.000Z", "12:00:00Z"]]) {
    const one = prepared(`2026-11-25T${written}`);
    assert.equal(one.data.at![0], `2026-11-25T${stored}`);
    assert.equal(one.dataVersion, prepared(`2026-11-25T${stored}`).dataVersion);
  }
  assert.equal(prepared(null).data.at![0], null);
});

Deno.test("prepareRows() gives different rows different data versions", () => {
  fc.assert(
    fc.property(
      anyBars.filter((rows) => rows.length > 0),
      fc.nat(),
      fc.double({ noNaN: true, noDefaultInfinity: true }),
      (rows, at, close) => {
        const changed = rows.map((row, i) => i === at % rows.length ? { ...row, close } : row);
        const same = rows.every((row, i) => (row.close ?? NaN) === (changed[i]!.close ?? NaN));
        fc.pre(!same && rows[at % rows.length]!.close !== close);
        assert.notEqual(
          prepareRows("b", schema, rows).dataVersion,
          prepareRows("b", schema, changed).dataVersion,
        );
      },
    ),
  );
});

Deno.test("hashOf() does not depend on the order of keys", () => {
  assert.equal(hashOf({ a: 1, b: { c: 2, d: 3 } }), hashOf({ b: { d: 3, c: 2 }, a: 1 }));
  assert.notEqual(hashOf({ a: 1 }), hashOf({ a: 2 }));
});
