import assert from "node:assert/strict";
import { Hono } from "hono";
import { silentLogger } from "../../../engine/mod.ts";
import { answerDeadline } from "../../../routes/limits/answer_deadline.ts";
import { openStreams } from "../../../routes/limits/open_streams.ts";
import { requestBody } from "../../../routes/limits/request_body.ts";
import { requestHead } from "../../../routes/limits/request_head.ts";
import { onError } from "../../../routes/mod.ts";

const letters = (count: number) => new TextEncoder().encode("x".repeat(count));

/** A body that comes piece by piece; a number is a pause in milliseconds, and it does not end where `open` is set. */
function body(parts: readonly (number | Uint8Array<ArrayBuffer>)[], { open = false } = {}) {
  const state = { cancelled: false };
  const left = [...parts];
  let timer: ReturnType<typeof setTimeout> | undefined;
  const stream = new ReadableStream<Uint8Array<ArrayBuffer>>({
    async pull(controller) {
      const part = left.shift();
      if (typeof part === "number") {
        await new Promise((resolve) => timer = setTimeout(resolve, part));
        if (state.cancelled) return;
        controller.enqueue(new Uint8Array());
      } else if (part) controller.enqueue(part);
      else if (open) await new Promise(() => {});
      else controller.close();
    },
    cancel() {
      state.cancelled = true;
      clearTimeout(timer);
    },
  }, { highWaterMark: 0 });
  return { stream, state };
}

function reading(pace = { maxSilenceMs: 60, graceMs: 60, minBytesPerSecond: 10_000 }) {
  const app = new Hono().onError(onError(silentLogger))
    .use(requestBody({ maxBytes: (path) => path === "/large" ? 100_000 : 1_000, pace }))
    .post("/unread", (c) => c.text("done"))
    .post("*", async (c) => c.text(`${(await c.req.arrayBuffer()).byteLength}`));
  return async (
    path: string,
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    headers: Record<string, string> = {},
  ) => {
    const response = await app.request(path, { method: "POST", body: stream, headers });
    const text = await response.text();
    return { status: response.status, text, connection: response.headers.get("Connection") };
  };
}

Deno.test("requestBody() lets a body through whole, with and without a declared length", async () => {
  const post = reading();
  assert.equal((await post("/", body([letters(600), letters(400)]).stream)).text, "1000");
  assert.equal((await post("/", body([letters(600)]).stream, { "Content-Length": "600" })).text, "600");
  assert.equal((await post("/large", body(Array(90).fill(letters(1_000))).stream)).text, "90000");
});

Deno.test("requestBody() answers 413 as soon as too much has come, and reads no more", async () => {
  const post = reading();
  for (const headers of [{}, { "Content-Length": "5" }] as Record<string, string>[]) {
    const { stream, state } = body([letters(600), letters(600)], { open: true });
    const { status, text, connection } = await post("/", stream, headers);
    assert.deepEqual([status, connection], [413, "close"]);
    assert.match(text, /1,000 bytes/);
    assert.equal(state.cancelled, true);
  }
});

Deno.test("requestBody() answers 413 to a length that is too large before anything is read", async () => {
  const { stream } = body([], { open: true });
  assert.equal((await reading()("/unread", stream, { "Content-Length": "1001" })).status, 413);
  await stream.cancel();
});

Deno.test("requestBody() answers 408 to a body that stops, and one that drips", async () => {
  const post = reading();
  for (
    const { stream, state } of [
      body([letters(10)], { open: true }),
      body([], { open: true }),
      body(Array.from({ length: 40 }, () => [20, letters(1)]).flat()),
    ]
  ) {
    const { status, text, connection } = await post("/", stream);
    assert.deepEqual([status, connection], [408, "close"]);
    assert.match(text, /body-too-slow/);
    assert.equal(state.cancelled, true);
  }
});

Deno.test("requestBody() gives a body that comes at the rate as long as it takes", async () => {
  const parts = Array.from({ length: 10 }, () => [25, letters(1_000)]).flat();
  const { status, text } = await reading({ maxSilenceMs: 2_000, graceMs: 100, minBytesPerSecond: 10_000 })(
    "/large",
    body(parts).stream,
  );
  assert.deepEqual([status, text], [200, "10000"]);
});

Deno.test("requestBody() does not hold a slow handler against the client", async () => {
  const app = new Hono().onError(onError(silentLogger))
    .use(requestBody({ maxBytes: () => 1_000, pace: { maxSilenceMs: 40, graceMs: 40, minBytesPerSecond: 1_000_000 } }))
    .post("/", async (c) => {
      await new Promise((resolve) => setTimeout(resolve, 120));
      return c.text(await c.req.text());
    });
  const response = await app.request("/", { method: "POST", body: body([letters(3), letters(3)]).stream });
  assert.equal(await response.text(), "xxxxxx");
});

Deno.test("requestHead() refuses addresses, headers and codings that nothing here has a use for", async () => {
  const limits = { maxUrlLength: 100, maxHeaderLength: 200, maxHeaderFields: 5 };
  const app = new Hono().onError(onError(silentLogger)).use(requestHead(limits)).all("*", (c) => c.text("done"));
  const status = async (path: string, headers: Record<string, string> = {}) => {
    const response = await app.request(path, { method: "POST", headers });
    return [response.status, response.status === 200 ? "" : (await response.json()).type];
  };
  assert.deepEqual(await status("/a"), [200, ""]);
  assert.deepEqual(await status(`/${"a".repeat(100)}`), [414, "/problems/uri-too-long"]);
  assert.deepEqual(await status("/", { "X-A": "a".repeat(300) }), [431, "/problems/header-too-large"]);
  const many = Object.fromEntries(Array.from({ length: 6 }, (_, i) => [`X-${i}`, "a"]));
  assert.deepEqual(await status("/", many), [431, "/problems/header-too-large"]);
  for (const coding of ["gzip", "br", "deflate", "gzip, gzip", "GZIP", "x-unknown"]) {
    assert.deepEqual(
      await status("/", { "Content-Encoding": coding }),
      [415, "/problems/unsupported-media-type"],
      coding,
    );
  }
  assert.deepEqual(await status("/", { "Content-Encoding": "identity" }), [200, ""]);
});

Deno.test("answerDeadline() answers 503 to a read that takes too long, and signals it to stop", async () => {
  let stopped: unknown;
  const app = new Hono().onError(onError(silentLogger)).use(answerDeadline({ maxReadMs: 20 }))
    .get("/quick", (c) => c.text("done"))
    .all("/slow", async (c) => {
      const { signal } = c.req.raw;
      const ended = Promise.withResolvers<void>();
      const timer = setTimeout(ended.resolve, 80);
      signal.addEventListener("abort", () => {
        clearTimeout(timer);
        stopped = signal.reason;
        ended.resolve();
      });
      await ended.promise;
      signal.throwIfAborted();
      return c.text("done");
    })
    .get("/stream", (c) => c.body(body([50, letters(1), 50, letters(1)]).stream));
  assert.equal(await (await app.request("/quick")).text(), "done");
  const late = await app.request("/slow");
  assert.deepEqual([late.status, (await late.json()).type], [503, "/problems/took-too-long"]);
  assert.equal((stopped as Error).name, "Problem");
  assert.equal(await (await app.request("/slow", { method: "POST" })).text(), "done");
  assert.equal(await (await app.request("/stream")).text(), "xx");
});

Deno.test("answerDeadline() hands on that the caller has gone", async () => {
  const gone = new AbortController();
  const app = new Hono().use(answerDeadline({ maxReadMs: 10_000 })).get("/", async (c) => {
    const { signal } = c.req.raw;
    await new Promise((resolve) => signal.addEventListener("abort", resolve));
    return c.text("noticed");
  });
  const answer = app.request(new Request("http://localhost/", { signal: gone.signal }));
  gone.abort();
  assert.equal(await (await answer).text(), "noticed");
});

Deno.test("openStreams() bounds the streams of each and of all, and counts those that are open", async () => {
  const app = new Hono().onError(onError(silentLogger))
    .use(openStreams({ maxStreamsEach: 2, maxStreams: 3, recheckMs: 60_000 }, {
      who: (c) => c.req.header("X-Who")!,
      holds: () => Promise.resolve(true),
    }))
    .get("/list", (c) => c.json([]))
    .get("/fails", () => {
      throw new Error("no");
    })
    .get("/events", (c) => {
      c.header("Content-Type", "text/event-stream");
      return c.body(body([letters(1)], { open: true }).stream);
    })
    .get("/short", (c) => {
      c.header("Content-Type", "text/event-stream");
      return c.body(body([letters(1)]).stream);
    });
  const ask = async (who: string, path = "/events") => await app.request(path, { headers: { "X-Who": who } });
  for (let i = 0; i < 5; i++) {
    await (await ask("a", "/list")).text();
    assert.equal((await ask("a", "/fails")).status, 500);
    assert.equal(await (await ask("a", "/short")).text(), "x");
  }
  const open = [await ask("a"), await ask("a")];
  const third = await ask("a");
  assert.deepEqual([third.status, third.headers.get("Retry-After")], [429, "5"]);
  open.push(await ask("b"));
  assert.equal(open[2]!.status, 200);
  assert.equal((await ask("c")).status, 503);
  await open[0]!.body!.cancel();
  const again = await ask("a");
  assert.equal(again.status, 200);
  for (const { body } of [...open.slice(1), again]) await body!.cancel();
  assert.equal((await ask("c")).status, 200);
});
