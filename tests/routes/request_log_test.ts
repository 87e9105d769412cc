import { AsyncLocalStorage } from "node:async_hooks";
import assert from "node:assert/strict";
import { Hono } from "hono";
import { loggerTo, silentLogger } from "../../engine/mod.ts";
import { type HttpInstruments, requestLog, requestLogger } from "../../routes/request_log.ts";
import { markStreamed } from "../../routes/streamed_answer.ts";
import { withTinyApi } from "../support/tiny_api.ts";

const traceId = "0af7651916cd43dd8448eb211c80319c";

Deno.test("requestLog() writes one line for each request, with its ids and without its query", async () => {
  await withTinyApi(async ({ get, post, logged }) => {
    await get("/v1/assets/numbers/rows?limit=1&token=tandem_secret", {
      "X-Request-Id": "mine-1",
      traceparent: `00-${traceId}-b7ad6b7169203331-01`,
    });
    assert.equal(logged.length, 1);
    const [{ level, message, fields }] = logged as [typeof logged[number]];
    assert.equal(level, "info");
    assert.equal(message, "GET /v1/assets/numbers/rows: 400");
    assert.deepEqual({ ...fields, ms: 0, bytes: 0 }, {
      principal: "anybody",
      requestId: "mine-1",
      traceId,
      method: "GET",
      route: "/v1/assets/:key/rows",
      path: "/v1/assets/numbers/rows",
      status: 400,
      ms: 0,
      bytes: 0,
    });
    assert.ok(!JSON.stringify(logged).includes("tandem_secret"));
    logged.length = 0;
    const answer = await post("/v1/assets/numbers/materialize", { wait: true });
    const line = logged.find(({ message }) => message.startsWith("POST"))!;
    assert.equal(line.level, "info");
    assert.equal(line.fields.runId, answer.json.id);
    assert.equal(line.fields.bytes, new TextEncoder().encode(answer.text).byteLength);
    assert.equal(line.fields.requestId, answer.headers.get("X-Request-Id"));
  });
});

Deno.test("requestLog() reports reads quietly, refusals as warnings and faults as errors", async () => {
  const logged: [string, number][] = [];
  const logger = loggerTo((level, _, fields) => logged.push([level, fields.status as number]));
  const app = new Hono().use(requestLog({ logger })).all(
    "/:status",
    (c) => c.body(null, Number(c.req.param("status")) as 200),
  );
  for (const status of [200, 304, 404, 403, 429, 500, 503]) {
    await (await app.request(`/${status}`)).text();
  }
  await (await app.request("/200", { method: "DELETE" })).text();
  await app.request("/200", { method: "HEAD" });
  assert.deepEqual(logged, [
    ["debug", 200],
    ["debug", 304],
    ["info", 404],
    ["warn", 403],
    ["warn", 429],
    ["error", 500],
    ["warn", 503],
    ["info", 200],
    ["debug", 200],
  ]);
});

Deno.test("requestLog() writes the line of a stream at its end, and says whether it was read to it", async () => {
  const logged: Record<string, unknown>[] = [];
  const logger = loggerTo((_level, _message, fields) => logged.push(fields));
  const app = new Hono().use(requestLog({ logger })).get("/", (c) => {
    let left = 3;
    markStreamed(c);
    return c.body(
      new ReadableStream({
        pull(controller) {
          if (left-- > 0) controller.enqueue(new Uint8Array(10));
          else controller.close();
        },
      }),
    );
  });
  const whole = await app.request("/");
  assert.equal(logged.length, 0);
  assert.equal((await whole.arrayBuffer()).byteLength, 30);
  assert.equal(logged[0]!.bytes, 30);
  assert.ok(!("complete" in logged[0]!));
  const reader = (await app.request("/")).body!.getReader();
  await reader.read();
  await reader.cancel();
  assert.equal(logged[1]!.complete, false);
});

Deno.test("requestLog() counts the streams of events that are open, and no HEAD of one", async () => {
  let open = 0;
  const instruments = {
    httpRequests: { add() {} },
    httpSeconds: { observe() {} },
    eventStreams: { add: (change: number) => void (open += change) },
  } as unknown as HttpInstruments;
  const app = new Hono().use(requestLog({ logger: silentLogger, instruments })).get("/", (c) => {
    markStreamed(c);
    c.header("Content-Type", "text/event-stream");
    return c.body(new ReadableStream({ start: (controller) => controller.enqueue(new Uint8Array(1)) }));
  });
  await app.request("/", { method: "HEAD" });
  assert.equal(open, 0);
  const reader = (await app.request("/")).body!.getReader();
  await reader.read();
  assert.equal(open, 1);
  await reader.cancel();
  assert.equal(open, 0);
});

Deno.test("an answer that is whole says how long it is, to HEAD as well; a stream does not know", async () => {
  await withTinyApi(async ({ engine, app }) => {
    await engine.finished((await engine.submit({ selection: "*", trigger: "startup" })).id);
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, app.fetch);
    try {
      const url = `http://127.0.0.1:${server.addr.port}`;
      const lengthOf = async (path: string, method: string) => {
        const response = await fetch(url + path, { method });
        const { byteLength } = await response.arrayBuffer();
        return [response.headers.get("content-length"), byteLength];
      };
      for (const path of ["/v1/assets", "/healthz", "/v1/assets/numbers/rows", "/nowhere", "/openapi.json"]) {
        const [length, bytes] = await lengthOf(path, "GET");
        assert.equal(length, String(bytes), path);
        // A request id is as long as another.
        assert.deepEqual(await lengthOf(path, "HEAD"), [length, 0], path);
      }
      assert.equal((await lengthOf("/v1/assets/numbers/rows?format=ndjson&limit=all", "GET"))[0], null);
    } finally {
      await server.shutdown();
    }
  });
});

/** Runs a function as it would run while no request is answered, whatever ran before in this process. */
const outside = AsyncLocalStorage.snapshot();

Deno.test("requestLog() names the principal, and requestLogger() adds the ids of the request to other lines", () =>
  outside(async () => {
    const logged: { message: string; fields: Record<string, unknown> }[] = [];
    const logger = loggerTo((_, message, fields) => logged.push({ message, fields }));
    const inner = requestLogger(logger);
    const app = new Hono<{ Variables: { requestId: string; principal: unknown } }>()
      .use(async (c, next) => {
        c.set("requestId", c.req.header("X-Request-Id")!);
        await next();
      })
      .use(requestLog({ logger }))
      .get("/:wait", async (c) => {
        c.set("principal", { kind: "token", id: 1, name: "nightly job", scope: "read" });
        await new Promise((resolve) => setTimeout(resolve, Number(c.req.param("wait"))));
        inner.warn("In between.");
        return c.text("done");
      });
    // At the same time, so that one could be taken for the other.
    await Promise.all(["5", "1"].map(async (wait) => {
      await (await app.request(`/${wait}`, { headers: { "X-Request-Id": `request-${wait}` } })).text();
    }));
    const between = logged.filter(({ message }) => message === "In between.");
    assert.deepEqual(between.map(({ fields }) => fields.requestId), ["request-1", "request-5"]);
    for (const { fields } of logged.filter(({ message }) => message !== "In between.")) {
      assert.equal(fields.principal, "nightly job");
    }
    logged.length = 0;
    inner.info("Outside.");
    assert.deepEqual(logged[0]!.fields, {});
  }));
