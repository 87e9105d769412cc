import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import polars from "nodejs-polars";
import { z } from "zod";
import { assetsWith } from "../../engine/mod.ts";
import { tinyAssets, type TinyWorld } from "../support/tiny_engine.ts";
import { withTinyApi } from "../support/tiny_api.ts";

/** A column of each type, with nulls. */
const mixture = assetsWith<TinyWorld>().asset({
  key: "mixture",
  group: "tests",
  layer: "gold",
  description: "A column of each type, with nulls.",
  row: z.object({
    name: z.string(),
    size: z.number().nullable(),
    rank: z.int().nullable(),
    flag: z.boolean().nullable(),
    day: z.iso.date().nullable(),
    seen_at: z.iso.datetime().nullable(),
    extra: z.record(z.string(), z.number()).nullable(),
    label: z.string().nullable(),
  }),
  primaryKey: ["name"],
  materialize: () => ({
    rows: [
      {
        name: "all",
        size: 0.1 + 0.2,
        rank: Number.MAX_SAFE_INTEGER,
        flag: false,
        day: "2026-11-27",
        seen_at: "2026-11-27T21:00:00.123456Z",
        extra: { a: 1 },
        label: "",
      },
      { name: "none", size: null, rank: null, flag: null, day: null, seen_at: null, extra: null, label: null },
    ],
  }),
});

/** Columns that are called like parameters. */
const awkward = assetsWith<TinyWorld>().asset({
  key: "awkward",
  group: "tests",
  layer: "gold",
  description: "Columns that are called like parameters.",
  row: z.object({ limit: z.int(), order: z.string(), as_of: z.iso.date(), notes: z.array(z.string()).nullable() }),
  primaryKey: ["limit"],
  materialize: () => ({
    rows: [
      { limit: 1, order: "a, b", as_of: "2026-11-20", notes: ["x"] },
      { limit: 2, order: "", as_of: "2026-11-27", notes: null },
    ],
  }),
});

const next = (headers: Headers) => /^<(.*)>; rel="next"$/.exec(headers.get("Link") ?? "")?.[1];

Deno.test("GET /v1/assets/:key/rows", async (t) => {
  await withTinyApi(async ({ app, get, post, world }) => {
    await t.step("GET …/rows has no rows before the first materialization", async () => {
      const { status, json } = await get("/v1/assets/numbers/rows");
      assert.equal(status, 200);
      assert.deepEqual([json.materialization, json.rows, json.nextCursor], [null, [], null]);
      const response = await app.request("/v1/assets/numbers/rows?format=parquet");
      assert.equal(response.headers.get("Tandem-Materialization"), null);
      const frame = polars.readParquet(Buffer.from(await response.arrayBuffer()));
      assert.deepEqual([frame.height, frame.columns], [0, ["name", "value"]]);
    });

    world.numbers = Array.from({ length: 7 }, (_, i) => ({ name: `n${i}`, value: i === 3 ? null : i % 3 }));
    await post("/v1/materialize", { selection: "*", wait: true });

    await t.step("GET …/rows answers with asset, materialization, columns, rows and cursor", async () => {
      const { json, headers } = await get("/v1/assets/numbers/rows?value=0");
      assert.deepEqual(json, {
        asset: "numbers",
        materialization: json.materialization,
        columns: [{ name: "name", type: "text" }, { name: "value", type: "double precision" }],
        rows: [{ name: "n0", value: 0 }, { name: "n6", value: 0 }],
        nextCursor: null,
        sources: [],
      });
      assert.ok(json.materialization > 0);
      assert.equal(headers.get("Link"), null);
    });

    await t.step("GET …/rows filters, orders, picks columns and bounds", async () => {
      const { json } = await get(
        "/v1/assets/numbers/rows?value.gte=1&name.in=n1,n2,n4,n5&order=-value,-name&fields=name&limit=3",
      );
      assert.deepEqual(json.rows, [{ name: "n5" }, { name: "n2" }, { name: "n4" }]);
      assert.ok(json.nextCursor);
    });

    await t.step(
      "GET …/rows links to the next page with the same filters, order and format, in JSON and CSV",
      async () => {
        const rest = "order=-value&value.lte=2&limit=2";
        const names: string[] = [];
        let path: string | undefined = `/v1/assets/numbers/rows?${rest}`;
        while (path !== undefined) {
          const { json, headers } = await get(path);
          names.push(...json.rows.map((r: { name: string }) => r.name));
          path = next(headers);
        }
        assert.deepEqual(names, ["n2", "n5", "n1", "n4", "n0", "n6"]);

        let csv = "";
        path = `/v1/assets/numbers/rows?${rest}&format=csv`;
        while (path !== undefined) {
          const { text, headers } = await get(path);
          csv += text.slice(text.indexOf("\r\n") + 2);
          path = next(headers);
        }
        assert.equal(csv, "n2,2\r\nn5,2\r\nn1,1\r\nn4,1\r\nn0,0\r\nn6,0\r\n");
      },
    );

    await t.step("GET …/rows answers CSV by format or Accept, with a header and a file name", async () => {
      const byFormat = await get("/v1/assets/numbers/rows?format=csv&limit=4");
      assert.equal(byFormat.headers.get("Content-Type"), "text/csv; charset=utf-8; header=present");
      assert.equal(byFormat.headers.get("Content-Disposition"), 'attachment; filename="numbers.csv"');
      assert.equal(byFormat.text, "name,value\r\nn0,0\r\nn1,1\r\nn2,2\r\nn3,\r\n");
      const byAccept = await get("/v1/assets/numbers/rows?limit=4", { Accept: "text/csv, */*;q=0.1" });
      assert.equal(byAccept.text, byFormat.text);
      const json = await get("/v1/assets/numbers/rows?format=json", { Accept: "text/csv" });
      assert.equal(json.json.asset, "numbers");
    });

    await t.step("GET …/rows reaches columns that are called like parameters as name.eq", async () => {
      const { json } = await get("/v1/assets/awkward/rows?limit.eq=2&limit=5&order.ne=x");
      assert.deepEqual(json.rows, [{ limit: 2, order: "", as_of: "2026-11-27", notes: null }]);
      assert.equal((await get("/v1/assets/awkward/rows?as_of.eq=2026-11-20")).json.rows[0].limit, 1);
      for (const path of ["rows?", "rows?format=parquet&", "rows?format=csv&", "receipt?"]) {
        const { status, json } = await get(`/v1/assets/awkward/${path}as_of=2001-11-20`);
        assert.deepEqual([status, json.errors[0].path], [400, "as_of"], path);
        assert.match(
          json.detail,
          /had not been materialized .* the column of this name is filtered as as_of\.eq=2001-11-20\.$/,
        );
      }
      assert.doesNotMatch((await get("/v1/assets/numbers/rows?as_of=2001-11-20")).json.detail, /as_of\.eq/);
      const { text } = await get("/v1/assets/awkward/rows?format=csv");
      assert.equal(text, 'limit,order,as_of,notes\r\n1,"a, b",2026-11-20,"[""x""]"\r\n2,"",2026-11-27,\r\n');
    });

    await t.step("GET …/rows gives an earlier version by as_of", async () => {
      const { materialization } = (await get("/v1/assets/total/rows")).json;
      await post("/v1/materialize", { selection: "multiples+", config: { multiples: { factor: 10 } }, wait: true });
      assert.deepEqual((await get("/v1/assets/total/rows")).json.rows[0].sum, 60);
      const then = (await get(`/v1/assets/total/rows?as_of=${materialization}`)).json;
      assert.deepEqual([then.rows[0].sum, then.materialization], [12, materialization]);
    });

    const parquet = async (path: string, headers: Record<string, string> = {}) => {
      const response = await app.request(path, { headers });
      assert.equal(response.status, 200);
      const frame = polars.readParquet(Buffer.from(await response.arrayBuffer()));
      return { headers: response.headers, frame, rows: frame.toRecords() };
    };

    await t.step(
      "GET …/rows answers Parquet by format or Accept, with a file name and the materialization",
      async () => {
        const { materialization } = (await get("/v1/assets/numbers/rows")).json;
        const byFormat = await parquet("/v1/assets/numbers/rows?format=parquet");
        assert.equal(byFormat.headers.get("Content-Type"), "application/vnd.apache.parquet");
        assert.equal(byFormat.headers.get("Content-Disposition"), 'attachment; filename="numbers.parquet"');
        assert.equal(byFormat.headers.get("Tandem-Materialization"), String(materialization));
        assert.equal(byFormat.headers.get("Link"), null);
        assert.deepEqual(byFormat.rows, world.numbers);
        const byAccept = await parquet("/v1/assets/numbers/rows", { Accept: "application/vnd.apache.parquet" });
        assert.deepEqual(byAccept.rows, byFormat.rows);
        const json = await get("/v1/assets/numbers/rows?format=json", { Accept: "application/vnd.apache.parquet" });
        assert.equal(json.json.asset, "numbers");
      },
    );

    await t.step("GET …/rows?format=parquet keeps the type of each column, and nulls", async () => {
      const { frame, rows } = await parquet("/v1/assets/mixture/rows?format=parquet");
      assert.deepEqual(
        Object.entries(frame.schema).map(([name, type]) => `${name} ${String(type).slice(9, -1)}`),
        [
          "name String",
          "size Float64",
          "rank Int64",
          "flag Bool",
          "day Date",
          "seen_at Datetime(us,UTC)",
          "extra String",
          "label String",
        ],
      );
      assert.deepEqual(rows[0], {
        name: "all",
        size: 0.1 + 0.2,
        rank: Number.MAX_SAFE_INTEGER,
        flag: false,
        day: new Date("2026-11-27"),
        // What a Date can hold of it.
        seen_at: new Date("2026-11-27T21:00:00.123Z"),
        extra: '{"a":1}',
        label: "",
      });
      const micros = frame.getColumn("seen_at").cast(polars.Int64).cast(polars.Utf8).toArray();
      assert.deepEqual(micros, ["1795813200123456", null]);
      assert.deepEqual(Object.values(rows[1]!), ["none", null, null, null, null, null, null, null]);
    });

    await t.step("GET …/rows?format=parquet filters, orders and picks columns as a page of JSON does", async () => {
      const rest = "value.gte=1&name.in=n1,n2,n4,n5&order=-value,-name&fields=name";
      const { json } = await get(`/v1/assets/numbers/rows?${rest}`);
      assert.equal(json.rows.length, 4);
      assert.deepEqual((await parquet(`/v1/assets/numbers/rows?${rest}&format=parquet`)).rows, json.rows);
      const first = await parquet(`/v1/assets/numbers/rows?${rest}&format=parquet&limit=3`);
      assert.deepEqual(first.rows, json.rows.slice(0, 3));
      const none = await parquet("/v1/assets/numbers/rows?name=nobody&format=parquet");
      assert.deepEqual([none.frame.height, none.frame.columns], [0, ["name", "value"]]);
    });

    await t.step(
      "GET …/rows?format=parquet gives all rows of an earlier version by as_of, more than a page has",
      async () => {
        const before = world.numbers;
        world.numbers = Array.from({ length: 10_500 }, (_, i) => ({ name: `${i}`.padStart(5, "0"), value: i }));
        await post("/v1/materialize", { selection: "numbers", wait: true });
        const many = await parquet("/v1/assets/numbers/rows?format=parquet");
        assert.deepEqual(many.rows, world.numbers);
        world.numbers = before;
        await post("/v1/materialize", { selection: "numbers", wait: true });
        assert.deepEqual((await parquet("/v1/assets/numbers/rows?format=parquet")).rows, before);
        const asOf = many.headers.get("Tandem-Materialization");
        const then = await parquet(`/v1/assets/numbers/rows?format=parquet&as_of=${asOf}`);
        assert.equal(then.headers.get("Tandem-Materialization"), asOf);
        assert.deepEqual(then.rows, many.rows);
      },
    );

    const bad: [string, string, RegExp][] = [
      ["format=parquet&limit=2000001", "limit", /1 to 2000000/],
      ["format=parquet&cursor=x", "cursor", /Leave the cursor out/],
      ["format=parquet&nope=1", "nope", /name, value/],
      ["format=parquet&as_of=999999", "as_of", /no materialization 999999/],
      ["nope=1", "nope", /name, value/],
      ["value.like=1", "value.like", /no operator "like"/],
      ["value.lt=x", "value.lt", /not a number/],
      ["order=nope", "order", /no column "nope"/],
      ["fields=", "fields", /no column ""/],
      ["limit=0", "limit", /1 to 10000/],
      ["limit=10001", "limit", /1 to 10000/],
      ["limit=all", "limit", /A page of JSON has at most 10000 rows\. For all rows set format to ndjson, csv/],
      ["limit=1e2", "limit", /whole number/],
      ["limit=5&limit=6", "limit", /is repeated/],
      ["as_of=999999", "as_of", /no materialization 999999/],
      ["as_of=99999999999999999999", "as_of", /whole number/],
      ["cursor=x", "cursor", /Begin again/],
      ["format=xml", "format", /json/],
    ];
    for (const [search, path, message] of bad) {
      await t.step(`GET …/rows?${search} answers 400 and says where`, async () => {
        const { status, json } = await get(`/v1/assets/numbers/rows?${search}`);
        assert.deepEqual([status, json.type], [400, "/problems/invalid-request"]);
        assert.equal(json.errors[0].path, path);
        assert.match(json.errors[0].message, message);
      });
    }

    await t.step("GET …/rows answers 404 for an asset that does not exist, SQL included", async () => {
      assert.equal((await get("/v1/assets/nope/rows")).status, 404);
      assert.equal((await get("/v1/assets/numbers%22;DROP%20TABLE%20raw.numbers;--/rows")).status, 404);
    });

    await t.step("HEAD …/rows answers as GET does, without the body", async () => {
      const response = await app.request("/v1/assets/numbers/rows?limit=2", { method: "HEAD" });
      assert.equal(response.status, 200);
      assert.equal(await response.text(), "");
      assert.ok(next(response.headers));
    });

    await t.step("GET …/rows never answers 5xx, for any query", async () => {
      const anyText = fc.string({ unit: "binary", maxLength: 12 });
      const name = fc.oneof(
        fc.constantFrom(
          "name",
          "value",
          "value.lt",
          "name.in",
          "order",
          "fields",
          "limit",
          "cursor",
          "as_of",
          "format",
          "__proto__",
        ),
        anyText,
      );
      const value = fc.oneof(
        anyText,
        fc.constantFrom("name", "-value", "value,name", "1", "1e3", "csv", "parquet", "-0", "NaN"),
      );
      await fc.assert(
        fc.asyncProperty(fc.array(fc.tuple(name, value), { maxLength: 4 }), async (pairs) => {
          const { status } = await get(`/v1/assets/numbers/rows?${new URLSearchParams(pairs)}`);
          assert.ok(status === 200 || status === 400, `${status}`);
        }),
        { numRuns: 400 },
      );
    });
  }, { engine: { assets: [...tinyAssets, awkward, mixture] } });
});
