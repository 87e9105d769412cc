import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FaultyProxy } from "../support/faulty_proxy.ts";
import { postgresBinaries, startServer } from "../support/postgres_server.ts";
import { eventually, ServiceProcess } from "../support/service_process.ts";

const reads = ["/v1/assets", "/v1/runs", "/", "/api/pairs", "/v1/freshness", "/v1/assets/raw_daily_bars/rows"];
/** What a read may take until it says that it cannot be answered. */
const patienceMs = 3_000;

async function ask(url: string, path: string): Promise<{ path: string; status: number; text: string; ms: number }> {
  const begunAt = performance.now();
  const answer = await fetch(url + path);
  const text = await answer.text();
  return { path, status: answer.status, text, ms: performance.now() - begunAt };
}

Deno.test({
  name: "a service whose database is away says so in time, stays alive, and resumes automatically when it is back",
  ignore: postgresBinaries === null,
  async fn(t) {
    const server = await startServer({ folder: join(tmpdir(), `tandem-${crypto.randomUUID()}`) });
    try {
      const address = new URL(server.url);
      await using proxy = await FaultyProxy.before({ hostname: "127.0.0.1", port: Number(address.port) });
      address.port = String(proxy.port);
      const folder = await Deno.makeTempDir();
      // Small enough that nothing else takes the machine's time.
      const file = join(folder, "bars.csv");
      await Deno.writeTextFile(file, "ticker,date,close\nAAA,2026-11-23,10\nBBB,2026-11-23,11\n");
      await using service = new ServiceProcess({ DATABASE_URL: address.href, MARKET_DATA: `csv:${file}` });
      const url = await service.url;
      await eventually(() => ask(url, "/v1/runs/1"), ({ text }) => /"status":"(succeeded|failed)"/.test(text));
      // A cached answer would need no database.
      const normal = await Promise.all(reads.map((path) => ask(url, path)));

      const faults: Record<string, { strike: () => Promise<void>; mend: () => Promise<void> }> = {
        "packets are dropped on all connections, new ones too": {
          async strike() {
            await Promise.resolve(proxy.set("swallow"));
          },
          async mend() {
            // The old connections stay dead.
            proxy.forget();
            await Promise.resolve(proxy.set("pass"));
          },
        },
        "the server is stopped": { strike: () => server.halt("fast"), mend: () => server.resume() },
        "the server crashes": { strike: () => server.halt("immediate"), mend: () => server.resume() },
      };
      for (const [fault, { strike, mend }] of Object.entries(faults)) {
        await t.step(fault, async () => {
          await strike();
          for (const round of ["at once", "a little later", "much later"]) {
            const answers = await Promise.all([...reads, "/readyz"].map((path) => ask(url, path)));
            for (const { path, status, text, ms } of answers) {
              assert.equal(status, 503, `${path} ${round}: ${text}`);
              assert.ok(ms < patienceMs, `${path} ${round}: ${ms} ms`);
            }
            assert.equal((await ask(url, "/healthz")).status, 200);
            if (round === "a little later") await new Promise((resolve) => setTimeout(resolve, 5_000));
          }
          await mend();
          const begunAt = performance.now();
          const back = () => Promise.all([...reads, "/readyz"].map((path) => ask(url, path)));
          const usual = (answers: { status: number }[]) =>
            answers.every(({ status }, i) => status === (normal[i]?.status ?? 200));
          await eventually(back, usual, 15_000);
          console.log(`    back after ${((performance.now() - begunAt) / 1_000).toFixed(1)} s`);
        });
      }
      service.signal("SIGTERM");
      const { code } = await service.ended();
      assert.equal(code, 0, service.output.slice(-2_000));
    } finally {
      await server.stop();
    }
  },
});
