import assert from "node:assert/strict";
import { httpControl, UnreachableError } from "../../cli/mod.ts";
import { serverSentEvents } from "../../client/server_sent_events.ts";

/** A stream of server-sent events as the server writes them, which then ends or breaks. */
function stream(seqs: readonly number[], { breaks = false } = {}): Response {
  const text = seqs.map((seq) => {
    const kind = seq === 5 ? "run_finished" : "step_started";
    return `id: ${seq}\nevent: ${kind}\ndata: ${JSON.stringify({ runId: 7, seq, kind, key: null, data: {} })}\n\n`;
  }).join("");
  const bytes = new TextEncoder().encode(text);
  return new Response(
    new ReadableStream({
      start(controller) {
        controller.enqueue(bytes);
        if (!breaks) controller.close();
      },
      pull(controller) {
        controller.error(new TypeError("connection reset"));
      },
    }),
    { headers: { "content-type": "text/event-stream" } },
  );
}

Deno.test("httpControl() resumes a broken stream, and hands out each event once", async () => {
  const asked: (string | null)[] = [];
  const answers = [
    () => stream([1, 2], { breaks: true }),
    () => Promise.reject(new TypeError("connection refused")),
    () => stream([2, 3, 4], { breaks: true }),
    () => stream([5]),
  ];
  const control = httpControl("http://127.0.0.1:9", {
    retryMs: 1,
    fetch: async (_input, init) => {
      asked.push(new Headers(init?.headers).get("last-event-id"));
      return await answers.shift()!();
    },
  });
  const seen = [];
  for await (const event of control.events(7)) seen.push(event.seq);
  assert.deepEqual(seen, [1, 2, 3, 4, 5]);
  assert.deepEqual(asked, ["0", "2", "2", "4"]);
});

Deno.test("httpControl() gives a server up that stays away", async () => {
  const control = httpControl("http://127.0.0.1:9", {
    retryMs: 1,
    patienceMs: 20,
    fetch: () => Promise.reject(new TypeError("connection refused")),
  });
  await assert.rejects(async () => {
    for await (const _ of control.events(7)) assert.fail("no event can come");
  }, (error) => error instanceof UnreachableError && /http:\/\/127\.0\.0\.1:9 does not answer/.test(error.message));
  await assert.rejects(() => control.assets(), UnreachableError);
});

Deno.test("httpControl() distinguishes a failure of the server from a refusal", async () => {
  const control = httpControl("http://127.0.0.1:9", {
    fetch: () => Promise.resolve(Response.json({ title: "Internal error" }, { status: 500 })),
  });
  await assert.rejects(
    () => control.plan({ selection: "*" }),
    (error) => error instanceof UnreachableError && /answered 500: Internal error/.test(error.message),
  );
});

Deno.test("serverSentEvents() reads events however they are cut and whatever their line ends", async () => {
  const text = ': hello\r\n\r\nretry: 10\n\nid: 1\r\ndata: {"a":\rdata: "ü"}\n\ndata\n\nevent: x\n\ndata: unfinished';
  for (const size of [1, 2, 3, 7, 1000]) {
    const bytes = new TextEncoder().encode(text);
    const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
      start(controller) {
        for (let i = 0; i < bytes.length; i += size) controller.enqueue(bytes.slice(i, i + size));
        controller.close();
      },
    });
    const data = [];
    for await (const event of serverSentEvents(body)) data.push(event.data);
    assert.deepEqual(data, ['{"a":\n"ü"}', ""], `in pieces of ${size}`);
  }
});
