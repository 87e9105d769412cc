import assert from "node:assert/strict";
import { eventually } from "../support/service_process.ts";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("GET /v1/events streams events, and sends reset for an unknown event id", async () => {
  await withTinyApi(async ({ app, engine }) => {
    const response = await app.request("/v1/events", { headers: { "Last-Event-ID": "before.7" } });
    assert.equal(response.headers.get("Content-Type"), "text/event-stream");
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    const read = async (wanted: RegExp) => {
      while (!wanted.test(text)) text += (await reader.read()).value ?? assert.fail(`it ended after ${text}`);
    };
    await read(/^retry: 1000\n\nid: \w+\.0\nevent: reset\ndata: \{"type":"reset"/);
    const run = await engine.submit({ selection: "numbers", trigger: "http" });
    await read(new RegExp(`event: step\ndata: \\{"type":"step","runId":${run.id},"asset":"numbers"`));
    await reader.cancel();
    // The pipe in between does not wait for what it reads from.
    await eventually(() => Promise.resolve(engine.feed.listeners), (listeners) => listeners === 0);
  });
});

Deno.test("GET /v1/events begins after the event of its address, which the last one heard takes the place of", async () => {
  await withTinyApi(async ({ app, engine }) => {
    const firstOf = async (after: string, headers: Record<string, string> = {}) => {
      const response = await app.request(`/v1/events?after=${after}`, { headers });
      const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
      let text = "";
      while (!/^id: (.*)\n/m.test(text)) text += (await reader.read()).value ?? assert.fail(`it ended after ${text}`);
      await reader.cancel();
      return [/^id: (.*)$/m.exec(text)![1]!, /^event: (.*)$/m.exec(text)![1]!];
    };
    const [position, type] = await firstOf("before.7");
    assert.equal(type, "reset");
    const run = await engine.submit({ selection: "numbers", trigger: "http" });
    await engine.finished(run.id);
    const [next] = await firstOf(position!);
    assert.deepEqual([position, next].map((id) => id!.split(".")[1]), ["0", "1"]);
    const [later] = await firstOf(position!, { "Last-Event-ID": next! });
    assert.equal(later!.split(".")[1], "2");
    assert.equal((await app.request(`/v1/events?after=${"9".repeat(101)}`)).status, 400);
  });
});

Deno.test("POST /v1/schedules/:name/pause, resume and tick answer with the new state", async () => {
  await withTinyApi(async ({ get, post, engine }) => {
    const paused = await post("/v1/schedules/nightly/pause");
    assert.equal(paused.status, 200);
    assert.ok(paused.json.pausedAt);
    assert.equal(paused.json.nextAt, null);
    const resumed = await post("/v1/schedules/nightly/resume");
    assert.equal(resumed.json.pausedAt, null);
    assert.ok(resumed.json.nextAt);
    const fired = await post("/v1/schedules/nightly/tick");
    assert.equal(fired.status, 202);
    assert.equal(fired.headers.get("Location"), `/v1/runs/${fired.json.runId}`);
    const run = await engine.finished(fired.json.runId);
    assert.deepEqual([run.trigger, run.status], ["schedule:nightly", "succeeded"]);
    const { json } = await get("/v1/schedules/nightly");
    assert.equal(json.lastTick.runId, run.id);
    assert.equal(json.upcoming.length, 5);
    const unknown = await post("/v1/schedules/nightlie/pause");
    assert.deepEqual([unknown.status, unknown.json.type], [404, "/problems/unknown-schedule"]);
  });
});
