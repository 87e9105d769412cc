import assert from "node:assert/strict";
import fc from "fast-check";
import { z } from "zod";
import {
  assetsWith,
  type Filter,
  InvalidRequestError,
  type PageQuery,
  type RowPage,
  type RowTable,
} from "../../../engine/mod.ts";
import { databases } from "../../support/database.ts";
import { withTinyEngine } from "../../support/tiny_engine.ts";

/** One column of each type, few distinct values, so that ties and nulls are everywhere. */
const Sample = z.object({
  id: z.int(),
  part: z.string(),
  label: z.string().nullable(),
  size: z.number().nullable(),
  rank: z.int().nullable(),
  flag: z.boolean().nullable(),
  day: z.iso.date().nullable(),
  seen_at: z.iso.datetime().nullable(),
  extra: z.record(z.string(), z.number()).nullable(),
});
type Sample = z.output<typeof Sample>;

const published: { rows: Sample[] } = { rows: [] };
const { asset } = assetsWith<unknown>();
const samples = asset({
  key: "samples",
  group: "tests",
  layer: "gold",
  description: "Whatever was published.",
  row: Sample,
  primaryKey: ["part", "id"],
  materialize: () => ({ rows: published.rows }),
});

const orNull = <T>(values: T[]) => fc.constantFrom<T | null>(...values, null);
const sampleRow = fc.record<Sample>({
  id: fc.integer({ min: -20, max: 20 }),
  part: fc.constantFrom("a", "B", "é", "", "a,b"),
  // U+FF5E sorts before U+1F600 by code points and after it by UTF-16 units.
  label: orNull(["", "x", "X", 'say "hi"', "~\uff5e", "\u{1f600}", "null"]),
  size: orNull([0, -1.5, 0.1 + 0.2, 1e300, 5e-324, -7]),
  rank: orNull([0, 1, -3, Number.MAX_SAFE_INTEGER]),
  flag: orNull([true, false]),
  day: orNull(["2020-02-29", "1999-12-31", "2026-11-23"]),
  seen_at: orNull(["2026-11-23T12:00:00Z", "2026-11-23T12:00:00.123456Z", "2026-11-23T12:00:00.123457Z"]),
  extra: orNull([{ a: 1 }]),
}, { noNullPrototype: true });
const table = fc.uniqueArray(sampleRow, { selector: (r) => `${r.part}|${r.id}`, maxLength: 60 });

const comparable = ["id", "part", "label", "size", "rank", "flag", "day", "seen_at"] as const;
type Comparable = typeof comparable[number];
const filter = fc.constantFrom(...comparable).chain((column) =>
  fc.record({
    column: fc.constant<Comparable>(column),
    operator: fc.constantFrom("eq", "ne", "lt", "lte", "gt", "gte", "in"),
    value: sampleRow.map((row) => row[column]).filter((value) => value !== null),
    other: sampleRow.map((row) => row[column]).filter((value) => value !== null),
  })
);
const order = fc.uniqueArray(
  fc.record({ column: fc.constantFrom(...comparable), descending: fc.boolean() }),
  { selector: (t) => t.column, maxLength: 4 },
);

/** By code points, as the database sorts text; instants with microseconds as text of one length. */
function compare(column: Comparable, a: Sample, b: Sample): number {
  const [x, y] = [a, b].map((row) => {
    const value = row[column];
    return column === "seen_at" && typeof value === "string"
      ? Temporal.Instant.from(value).epochNanoseconds
      : typeof value === "string"
      ? [...value].map((c) => c.codePointAt(0)!.toString(16).padStart(6, "0")).join("")
      : value;
  });
  if (x === null || y === null) return NaN;
  return x! < y! ? -1 : x! > y! ? 1 : 0;
}

function meets(row: Sample, { column, operator, value, other }: {
  column: Comparable;
  operator: string;
  value: unknown;
  other: unknown;
}): boolean {
  const against = (v: unknown) => compare(column, row, { [column]: v } as Sample);
  const by = against(value);
  switch (operator) {
    case "eq":
      return by === 0;
    case "ne":
      return by < 0 || by > 0;
    case "lt":
      return by < 0;
    case "lte":
      return by <= 0;
    case "gt":
      return by > 0;
    case "gte":
      return by >= 0;
    default:
      return row[column] !== null && `${value},${other}`.split(",").includes(String(row[column]));
  }
}

/** Nulls last in both directions, then by key. */
function sorted(rows: Sample[], terms: { column: Comparable; descending: boolean }[]): Sample[] {
  const all = [...terms, { column: "part" as const, descending: false }, { column: "id" as const, descending: false }];
  return rows.toSorted((a, b) => {
    for (const { column, descending } of all) {
      if (a[column] === null && b[column] === null) continue;
      if (a[column] === null) return 1;
      if (b[column] === null) return -1;
      const by = compare(column, a, b);
      if (by !== 0) return descending ? -by : by;
    }
    return 0;
  });
}

function rowsOf({ columns, data, rows }: RowTable): object[] {
  return Array.from({ length: rows }, (_, i) => {
    const values = columns.map(({ name }) => [name, data[name]![i]]);
    return Object.fromEntries(values.map(([name, value]) => [name, Number.isNaN(value) ? null : value]));
  });
}

async function refusal(promise: Promise<unknown>): Promise<InvalidRequestError> {
  try {
    await promise;
  } catch (error) {
    assert.ok(error instanceof InvalidRequestError, String(error));
    return error;
  }
  throw new Error("It was not refused.");
}

for (const { name, ignore, open } of databases) {
  Deno.test({
    name: `readPage() on ${name}`,
    ignore,
    async fn(t) {
      const database = await open();
      try {
        await withTinyEngine(async ({ engine }) => {
          const read = (query: Partial<PageQuery> = {}) => engine.rows("samples", { limit: 100, ...query });
          const publish = async (rows: Sample[]) => {
            published.rows = rows;
            const run = await engine.submit({ selection: "samples", force: true, trigger: "test" });
            assert.equal((await engine.finished(run.id)).status, "succeeded");
          };
          const blank = { label: null, size: null, rank: null, flag: null, day: null, seen_at: null, extra: null };

          await t.step("answers with no rows and no materialization before there is one", async () => {
            const page = await read({ filters: [{ column: "size", operator: "gt", value: "1" }] });
            assert.deepEqual({ rows: page.rows, next: page.nextCursor, of: page.materialization }, {
              rows: [],
              next: null,
              of: null,
            });
            assert.equal(page.columns.length, 9);
          });

          await t.step("returns exactly the filtered table, once and in order, whatever the page size", async () => {
            await fc.assert(
              fc.asyncProperty(
                table,
                fc.array(fc.tuple(fc.array(filter, { maxLength: 2 }), order, fc.integer({ min: 1, max: 25 })), {
                  minLength: 5,
                  maxLength: 5,
                }),
                async (rows, questions) => {
                  await publish(rows);
                  for (const [conditions, terms, limit] of questions) {
                    const filters = conditions.map(({ column, operator, value, other }): Filter => ({
                      column,
                      operator,
                      value: operator === "in" ? `${value},${other}` : String(value),
                    }));
                    const query = { filters, order: terms.map((o) => (o.descending ? "-" : "") + o.column), limit };
                    const found: unknown[] = [];
                    let cursor: string | undefined;
                    do {
                      const page: RowPage = await read({ ...query, cursor });
                      assert.ok(page.rows.length <= limit);
                      found.push(...page.rows);
                      cursor = page.nextCursor ?? undefined;
                      assert.ok(cursor === undefined || page.rows.length === limit, "a page before the last is full");
                    } while (cursor !== undefined);
                    const expected = sorted(rows.filter((row) => conditions.every((f) => meets(row, f))), terms);
                    assert.deepEqual(found, expected);
                    const whole = await engine.table("samples", { ...query, limit: undefined });
                    assert.deepEqual(rowsOf(whole), expected);
                  }
                },
              ),
              { numRuns: 40 },
            );
          });

          await t.step(
            "gives the pages after the first from its materialization though a newer one is there",
            async () => {
              const first = Array.from({ length: 5 }, (_, id) => ({ id, part: "p", ...blank, size: id }));
              await publish(first);
              const query = { order: ["-size"], limit: 2 };
              const one = await read(query);
              await publish([{ id: 9, part: "p", ...blank, size: 0.5 }]);
              const two = await read({ ...query, cursor: one.nextCursor! });
              const three = await read({ ...query, cursor: two.nextCursor! });
              assert.deepEqual([...one.rows, ...two.rows, ...three.rows], first.toReversed());
              assert.equal(two.materialization, one.materialization);
              assert.equal(three.nextCursor, null);
              assert.deepEqual((await read(query)).rows.map((r) => r.id), [9]);
              const then = await read({ asOf: one.materialization!, fields: ["size", "id"] });
              assert.deepEqual(then.rows, first.map(({ id, size }) => ({ size, id })));
              assert.deepEqual(then.columns, [{ name: "size", type: "double precision" }, {
                name: "id",
                type: "bigint",
              }]);
            },
          );

          await t.step("gives a table as a whole or its first rows, and refuses more than the bound", async () => {
            const first = Array.from({ length: 5 }, (_, id) => ({ id, part: "p", ...blank, size: id % 2 ? id : null }));
            await publish(first);
            const query = { order: ["-id"], fields: ["id", "size"] };
            const { materialization, ...whole } = await engine.table("samples", query, { maxRows: 5 });
            assert.deepEqual(whole, {
              columns: [{ name: "id", type: "bigint" }, { name: "size", type: "double precision" }],
              data: { id: Float64Array.of(4, 3, 2, 1, 0), size: Float64Array.of(NaN, 3, NaN, 1, NaN) },
              rows: 5,
            });
            assert.equal(materialization, (await read()).materialization);
            const head = await engine.table("samples", { ...query, limit: 2 }, { maxRows: 4 });
            assert.deepEqual(head.data["id"], Float64Array.of(4, 3));
            const error = await refusal(engine.table("samples", query, { maxRows: 4 }));
            assert.match(error.message, /^There are more than 4 rows\. Filter them, or set a limit/);
            for (const limit of [0, 1.5, 6]) {
              const { issues } = await refusal(engine.table("samples", { ...query, limit }, { maxRows: 5 }));
              assert.equal(issues[0]?.path, "limit");
            }
            await publish([]);
            assert.deepEqual((await engine.table("samples", query)).rows, 0);
            assert.deepEqual((await engine.table("samples", { ...query, asOf: materialization! })).data, whole.data);
          });

          await t.step("reads microseconds and large integers exactly", async () => {
            const rows = [
              { id: 1, part: "p", ...blank, seen_at: "2026-11-23T12:00:00.123456Z", rank: Number.MAX_SAFE_INTEGER },
              { id: 2, part: "p", ...blank, seen_at: "2026-11-23T12:00:00.123457Z", rank: Number.MIN_SAFE_INTEGER },
            ];
            await publish(rows);
            const at = { column: "seen_at", operator: "gt", value: "2026-11-23T13:00:00.123456+01:00" } as const;
            assert.deepEqual((await read({ filters: [at] })).rows, [rows[1]]);
            const rank = { column: "rank", operator: "eq", value: "9007199254740991" } as const;
            assert.deepEqual((await read({ filters: [rank] })).rows, [rows[0]]);
          });

          const bad: [string, Partial<PageQuery>, string, RegExp][] = [
            [
              "an unknown column",
              { filters: [{ column: "sise", operator: "lt", value: "1" }] },
              "sise.lt",
              /id, part, label/,
            ],
            ["a hidden column", { filters: [{ column: "_from", operator: "eq", value: "1" }] }, "_from", /no column/],
            ["a bad number", { filters: [{ column: "size", operator: "gte", value: "ten" }] }, "size.gte", /"ten"/],
            ["an empty number", { filters: [{ column: "size", operator: "eq", value: "" }] }, "size", /a number/],
            [
              "an infinite number",
              { filters: [{ column: "size", operator: "lt", value: "1e999" }] },
              "size.lt",
              /number/,
            ],
            [
              "a fraction for an integer",
              { filters: [{ column: "rank", operator: "eq", value: "1.5" }] },
              "rank",
              /whole/,
            ],
            [
              "an integer beyond 64 bits",
              { filters: [{ column: "rank", operator: "eq", value: "9223372036854775808" }] },
              "rank",
              /whole/,
            ],
            [
              "a day that does not exist",
              { filters: [{ column: "day", operator: "eq", value: "2021-02-29" }] },
              "day",
              /a date/,
            ],
            ["a year zero", { filters: [{ column: "day", operator: "eq", value: "0000-01-01" }] }, "day", /a date/],
            [
              "a time without offset",
              { filters: [{ column: "seen_at", operator: "eq", value: "2021-02-28T10:00" }] },
              "seen_at",
              /offset/,
            ],
            [
              "a boolean in other words",
              { filters: [{ column: "flag", operator: "eq", value: "yes" }] },
              "flag",
              /true or false/,
            ],
            [
              "one bad value of a list",
              { filters: [{ column: "rank", operator: "in", value: "1,x" }] },
              "rank.in",
              /"x"/,
            ],
            ["text with NUL", { filters: [{ column: "label", operator: "eq", value: "a\0" }] }, "label", /NUL/],
            ["a filter on JSON", { filters: [{ column: "extra", operator: "eq", value: "{}" }] }, "extra", /JSON/],
            ["order by JSON", { order: ["extra"] }, "order", /JSON/],
            ["order by an unknown column", { order: ["-nope"] }, "order", /"nope"/],
            ["order by SQL", { order: ['id" DESC; DROP TABLE gold.samples; --'] }, "order", /no column/],
            ["order by one column twice", { order: ["id", "-id"] }, "order", /twice/],
            ["an unknown field", { fields: ["id", "nope"] }, "fields", /"nope"/],
            ["a limit of 0", { limit: 0 }, "limit", /1 to 10,000/],
            ["a limit above the bound", { limit: 10_001 }, "limit", /1 to 10,000/],
            ["half a limit", { limit: 1.5 }, "limit", /1\.5/],
            ["an unknown materialization", { asOf: 999_999_999 }, "as_of", /no materialization 999999999/],
            ["a cursor that is noise", { cursor: "%%%" }, "cursor", /Begin again/],
            ["a cursor of another shape", { cursor: btoa('{"m":1}') }, "cursor", /Begin again/],
            [
              "a cursor of no materialization",
              { cursor: btoa('{"m":999999,"o":["part","id"],"p":["p",1]}') },
              "cursor",
              /no longer/,
            ],
            [
              "a cursor with a value of another type",
              { cursor: btoa('{"m":1,"o":["part","id"],"p":["p","x"]}') },
              "cursor",
              /Begin/,
            ],
            ["a cursor that is too short", { cursor: btoa('{"m":1,"o":["part","id"],"p":["p"]}') }, "cursor", /Begin/],
            [
              "a list of a thousand and one values",
              { filters: [{ column: "id", operator: "in", value: Array.from({ length: 1001 }, (_, i) => i).join() }] },
              "id.in",
              /1000/,
            ],
          ];
          for (const [what, query, path, message] of bad) {
            await t.step(`refuses ${what} and says where`, async () => {
              const error = await refusal(read(query));
              assert.equal(error.issues[0]?.path, path);
              assert.match(error.message, message);
            });
          }

          await t.step("refuses a cursor of another order or materialization", async () => {
            const { nextCursor, materialization } = await read({ limit: 1 });
            assert.match((await refusal(read({ cursor: nextCursor!, order: ["-id"] }))).message, /another order/);
            assert.match(
              (await refusal(read({ cursor: nextCursor!, asOf: materialization! - 1 }))).message,
              /another materialization/,
            );
          });

          await t.step("takes any text as a cursor or a value without breaking", async () => {
            await fc.assert(
              fc.asyncProperty(
                fc.oneof(
                  fc.string({ unit: "binary" }),
                  fc.json().map((json) => btoa(unescape(encodeURIComponent(json)))),
                ),
                fc.constantFrom(...comparable),
                async (text, column) => {
                  await read({ cursor: text }).catch((e) => assert.ok(e instanceof InvalidRequestError, String(e)));
                  await read({ filters: [{ column, operator: "in", value: text }] })
                    .catch((e) => assert.ok(e instanceof InvalidRequestError, String(e)));
                },
              ),
              { numRuns: 60 },
            );
          });
        }, { database, assets: [samples] });
      } finally {
        await database.close();
      }
    },
  });
}
