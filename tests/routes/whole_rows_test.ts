import assert from "node:assert/strict";
import { Buffer } from "node:buffer";
import { once } from "node:events";
import { connect, type Socket } from "node:net";
import polars from "nodejs-polars";
import { gate } from "../support/tiny_engine.ts";
import { type TinyApi, withTinyApi } from "../support/tiny_api.ts";

const rows = "/v1/assets/numbers/rows";

/** Names that are long enough for a table not to fit what sockets hold. */
function numbersOf(count: number, value = 0) {
  return Array.from({ length: count }, (_, i) => ({ name: `${String(i).padStart(7, "0")}${"x".repeat(200)}`, value }));
}

async function publish({ world, post }: TinyApi, numbers: TinyApi["world"]["numbers"]): Promise<void> {
  world.numbers = numbers;
  await post("/v1/materialize", { selection: "numbers", wait: true, force: true });
}

/** Sends a request over a connection of its own. */
async function over(port: number, path: string): Promise<Socket> {
  const socket = connect(port, "127.0.0.1");
  await once(socket, "connect");
  socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`);
  return socket;
}

async function heldCursors({ database }: TinyApi): Promise<number> {
  const [row] = await database.sql<[{ held: number }]>`SELECT count(*) AS held FROM pg_cursors WHERE is_holdable`;
  return row.held;
}

/** Waits for what comes about by itself and soon. */
async function until(condition: () => Promise<boolean> | boolean): Promise<void> {
  for (let i = 0; i < 500 && !await condition(); i++) await new Promise((resolve) => setTimeout(resolve, 10));
  assert.ok(await condition());
}

Deno.test("GET /v1/assets/:key/rows as a whole", async (t) => {
  await withTinyApi(async (api) => {
    const { app, get, post, world } = api;
    world.numbers = numbersOf(2_500);
    world.numbers[3]!.value = null;
    await post("/v1/materialize", { selection: "*", wait: true });
    const { materialization } = (await get(`${rows}?limit=1`)).json;

    await t.step(
      "NDJSON comes by format or Accept, all of it, with how many rows there are and of which version",
      async () => {
        const byFormat = await get(`${rows}?format=ndjson`);
        assert.equal(byFormat.headers.get("Content-Type"), "application/x-ndjson");
        assert.equal(byFormat.headers.get("Content-Disposition"), 'attachment; filename="numbers.ndjson"');
        assert.equal(byFormat.headers.get("Tandem-Row-Count"), "2500");
        assert.equal(byFormat.headers.get("Tandem-Materialization"), String(materialization));
        assert.match(byFormat.headers.get("Tandem-Committed-At")!, /^\d{4}-.*Z$/);
        assert.equal(byFormat.headers.get("Link"), null);
        assert.deepEqual(byFormat.text.trimEnd().split("\n").map((line) => JSON.parse(line)), world.numbers);
        const byAccept = await app.request(rows, { headers: { Accept: "application/x-ndjson" } });
        assert.equal(await byAccept.text(), byFormat.text);
      },
    );

    await t.step("CSV without a limit is all of it, as it is with limit=all", async () => {
      const { text, headers } = await get(`${rows}?format=csv`);
      assert.equal(text.split("\r\n").length, 2_502);
      assert.equal(headers.get("Tandem-Row-Count"), "2500");
      assert.equal((await get(`${rows}?format=csv&limit=all`)).text, text);
    });

    await t.step("CSV and NDJSON with a limit are pages that lead to the next", async () => {
      for (const [format, header] of [["csv", 1], ["ndjson", 0]] as const) {
        let path: string | undefined = `${rows}?format=${format}&limit=1000&order=-name`;
        const lines: string[] = [];
        while (path !== undefined) {
          const { text, headers } = await get(path);
          assert.equal(headers.get("Tandem-Row-Count"), null);
          lines.push(...text.trimEnd().split(/\r?\n/).slice(header));
          path = /^<(.*)>; rel="next"$/.exec(headers.get("Link") ?? "")?.[1];
        }
        assert.equal(new Set(lines).size, 2_500);
        const whole = (await get(`${rows}?format=${format}&order=-name`)).text;
        assert.deepEqual(lines, whole.trimEnd().split(/\r?\n/).slice(header));
      }
    });

    await t.step("JSON stays in pages", async () => {
      assert.equal((await get(rows)).json.rows.length, 1_000);
      const { status, json } = await get(`${rows}?limit=all`);
      assert.deepEqual([status, json.errors[0].path], [400, "limit"]);
    });

    await t.step("Arrow is a file like Parquet, with the same rows", async () => {
      const path = `${rows}?fields=value,name&name.lt=0000100`;
      const response = await app.request(`${path}&format=arrow`);
      assert.equal(response.headers.get("Content-Type"), "application/vnd.apache.arrow.file");
      assert.equal(response.headers.get("Tandem-Row-Count"), "100");
      const frame = polars.readIPC(Buffer.from(await response.arrayBuffer()));
      assert.deepEqual(frame.columns, ["value", "name"]);
      assert.deepEqual(frame.toRecords(), (await get(path)).json.rows);
      const accept = { Accept: "application/vnd.apache.arrow.file" };
      const first = await app.request(`${path}&limit=3`, { headers: accept });
      assert.equal(polars.readIPC(Buffer.from(await first.arrayBuffer())).height, 3);
    });

    for (
      const [search, path] of [
        ["format=csv&limit=all&cursor=x", "cursor"],
        ["format=ndjson&limit=0", "limit"],
        ["format=ndjson&limit=10001", "limit"],
        ["format=ndjson&fields=nope", "fields"],
        ["format=csv&value=x", "value"],
        ["format=csv&as_of=2001-01-01", "as_of"],
        ["format=csv&as_of=noon", "as_of"],
        ["format=arrow&cursor=x", "cursor"],
      ]
    ) {
      await t.step(`?${search} answers 400 and says where`, async () => {
        const { status, json } = await get(`${rows}?${search}`);
        assert.deepEqual([status, json.errors[0].path], [400, path]);
      });
    }

    const whole = ["format=csv", "format=ndjson", "format=parquet", "format=arrow"];
    await t.step(
      "If-None-Match answers 304 without a body while the version stays; the format is part of it",
      async () => {
        const etags = new Set<string>();
        for (const search of [...whole, "limit=5", "limit=5&format=csv", "limit=6"]) {
          const response = await app.request(`${rows}?${search}`);
          await response.body?.cancel();
          const etag = response.headers.get("ETag")!;
          etags.add(etag);
          assert.equal(response.headers.get("Cache-Control"), "private, no-cache");
          const again = await app.request(`${rows}?${search}`, { headers: { "If-None-Match": `"x", W/${etag}` } });
          assert.deepEqual([again.status, await again.text(), again.headers.get("ETag")], [304, "", etag]);
          assert.equal(again.headers.get("Tandem-Materialization"), String(materialization));
        }
        assert.equal(etags.size, 7);
      },
    );

    await t.step("the same content made again is still 304 as a whole, other content is not", async () => {
      const etagOf = async (search: string) => {
        const response = await app.request(`${rows}?${search}`, { method: "HEAD" });
        return response.headers.get("ETag");
      };
      const before = await Promise.all(whole.map(etagOf));
      const page = await etagOf("limit=5");
      await publish(api, world.numbers);
      assert.deepEqual(await Promise.all(whole.map(etagOf)), before);
      // It names its materialization.
      assert.notEqual(await etagOf("limit=5"), page);
      await publish(api, numbersOf(2_600));
      const after = await Promise.all(whole.map(etagOf));
      for (const [i, etag] of after.entries()) assert.notEqual(etag, before[i]);
    });

    await t.step("HEAD answers as GET does and opens no stream", async () => {
      const response = await app.request(`${rows}?format=ndjson`, { method: "HEAD" });
      assert.deepEqual([response.status, await response.text()], [200, ""]);
      assert.equal((await app.request(`${rows}?format=ndjson&fields=nope`, { method: "HEAD" })).status, 400);
      assert.equal(await heldCursors(api), 0);
    });

    await t.step("as_of reads a version of the past, by time too, in every format", async () => {
      const path = (asOf: unknown) => `${rows}?limit=10000&as_of=${asOf}`;
      const then = (await get(rows)).json.materialization;
      await api.database
        .sql`UPDATE engine.materialization SET committed_at = '2026-10-30T12:00:00Z' WHERE id = ${then}`;
      const past = (await get(path(then))).json;
      await publish(api, numbersOf(10, 7));
      for (const asOf of [then, "2026-10-31", "2026-10-30T12:00:00Z"]) {
        const { json, headers } = await get(path(asOf));
        assert.deepEqual(json, past);
        assert.equal(headers.get("Tandem-Committed-At"), "2026-10-30T12:00:00Z");
        const csv = await get(`${rows}?format=csv&as_of=${asOf}`);
        assert.equal(csv.headers.get("Tandem-Row-Count"), "2600");
        const parquet = await app.request(`${rows}?format=parquet&as_of=${asOf}`);
        assert.equal(polars.readParquet(Buffer.from(await parquet.arrayBuffer())).height, 2_600);
      }
      assert.equal((await get(rows)).json.rows.length, 10);
    });

    await t.step(
      "the pages of a time are of one version, though it lies ahead and something is published meanwhile",
      async () => {
        const first = await get(`${rows}?limit=6&as_of=2100-01-01`);
        await publish(api, numbersOf(10, 8));
        const { json } = await get(/^<(.*)>;/.exec(first.headers.get("Link")!)![1]!);
        assert.equal(json.materialization, first.json.materialization);
        assert.deepEqual([...first.json.rows, ...json.rows], numbersOf(10, 7));
      },
    );

    await t.step("a half-written version is not to be seen", async () => {
      const before = (await get(`${rows}?format=csv`)).text;
      const held = gate();
      const began = gate();
      world.before = () => (began.open(), held.opened);
      const publishing = publish(api, numbersOf(9, 9));
      await began.opened;
      assert.equal((await get(`${rows}?format=csv`)).text, before);
      held.open();
      await publishing;
      world.before = () => {};
      assert.equal((await get(`${rows}?format=csv`)).headers.get("Tandem-Row-Count"), "9");
    });

    await t.step("over a connection", async (t) => {
      await publish(api, numbersOf(40_000));
      const server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
      const { port } = server.addr;
      try {
        await t.step("a whole stream ends with the last chunk of HTTP", async () => {
          const socket = await over(port, `${rows}?format=csv&fields=name`);
          let text = "";
          for await (const chunk of socket) {
            text += chunk;
            if (text.endsWith("\r\n0\r\n\r\n")) break;
          }
          assert.match(text, /^HTTP\/1.1 200 OK\r\n/);
          assert.match(text, /\r\ntandem-row-count: 40000\r\n/i);
          socket.destroy();
        });

        await t.step("a stream that breaks off ends without it, and fetch() fails", async () => {
          const broken = await over(port, `${rows}?format=csv`);
          await once(broken, "readable");
          const response = await fetch(`http://127.0.0.1:${port}${rows}?format=csv`);
          // The database loses what it had put by.
          await until(async () => await heldCursors(api) === 2);
          await api.database.sql`CLOSE ALL`;
          await assert.rejects(response.text());
          let text = "";
          for await (const chunk of broken) text += chunk;
          assert.ok(!text.endsWith("\r\n0\r\n\r\n"));
          assert.ok(api.logged.some(({ message }) => /rows was aborted: /.test(message)));
        });

        await t.step(
          "a client that reads slowly is waited for, and one that hangs up lets go of the database",
          async () => {
            const socket = await over(port, `${rows}?format=csv`);
            socket.pause();
            await until(async () => await heldCursors(api) === 1);
            socket.destroy();
            await until(async () => await heldCursors(api) === 0);
          },
        );

        await t.step("more streams than may be at once are answered 503 and when to come again", async () => {
          const sockets = await Promise.all(Array.from({ length: 8 }, () => over(port, `${rows}?format=csv`)));
          for (const socket of sockets) socket.pause();
          await until(async () => await heldCursors(api) === 8);
          const { status, headers, json } = await get(`${rows}?format=csv`);
          assert.deepEqual([status, json.type, headers.get("Retry-After")], [503, "/problems/not-ready", "10"]);
          assert.equal((await get(`${rows}?format=csv&limit=5`)).status, 200);
          for (const socket of sockets) socket.destroy();
          await until(async () => await heldCursors(api) === 0);
        });
      } finally {
        await server.shutdown();
      }
    });
  });
});
