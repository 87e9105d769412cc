import assert from "node:assert/strict";
import { weekdays } from "../../support/bars.ts";

const tickers = 500;
const sessions = 1_000;
/** What a process that serves these bodies may take at most; it takes 70 MB before the first. */
const maxPeakBytes = 640 * 1024 * 1024;

/** Closes of a market as the body of a client that writes them a session at a time, without saying how many bytes they are. */
function closes({ repeat = 1 } = {}): ReadableStream<Uint8Array> {
  const dates = weekdays(sessions);
  const encoder = new TextEncoder();
  const price = (k: number, t: number) =>
    (100 + k) * Math.exp(0.1 * Math.sin(t / 30 + k % 7) + 0.01 * Math.sin(t * (k + 1) * 1.7));
  let t = 0;
  return new ReadableStream({
    pull(controller) {
      if (t === sessions * repeat) {
        controller.enqueue(encoder.encode("]}"));
        return controller.close();
      }
      const rows = Array.from(
        { length: tickers },
        (_, k) => `{"ticker":"TICK${k}","date":"${dates[t % sessions]}","price":${price(k, t).toFixed(4)}}`,
      );
      controller.enqueue(encoder.encode(`${t === 0 ? '{"data":[' : ","}${rows.join(",")}`));
      t++;
    },
  });
}

Deno.test({
  name: "POST /ml/pairs takes 500 tickers on 1,000 sessions, several at once, within a bound of memory",
  // Where the peak of a process can be read.
  ignore: Deno.build.os !== "linux",
  async fn(t) {
    const script = new URL("../../support/quant_process.ts", import.meta.url).pathname;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", script],
      stdout: "piped",
      stderr: "null",
    }).spawn();
    try {
      const reader = child.stdout.getReader();
      const port = Number(new TextDecoder().decode((await reader.read()).value));
      reader.releaseLock();
      const post = (body: BodyInit, headers: Record<string, string> = {}) =>
        fetch(`http://127.0.0.1:${port}/ml/pairs`, {
          method: "POST",
          headers: { "Content-Type": "application/json", ...headers },
          body,
        });
      const peak = async () => (await (await fetch(`http://127.0.0.1:${port}/peak`)).json()).peakBytes as number;

      let alone = "";
      await t.step("one is answered", async () => {
        const response = await post(closes());
        alone = await response.text();
        assert.equal(response.status, 200, alone);
        assert.ok(JSON.parse(alone).suggested_pairs.length > 0);
      });

      await t.step("three at once are answered as one is", async () => {
        const answers = await Promise.all(Array.from({ length: 3 }, async () => (await post(closes())).text()));
        for (const answer of answers) assert.equal(answer, alone);
      });

      await t.step("more than 32 MiB are refused with 413, whether or not the body says how long it is", async () => {
        const chunked = await post(closes({ repeat: 2 })).catch(() => undefined);
        // The server hangs up on who goes on writing, who may see that first.
        if (chunked) {
          assert.equal(chunked.status, 413);
          assert.deepEqual(await chunked.json(), { error: "A body has at most 33,554,432 bytes." });
        }
        const declared = await post(new Uint8Array(32 * 1024 * 1024 + 1).fill(32)).catch(() => undefined);
        if (declared) {
          assert.equal(declared.status, 413);
          await declared.body?.cancel();
        }
        assert.ok(chunked || declared, "at least one of the two clients is told");
      });

      await t.step("the process has taken no more memory than it may", async () => {
        const bytes = await peak();
        assert.ok(bytes < maxPeakBytes, `${Math.round(bytes / 1024 / 1024)} MB`);
      });
    } finally {
      child.kill();
      await child.status;
      await child.stdout.cancel();
    }
  },
});
