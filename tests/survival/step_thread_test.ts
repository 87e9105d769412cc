import assert from "node:assert/strict";
import { createTestDatabase, postgresAvailable } from "../support/database.ts";
import { eventually, ServiceProcess } from "../support/service_process.ts";
import {
  firstFill,
  json,
  materialize,
  materializeTogether,
  requireAborts,
  type Rows,
  runOf,
  stepProject,
  stepRuns,
} from "../support/step_project.ts";

/** The longest that the service took to say that it is alive, until the signal aborts. */
async function longestMs(url: string, signal: AbortSignal): Promise<number> {
  let longest = 0;
  while (!signal.aborted) {
    const begun = performance.now();
    await json(`${url}/healthz`);
    longest = Math.max(longest, performance.now() - begun);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return longest;
}

/** Niceness, less the process's own, of the threads of a process that run JavaScript and give way to others. */
async function loweredThreads(pid: number): Promise<number[]> {
  const niceness = async (task: string) => {
    const [, name, fields] = /\((.*)\) (.*)/.exec(await Deno.readTextFile(`/proc/${pid}/task/${task}/stat`))!;
    return { name: name!, nice: Number(fields!.split(" ")[16]) };
  };
  const tasks = await Promise.all(
    (await Array.fromAsync(Deno.readDir(`/proc/${pid}/task`))).map(({ name }) => niceness(name)),
  );
  const own = (await niceness(String(pid))).nice;
  return tasks.filter(({ name, nice }) => name.startsWith("worker") && nice > own).map(({ nice }) => nice - own);
}

/** Calls `work` with the settings of a service on either database. */
function onEach(name: string, work: (environment: Record<string, string>) => Promise<void>): void {
  for (const kind of ["embedded", "PostgreSQL"]) {
    Deno.test({
      name: `Step thread on ${kind}: ${name}`,
      ignore: kind === "PostgreSQL" && !postgresAvailable,
      async fn() {
        const folder = await Deno.makeTempDir();
        const server = kind === "PostgreSQL" ? await createTestDatabase() : undefined;
        try {
          await work({ EXECUTOR: "thread", DATA_DIR: folder, DATABASE_URL: server?.url ?? "" });
        } finally {
          await server?.drop();
          await Deno.remove(folder, { recursive: true });
        }
      },
    });
  }
}

onEach("requests do not wait for a step that computes, and read what it published at once", async (environment) => {
  await using service = new ServiceProcess(environment, [], stepProject);
  const url = await service.url;
  await firstFill(url);
  const rows = `${url}/v1/assets/computed/rows`;
  const before = await json<Rows>(rows);
  assert.equal(before.rows[0]!.value, 1);
  const done = new AbortController();
  const alive = longestMs(url, done.signal);
  const run = await materialize(url, "computed", { seconds: 3, value: 2 });
  done.abort();
  if (Deno.build.os === "linux") assert.deepEqual(await loweredThreads(service.pid), [10]);
  assert.equal(run.status, "succeeded");
  const ms = await alive;
  assert.ok(ms < 1_500, `/healthz took ${ms} ms`);
  const after = await json<Rows>(rows);
  assert.equal(after.rows[0]!.value, 2);
  assert.ok(after.materialization > before.materialization);
  assert.deepEqual(await json<Rows>(`${rows}?as_of=${before.materialization}`).then(({ rows }) => rows), before.rows);
});

onEach("a step that computes on after a cancellation or its time limit ends all the same", async (environment) => {
  await using service = new ServiceProcess(environment, [], stepProject);
  const url = await service.url;
  await firstFill(url);
  await requireAborts(url);
  const next = await materialize(url, "computed", { value: 3 });
  assert.equal(next.status, "succeeded");
  assert.equal((await json<Rows>(`${url}/v1/assets/computed/rows`)).rows[0]!.value, 3);
});

onEach("a step whose thread ended is run again in another, and fails when it ends each", async (environment) => {
  await using service = new ServiceProcess(environment, [], stepProject);
  const url = await service.url;
  await firstFill(url);
  const calls = (n: number) => `${environment.DATA_DIR}/calls${n}`;
  const again = await materialize(url, "fragile", { calls: calls(1), times: 1 });
  assert.deepEqual([again.status, again.steps[0]!.attempt], ["succeeded", 2]);
  assert.equal((await json<Rows>(`${url}/v1/assets/fragile/rows`)).rows[0]!.value, 2);
  const never = await materialize(url, "fragile", { calls: calls(2), times: 100 });
  assert.deepEqual([never.status, never.steps[0]!.error?.name], ["failed", "StepRunnerLostError"]);
  assert.match(never.steps[0]!.error!.message, /The thread that ran the step ended: .*Nothing catches this/);
  assert.equal((await Deno.readTextFile(calls(2))).length, 3);
  const error = (await materialize(url, "failing", { fails: true })).steps[0]!.error;
  assert.deepEqual([error?.name, error?.message], ["RangeError", "It is out of range."]);
  assert.equal((await materialize(url, "failing", {})).status, "succeeded");
});

onEach("steps that shared the thread of one that ended it run again, and only that one fails", async (environment) => {
  await using service = new ServiceProcess(environment, [], stepProject);
  const url = await service.url;
  await firstFill(url);
  const calls = `${environment.DATA_DIR}/calls`;
  const config = { fragile: { calls, times: 100 }, patient: { seconds: 3 } };
  const ended = await materializeTogether(url, config);
  const steps = Object.fromEntries(ended.steps.map((step) => [step.key, step]));
  assert.deepEqual([steps.patient!.status, steps.patient!.attempt], ["succeeded", 2]);
  assert.deepEqual([steps.fragile!.status, steps.fragile!.error?.name], ["failed", "StepRunnerLostError"]);
  // The first time the two are together, and either may be at fault.
  assert.equal((await Deno.readTextFile(calls)).length, 4);

  const { id } = await materializeTogether(url, { patient: { seconds: 60 } }, { wait: false });
  await eventually(() => runOf(url, id), stepRuns);
  const late = await materialize(url, "limited", { seconds: 600 });
  assert.deepEqual([late.status, late.steps[0]!.error?.name], ["failed", "StepTimeoutError"]);
  const again = await eventually(() => runOf(url, id), ({ steps: [step] }) => step!.attempt === 2);
  assert.equal(again.steps[0]!.status, "running");
  await json(`${url}/v1/runs/${id}/cancel`, { method: "POST" });
  await eventually(() => runOf(url, id), ({ status }) => status === "cancelled");
});

onEach("a service stops in time while a step computes, and the next one continues the run", async (environment) => {
  let id: number;
  {
    await using service = new ServiceProcess({ ...environment, SHUTDOWN_SECONDS: "1" }, [], stepProject);
    const url = await service.url;
    await firstFill(url);
    ({ id } = await materialize(url, "computed", { seconds: 600 }, { wait: false }));
    await eventually(() => runOf(url, id), stepRuns);
    const stoppedAt = performance.now();
    service.signal("SIGTERM");
    const { code, signal } = await service.ended();
    assert.deepEqual([code, signal], [0, null], service.output);
    const seconds = (performance.now() - stoppedAt) / 1_000;
    assert.ok(seconds < 10, `it took ${seconds} s to stop`);
    assert.ok(!service.output.includes('"level":"error"'), service.output);
  }
  await using service = new ServiceProcess({ ...environment, SHUTDOWN_SECONDS: "1" }, [], stepProject);
  const url = await service.url;
  const { steps } = await eventually(() => runOf(url, id), stepRuns);
  assert.deepEqual(steps.map(({ attempt }) => attempt), [2]);
});
