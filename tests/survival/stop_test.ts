import assert from "node:assert/strict";
import { openDatabase } from "../../resources/database/mod.ts";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { eventually, ServiceProcess } from "../support/service_process.ts";

interface RunAnswer {
  id: number;
  status: string;
  steps: { key: string; status: string; attempt: number }[];
}

const runOf = async (url: string, id = 1): Promise<RunAnswer> => await (await fetch(`${url}/v1/runs/${id}`)).json();
const stepRuns = ({ steps }: RunAnswer) => steps?.some(({ status }) => status === "running") ?? false;

/** A request whose body never comes to its end, so that its answer stays under way. */
async function beginRequest(url: string): Promise<Deno.TcpConn> {
  const { hostname, port, host } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  const head =
    `POST /v1/materialize HTTP/1.1\r\nHost: ${host}\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{`;
  await connection.write(new TextEncoder().encode(head));
  return connection;
}

Deno.test("a service that is stopped in the middle of a run ends its streams and itself gracefully, and leaves nothing running", async () => {
  const folder = await Deno.makeTempDir();
  try {
    {
      await using service = new ServiceProcess({ DATA_DIR: folder, SHUTDOWN_SECONDS: "3" });
      const url = await service.url;
      await eventually(() => runOf(url), stepRuns);
      const stream = await fetch(`${url}/v1/runs/1/events`);
      using _unanswered = await beginRequest(url);
      const askedAt = performance.now();
      service.signal("SIGTERM");
      await eventually(() => Promise.resolve(service.output), (text) => text.includes("Stopping on SIGTERM"));
      const refused = await fetch(`${url}/v1/assets/raw_tickers/materialize`, { method: "POST" });
      assert.equal(refused.status, 503);
      await refused.body!.cancel();
      const ready = await fetch(`${url}/readyz`);
      assert.equal(ready.status, 503);
      await ready.body!.cancel();
      // It ends, and is not broken off.
      assert.match(await stream.text(), /event: run_started/);
      const { code, signal } = await service.ended();
      assert.deepEqual([code, signal], [0, null], service.output);
      const seconds = (performance.now() - askedAt) / 1_000;
      assert.ok(seconds < 15, `it took ${seconds} s to stop`);
      // What was cut off is told of; nothing else went wrong.
      const wrong = service.output.split("\n").filter((line) => line.includes('"level":"error"'));
      assert.deepEqual(wrong.filter((line) => !line.includes("POST /v1/materialize: ")), []);
    }
    const database = await openDatabase({ dataDir: folder });
    try {
      const [left] = await database.sql`
        SELECT (SELECT count(*) FROM engine.step WHERE status = 'running') AS steps,
               (SELECT count(*) FROM engine.run WHERE status = 'running') AS runs,
               (SELECT count(*) FROM engine.process WHERE ended_at IS NULL) AS processes`;
      assert.deepEqual({ ...left }, { steps: 0, runs: 0, processes: 0 });
    } finally {
      await database.close();
    }
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a second signal stops the service at once", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await using service = new ServiceProcess({ DATA_DIR: folder, SHUTDOWN_SECONDS: "600" });
    const url = await service.url;
    // Holds the end up for as long as the ten minutes last.
    using _unanswered = await beginRequest(url);
    service.signal("SIGTERM");
    await eventually(() => Promise.resolve(service.output), (text) => text.includes("Stopping on SIGTERM"));
    service.signal("SIGTERM");
    assert.equal((await service.ended()).code, 143);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test({
  name: `what a service on PostgreSQL leaves when it stops, another one takes over at once${
    postgresAvailable ? "" : " (PostgreSQL not installed, TEST_DATABASE_URL not set)"
  }`,
  ignore: !postgresAvailable,
  async fn() {
    const folder = await Deno.makeTempDir();
    const { url: DATABASE_URL, drop } = await createTestDatabase({ migrated: false });
    try {
      const environment = { DATABASE_URL, DATA_DIR: folder, SHUTDOWN_SECONDS: "2" };
      await using first = new ServiceProcess(environment);
      const firstUrl = await first.url;
      await eventually(() => runOf(firstUrl), stepRuns);
      await using second = new ServiceProcess(environment);
      const secondUrl = await second.url;
      const before = await runOf(secondUrl);
      assert.equal(before.status, "running", "the run had ended before anything could be seen");
      first.signal("SIGTERM");
      assert.equal((await first.ended()).code, 0, first.output);
      const after = await eventually(() => runOf(secondUrl), ({ status }) => status === "succeeded", 120_000);
      // What had succeeded before was not made again.
      for (const { key, status, attempt } of before.steps) {
        if (status === "succeeded") assert.equal(after.steps.find((step) => step.key === key)!.attempt, attempt, key);
      }
      const events = await (await fetch(`${secondUrl}/v1/runs/1/events?limit=10000`, {
        headers: { Accept: "application/json" },
      })).json();
      const kinds = events.events.map(({ kind }: { kind: string }) => kind);
      assert.ok(kinds.includes("run_interrupted") && kinds.includes("run_resumed"), kinds.join(" "));
    } finally {
      await drop();
      await Deno.remove(folder, { recursive: true });
    }
  },
});
