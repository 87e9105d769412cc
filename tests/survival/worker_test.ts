import assert from "node:assert/strict";
import postgres from "postgres";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { eventually, ServiceProcess, WorkerProcess } from "../support/service_process.ts";
import {
  firstFill,
  json,
  materialize,
  requireAborts,
  type Rows,
  runOf,
  stepProject,
  stepRuns,
} from "../support/step_project.ts";

type Environment = Record<string, string>;

/** Calls `work` with the settings of a service and its workers on a database of their own. */
function onPostgres(name: string, work: (environment: Environment) => Promise<void>): void {
  Deno.test({
    name: `Worker: ${name}`,
    ignore: !postgresAvailable,
    async fn() {
      const folder = await Deno.makeTempDir();
      const database = await createTestDatabase();
      try {
        await work({ EXECUTOR: "queue", DATA_DIR: folder, DATABASE_URL: database.url, SHUTDOWN_SECONDS: "2" });
      } finally {
        await database.drop();
        await Deno.remove(folder, { recursive: true });
      }
    },
  });
}

const serverOf = (environment: Environment) => new ServiceProcess(environment, [], stepProject);
const workerOf = (environment: Environment, labels = "gpu") =>
  new WorkerProcess({ ...environment, STEP_LABELS: labels }, stepProject);

const madeBy = async (url: string, key: string) => (await json<Rows>(`${url}/v1/assets/${key}/rows`)).rows[0]!.value;

const materializations = (url: string, key: string) =>
  json<{ materializations: unknown[] }>(`${url}/v1/assets/${key}/materializations`).then((page) =>
    page.materializations.length
  );

onPostgres(
  "steps run in workers, those that read from outside in the server, and labels are kept",
  async (environment) => {
    await using server = serverOf(environment);
    const url = await server.url;
    const waiting = () => json<{ runs: { id: number; waitingFor: string | null }[] }>(`${url}/v1/runs`);
    await eventually(waiting, ({ runs: [run] }) => run?.waitingFor === "a worker: none is running");
    await using plain = workerOf(environment, "");
    await plain.id;
    const { runs: [run] } = await waiting();
    const left = ({ steps }: { steps: { key: string; status: string }[] }) =>
      steps.filter(({ status }) => status === "pending").map(({ key }) => key);
    await eventually(() => runOf(url, run!.id), (run) => left(run).join() === "labelled");
    await eventually(waiting, ({ runs: [run] }) => run?.waitingFor === "a free worker with the label gpu");
    await using labelled = workerOf(environment);
    await firstFill(url);
    assert.equal(await madeBy(url, "sourced"), server.pid);
    const { processes } = await json<{ processes: { pid: number; role: string }[] }>(`${url}/v1/processes`);
    assert.deepEqual(
      processes.map(({ pid, role }) => [pid, role]),
      [[server.pid, "server"], [plain.pid, "worker"], [labelled.pid, "worker"]],
    );
    assert.equal(await madeBy(url, "labelled"), labelled.pid);
  },
);

onPostgres("a step whose worker is killed runs again in another and is published once", async (environment) => {
  await using server = serverOf(environment);
  await using first = workerOf(environment);
  const url = await server.url;
  await firstFill(url);
  const before = await materializations(url, "computed");
  const { id } = await materialize(url, "computed", { seconds: 4, value: 5 }, { wait: false });
  await eventually(() => runOf(url, id), stepRuns);
  first.signal("SIGKILL");
  await using _second = workerOf(environment);
  const run = await eventually(() => runOf(url, id), ({ status }) => status === "succeeded");
  assert.deepEqual(run.steps.map(({ attempt }) => attempt), [2]);
  assert.equal(await madeBy(url, "computed"), 5);
  assert.equal(await materializations(url, "computed"), before + 1);
});

const partsOf = async (url: string) =>
  new Map((await json<Rows>(`${url}/v1/assets/parted/rows`)).rows.map(({ name, value }) => [name, value]));

onPostgres(
  "workers make parts of a step of another, and a part whose worker is killed is made again",
  async (environment) => {
    await using server = serverOf(environment);
    const url = await server.url;
    await using holder = workerOf(environment);
    await firstFill(url);
    assert.deepEqual(new Set((await partsOf(url)).values()), new Set([holder.pid]));
    {
      await using helper = workerOf(environment);
      await helper.id;
      const run = await materialize(url, "parted", { seconds: 0.5 });
      assert.equal(run.status, "succeeded");
      const parts = await partsOf(url);
      assert.deepEqual([...parts.keys()], ["a", "b", "c", "d", "e", "f"]);
      // Which of the two holds the step is chance.
      assert.deepEqual(new Set(parts.values()), new Set([holder.pid, helper.pid]));
      const { id } = await materialize(url, "parted", { seconds: 3 }, { wait: false });
      await eventually(() => runOf(url, id), stepRuns);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      helper.signal("SIGKILL");
      const killed = await eventually(() => runOf(url, id), ({ status }) => status !== "running");
      assert.equal(killed.status, "succeeded");
      assert.deepEqual([...(await partsOf(url)).keys()], ["a", "b", "c", "d", "e", "f"]);
    }
    assert.deepEqual(new Set((await partsOf(url)).values()), new Set([holder.pid]));
  },
);

onPostgres("a part that fails in any worker fails alone", async (environment) => {
  await using server = serverOf(environment);
  const url = await server.url;
  await using _holder = workerOf(environment);
  await using helper = workerOf(environment);
  await helper.id;
  await firstFill(url);
  const before = await partsOf(url);
  for (const fails of ["b", "e"]) {
    const run = await materialize(url, "parted", { seconds: 0.3, fails });
    assert.deepEqual([run.status, run.steps[0]!.error?.name], ["failed", "PartitionsFailedError"]);
    assert.ok(run.steps[0]!.error!.message.includes(`${fails} is out of range`), run.steps[0]!.error!.message);
    assert.deepEqual(run.steps[0]!.failed!.partitions.map(({ names }) => names), [[fails]]);
  }
  assert.deepEqual([...(await partsOf(url)).keys()], [...before.keys()]);
});

onPostgres(
  "workers compute blocks of a step of another, and a block whose worker is killed or fails is computed again",
  async (environment) => {
    const items = ["first", "second"].flatMap((name) =>
      Array.from({ length: 11 }, (_, i) => `${name} ${String(i).padStart(2, "0")}`)
    );
    const processesOf = async (url: string) => {
      const { rows } = await json<Rows>(`${url}/v1/assets/divided/rows`);
      assert.deepEqual(rows.map(({ name }) => name), items);
      return new Set(rows.map(({ value }) => value));
    };
    await using server = serverOf(environment);
    const url = await server.url;
    await using holder = workerOf(environment);
    await firstFill(url);
    assert.deepEqual(await processesOf(url), new Set([holder.pid]));
    {
      await using helper = workerOf(environment);
      await helper.id;
      assert.equal((await materialize(url, "divided", { seconds: 0.4 })).status, "succeeded");
      // Which of the two holds the step is chance.
      assert.deepEqual(await processesOf(url), new Set([holder.pid, helper.pid]));
      const failed = await materialize(url, "divided", { seconds: 0.2, fails: 10 });
      assert.deepEqual([failed.status, failed.steps[0]!.error?.message], ["failed", "10 is out of range."]);
      const { id } = await materialize(url, "divided", { seconds: 1.5 }, { wait: false });
      await eventually(() => runOf(url, id), stepRuns);
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      helper.signal("SIGKILL");
      const killed = await eventually(() => runOf(url, id), ({ status }) => status !== "running");
      assert.equal(killed.status, "succeeded");
      assert.ok((await processesOf(url)).has(holder.pid));
    }
    const sql = postgres(environment.DATABASE_URL!, { max: 1 });
    try {
      const [left] = await sql`
        SELECT (SELECT count(*)::int FROM engine.step_part) AS parts, (SELECT count(*)::int FROM engine.step_block_input) AS inputs`;
      assert.deepEqual({ ...left }, { parts: 0, inputs: 0 });
    } finally {
      await sql.end();
    }
  },
);

onPostgres("a worker that is told to stop ends its step, or gives it back when the time is up", async (environment) => {
  await using server = serverOf(environment);
  const url = await server.url;
  {
    await using worker = workerOf(environment);
    await firstFill(url);
    const { id } = await materialize(url, "computed", { seconds: 1, value: 6 }, { wait: false });
    await eventually(() => runOf(url, id), stepRuns);
    worker.signal("SIGTERM");
    assert.equal((await worker.ended()).code, 0, worker.output);
    const run = await eventually(() => runOf(url, id), ({ status }) => status !== "running");
    assert.deepEqual([run.status, run.steps[0]!.attempt], ["succeeded", 1]);
  }
  const { id } = await materialize(url, "computed", { seconds: 8, value: 7 }, { wait: false });
  // More often than a step may lose its worker: nothing is to blame here.
  for (let attempt = 1; attempt <= 3; attempt++) {
    await using worker = workerOf(environment);
    await eventually(() => runOf(url, id), (run) => stepRuns(run) && run.steps[0]!.attempt === attempt);
    worker.signal("SIGTERM");
    const { code } = await worker.ended();
    assert.equal(code, 0, worker.output);
    assert.equal((await runOf(url, id)).steps[0]!.status, "pending");
  }
  await using _worker = workerOf(environment);
  const run = await eventually(() => runOf(url, id), ({ status }) => status === "succeeded");
  assert.equal(run.steps[0]!.attempt, 4);
});

onPostgres(
  "a run that waits for a worker can be cancelled, also after one has given its step back",
  async (environment) => {
    await using server = serverOf(environment);
    const url = await server.url;
    const cancelled = async (id: number) => {
      await json(`${url}/v1/runs/${id}/cancel`, { method: "POST" });
      const run = await eventually(() => runOf(url, id), ({ status }) => status !== "running");
      assert.equal(run.status, "cancelled");
    };
    {
      await using worker = workerOf(environment);
      await firstFill(url);
      const { id } = await materialize(url, "computed", { seconds: 600 }, { wait: false });
      await eventually(() => runOf(url, id), stepRuns);
      worker.signal("SIGTERM");
      await worker.ended();
      assert.equal((await runOf(url, id)).status, "running");
      await cancelled(id);
    }
    const { id } = await materialize(url, "computed", {}, { wait: false });
    await eventually(() => runOf(url, id), ({ status }) => status === "running");
    await cancelled(id);
  },
);

onPostgres("a cancelled run, a late step and a lost thread end as in the server", async (environment) => {
  await using server = serverOf(environment);
  await using _worker = workerOf(environment);
  const url = await server.url;
  await firstFill(url);
  await requireAborts(url);
  const calls = `${environment.DATA_DIR}/calls`;
  const never = await materialize(url, "fragile", { calls, times: 100 });
  assert.deepEqual([never.status, never.steps[0]!.error?.name], ["failed", "StepRunnerLostError"]);
  assert.equal((await Deno.readTextFile(calls)).length, 3);
  assert.equal((await materialize(url, "failing", { fails: true })).steps[0]!.error?.name, "RangeError");
});

onPostgres(
  "the job of a live worker stays its own, and that of one that has ended is released",
  async (environment) => {
    await using server = serverOf(environment);
    await using _worker = workerOf(environment);
    const url = await server.url;
    await firstFill(url);
    const { id } = await materialize(url, "computed", { seconds: 600 }, { wait: false });
    await eventually(() => runOf(url, id), stepRuns);
    const sql = postgres(environment.DATABASE_URL!, { max: 1, onnotice: () => {} });
    const jobs = "graphile_worker._private_jobs";
    const pools = async () =>
      Array.from(
        await sql.unsafe<{ pool: string | null }[]>(`SELECT locked_by AS pool FROM ${jobs}`),
        ({ pool }) => pool,
      );
    try {
      await sql.unsafe(`UPDATE ${jobs} SET locked_at = now() - interval '1 minute'`);
      const before = await pools();
      assert.equal(before.length, 1);
      assert.ok(before[0]);
      // The server looks for jobs to release every five seconds.
      await new Promise((resolve) => setTimeout(resolve, 7_000));
      assert.deepEqual(await pools(), before);
      await sql.unsafe(`UPDATE ${jobs} SET locked_by = 'ended'`);
      await eventually(pools, ([pool]) => pool === null);
    } finally {
      await sql.end();
    }
    await json(`${url}/v1/runs/${id}/cancel`, { method: "POST" });
    await eventually(() => runOf(url, id), ({ status }) => status === "cancelled");
  },
);

onPostgres("the next server continues a run whose server was killed", async (environment) => {
  let id: number;
  await using _worker = workerOf(environment);
  {
    await using server = serverOf(environment);
    const url = await server.url;
    await firstFill(url);
    ({ id } = await materialize(url, "computed", { seconds: 3, value: 8 }, { wait: false }));
    await eventually(() => runOf(url, id), stepRuns);
    server.signal("SIGKILL");
  }
  await using server = serverOf(environment);
  const url = await server.url;
  await eventually(() => runOf(url, id), ({ status }) => status === "succeeded");
  assert.equal(await madeBy(url, "computed"), 8);
  assert.equal(await materializations(url, "computed"), 2);
});

onPostgres(
  "a worker with other settings or of another release takes no step, and one without a server's database does not start",
  async (environment) => {
    const config = `${environment.DATA_DIR}/config.json`;
    await Deno.writeTextFile(config, JSON.stringify({ computed: { value: 9 } }));
    await using server = serverOf(environment);
    const url = await server.url;
    await using other = workerOf({ ...environment, ASSET_CONFIG: config });
    await other.id;
    await using worker = workerOf(environment);
    await firstFill(url);
    await using later = workerOf({ ...environment, LATER_RELEASE: "1" });
    await later.id;
    assert.equal((await materialize(url, "computed", { value: 2 })).status, "succeeded");
    assert.equal(await madeBy(url, "computed"), 2);
    for (const { output } of [other, later]) assert.ok(!output.includes("succeeded"), output);
    assert.match(worker.output, /Step computed of run \d+: succeeded/);
    await using alone = workerOf({ ...environment, DATABASE_URL: "" });
    assert.equal((await alone.ended()).code, 2);
    assert.match(alone.output, /DATABASE_URL: a worker shares a PostgreSQL server/);
    assert.deepEqual(await Array.fromAsync(Deno.readDir(environment.DATA_DIR!), ({ name }) => name), ["config.json"]);
    await using embedded = serverOf({ ...environment, DATABASE_URL: "" });
    assert.equal((await embedded.ended()).code, 2);
    assert.match(embedded.output, /EXECUTOR: queue hands steps to workers through a PostgreSQL server/);
  },
);
