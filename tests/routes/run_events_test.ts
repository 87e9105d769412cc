import assert from "node:assert/strict";
import { within } from "../../routes/within.ts";
import { gate } from "../support/tiny_engine.ts";
import { read, type TinyApi, withTinyApi } from "../support/tiny_api.ts";

/** Blocks of a stream of events as they come; ends the connection when the loop is left. */
async function* blocks(url: string, headers: Record<string, string> = {}): AsyncGenerator<string> {
  const gone = new AbortController();
  const response = await fetch(url, { headers, signal: AbortSignal.any([gone.signal, AbortSignal.timeout(20_000)]) });
  assert.equal(response.headers.get("Content-Type"), "text/event-stream");
  let text = "";
  try {
    for await (const chunk of response.body!.pipeThrough(new TextDecoderStream())) {
      text += chunk;
      for (let end = text.indexOf("\n\n"); end >= 0; end = text.indexOf("\n\n")) {
        yield text.slice(0, end);
        text = text.slice(end + 2);
      }
    }
  } finally {
    gone.abort();
  }
}

async function all(url: string, headers: Record<string, string> = {}): Promise<string[]> {
  return (await Array.fromAsync(blocks(url, headers))).filter((block) => block.startsWith("id: "));
}

const idOf = (block: string) => Number(/^id: (\d+)$/m.exec(block)![1]);
const kindOf = (block: string) => /^event: (.*)$/m.exec(block)![1];

async function withServer(app: TinyApi["app"], test: (url: string) => Promise<void>): Promise<void> {
  await using server = Deno.serve({ port: 0, hostname: "127.0.0.1", onListen() {} }, app.fetch);
  await test(`http://127.0.0.1:${server.addr.port}`);
}

Deno.test("GET /v1/runs/:id/events", async (t) => {
  await withTinyApi(async ({ app, get, post, engine, world }) => {
    await withServer(app, async (base) => {
      const url = `${base}/v1/runs/1/events`;
      const expected = [
        "run_queued",
        "run_started",
        "step_started",
        "step_succeeded",
        "step_started",
        "step_progress",
        "step_succeeded",
        "step_started",
        "step_succeeded",
        "run_finished",
      ];

      await t.step("GET …/events sends past, then new events, in order, and ends with the run", async () => {
        const held = gate();
        world.before = (key) => key === "multiples" ? held.opened : undefined;
        await post("/v1/materialize", { selection: "total multiples numbers" });
        const seen: string[] = [];
        for await (const block of blocks(url)) {
          if (!block.startsWith("id: ")) continue;
          seen.push(block);
          // Held until the reader has what came before, so that the rest can only have come live.
          if (seen.length === 5) held.open();
        }
        assert.deepEqual(seen.map(idOf), seen.map((_, i) => i + 1));
        const kinds = seen.map(kindOf);
        assert.deepEqual(kinds.filter((k) => k !== "step_progress"), expected.filter((k) => k !== "step_progress"));
        const data = JSON.parse(/^data: (.*)$/m.exec(seen.at(-1)!)![1]!);
        assert.deepEqual([data.runId, data.kind, data.data], [1, "run_finished", { status: "succeeded" }]);
      });

      const total = (await get("/v1/runs/1/events", { Accept: "application/json" })).json.events.length;

      await t.step("GET …/events continues behind Last-Event-ID or after, of which the header wins", async () => {
        assert.deepEqual((await all(url, { "Last-Event-ID": "4" })).map(idOf)[0], 5);
        assert.deepEqual((await all(`${url}?after=6`)).map(idOf)[0], 7);
        assert.deepEqual((await all(`${url}?after=2`, { "Last-Event-ID": `${total - 1}` })).map(idOf), [total]);
      });

      await t.step(
        "GET …/events answers 204 after the last event of an ended run, so that a browser stops",
        async () => {
          const response = await read(await fetch(url, { headers: { "Last-Event-ID": `${total}` } }));
          assert.deepEqual([response.status, response.text], [204, ""]);
        },
      );

      await t.step("GET …/events as JSON lists stored events, a page at a time", async () => {
        const { json, headers } = await get("/v1/runs/1/events?limit=3", { Accept: "application/json" });
        assert.deepEqual([json.run, json.events.map((e: { seq: number }) => e.seq)], [1, [1, 2, 3]]);
        const link = /^<(.*)>; rel="next"$/.exec(headers.get("Link")!)![1]!;
        const rest = await get(link.replace("limit=3", "limit=100"), { Accept: "application/json" });
        assert.equal(rest.json.events[0].seq, 4);
        assert.equal(rest.json.events.length, total - 3);
      });

      await t.step("GET …/events breaks its silence while nothing happens", async () => {
        const held = gate();
        world.before = () => held.opened;
        const { json: run } = await post("/v1/assets/numbers/materialize", { force: true });
        let beats = 0;
        for await (const block of blocks(`${base}/v1/runs/${run.id}/events`)) {
          if (block.startsWith(":") && ++beats === 2) held.open();
        }
        world.before = () => {};
        assert.ok(beats >= 2);
      });

      await t.step("GET …/events stops reading the database when the reader hangs up", async () => {
        const held = gate();
        world.before = () => held.opened;
        const { promise: stopped, resolve } = Promise.withResolvers<string>();
        const events = engine.events.bind(engine);
        engine.events = async function* (runId, options) {
          try {
            yield* events(runId, options);
          } finally {
            resolve("stopped");
          }
        };
        const { json: run } = await post("/v1/assets/numbers/materialize", { force: true });
        for await (const block of blocks(`${base}/v1/runs/${run.id}/events`)) if (block.startsWith(":")) break;
        // The run goes on: nothing but the reader's leaving ends the reading.
        assert.equal(await within(5_000, stopped), "stopped");
        engine.events = events;
        held.open();
        world.before = () => {};
        assert.equal((await engine.finished(run.id)).status, "succeeded");
      });

      for (
        const [search, headers, path] of [
          ["?after=x", {}, "after"],
          ["?after=2147483648", {}, "after"],
          ["", { "Last-Event-ID": "x" }, "Last-Event-ID"],
        ] as [string, Record<string, string>, string][]
      ) {
        await t.step(`GET …/events${search} answers 400 to a bad ${path}`, async () => {
          const { status, json } = await get(`/v1/runs/1/events${search}`, headers);
          assert.deepEqual([status, json.errors[0].path], [400, path]);
        });
      }

      await t.step("HEAD …/events has the headers of GET and no body", async () => {
        const response = await fetch(url, { method: "HEAD" });
        assert.equal(response.headers.get("Content-Type"), "text/event-stream");
        assert.equal(await response.text(), "");
      });
    });
  }, { api: { limits: { heartbeatMs: 50 } } });
});
