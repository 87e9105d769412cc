import assert from "node:assert/strict";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseLostError } from "../../resources/database/errors.ts";
import { type Database, migrate, openPostgres } from "../../resources/database/mod.ts";
import { processReadiness } from "../../routes/mod.ts";
import { InstallationMetrics, isFinished, loggerTo, silentLogger } from "../../engine/mod.ts";
import { force, outcomes, partition, until } from "../support/partitions.ts";
import { databases, postgresBinaries, startServer } from "../support/database.ts";
import { endedProcess, giveRun, silentProcess } from "../support/ended_process.ts";
import { type Tiny, type TinyOptions, withTinyEngine } from "../support/tiny_engine.ts";

const server = databases[1]!;

/** Registers a test of a tiny engine on PostgreSQL: what it is about is the same on both, and takes no lock of a server's. */
function test(title: string, body: (tiny: Tiny) => Promise<void>, options: TinyOptions = {}): void {
  Deno.test({
    name: `Engine on ${server.name}: ${title}`,
    ignore: server.ignore,
    async fn() {
      const database = await server.open();
      try {
        await withTinyEngine(body, { ...options, database });
      } finally {
        await database.close();
      }
    },
  });
}

/** A run that is queued and that no process takes. */
async function queued({ engine, database }: Tiny, selection = "*"): Promise<number> {
  const plan = await engine.plan({ selection, force: true });
  return await database.sql.begin((tx) => engine.queue(tx, plan, "test"));
}

const commandLine: TinyOptions = { takesOpenRuns: false };

test("refuses runs and steps to a process that is recorded as ended", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  const runId = await queued(tiny);
  const ended = await endedProcess(sql);
  assert.equal(await engine.ledger.runs.claim(runId, ended), undefined);
  await sql`UPDATE engine.run SET status = 'running', process_id = ${ended} WHERE id = ${runId}`;
  const claim = { runId, key: "numbers", processId: ended };
  assert.deepEqual(await engine.ledger.steps.claim(claim), { status: "lost" });
}, commandLine);

test("a step that was begun again is not ended as cancelled by the attempt that lost it", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  // The heartbeat would hand back a run that this process has claimed and does not drive.
  engine.ledger.runs.handBackStrays = () => Promise.resolve();
  const runId = await queued(tiny);
  const claim = { runId, key: "numbers", processId: engine.processId };
  assert.ok(await engine.ledger.runs.claim(runId, engine.processId));
  assert.equal((await engine.ledger.steps.claim(claim)).status, "claimed");
  // The database did not answer: the step is handed back, and this process begins it again.
  assert.equal((await engine.ledger.steps.reopen(claim))!.status, "interrupted");
  assert.equal((await engine.ledger.steps.claim(claim)).status, "claimed");
  assert.equal(await engine.ledger.steps.end(claim, { status: "cancelled" }), false);
  const status = async () => (await engine.run(runId)).steps.find(({ key }) => key === "numbers")!.status;
  assert.equal(await status(), "running");
  await sql`UPDATE engine.run SET cancel_requested_at = clock_timestamp() WHERE id = ${runId}`;
  assert.equal(await engine.ledger.steps.end(claim, { status: "cancelled" }), true);
  assert.equal(await status(), "cancelled");
}, commandLine);

test("a claim waits for the transaction that records its process as ended, and is refused then", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  const runId = await queued(tiny);
  const [row] = await sql<{ id: number }[]>`
    INSERT INTO engine.process (host, pid, role, ended_at) VALUES ('elsewhere', 1, 'server', NULL) RETURNING id`;
  let claimed: Promise<unknown> | undefined;
  await sql.begin(async (tx) => {
    await tx`UPDATE engine.process SET ended_at = clock_timestamp() WHERE id = ${row!.id}`;
    claimed = engine.ledger.runs.claim(runId, row!.id);
    // Both look at the same row: the claim is there as soon as it waits.
    await until(
      () =>
        sql<{ n: number }[]>`SELECT count(*)::integer AS n FROM pg_stat_activity WHERE wait_event_type = 'Lock'
        AND datname = current_database()`,
      ([waiting]) => waiting!.n > 0,
    );
  });
  assert.equal(await claimed, undefined);
}, commandLine);

test("continues under another number when it is recorded as ended itself", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  const before = engine.processId;
  await sql`UPDATE engine.process SET ended_at = clock_timestamp() WHERE id = ${before}`;
  const { id } = await engine.submit({ selection: "*", trigger: "test" });
  assert.equal((await engine.finished(id)).status, "succeeded");
  assert.notEqual(engine.processId, before);
  const [run] = await sql<{ process: number }[]>`SELECT process_id AS process FROM engine.run WHERE id = ${id}`;
  assert.equal(run!.process, engine.processId);
});

test("keeps its number if its connection was lost unnoticed", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  const before = engine.processId;
  const [lock] = await sql<{ pid: number }[]>`
    SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 7269 AND objid = ${before}`;
  await sql`SELECT pg_terminate_backend(${lock!.pid})`;
  const again = await until(
    () => sql<{ pid: number }[]>`SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND classid = 7269 AND granted`,
    (locks) => locks.length === 1 && locks[0]!.pid !== lock!.pid,
  );
  assert.equal(again.length, 1);
  assert.equal(engine.processId, before);
  const { id } = await engine.submit({ selection: "*", trigger: "test" });
  assert.equal((await engine.finished(id)).status, "succeeded");
});

test("frees the claims of a process that ended long ago, and logs that its run continues and ends", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  const runId = await queued(tiny);
  await giveRun(sql, runId, await endedProcess(sql));
  // A step that its run does not know of, as older versions left them behind.
  const stray = await queued(tiny, "numbers multiples");
  await sql`
    UPDATE engine.step SET status = 'running', process_id = ${await endedProcess(sql)}
    WHERE run_id = ${stray} AND key = 'multiples'`;
  const logged: string[] = [];
  const logger = loggerTo((level, message, { runId }) => logged.push(`${level} ${runId} ${message}`));
  await withTinyEngine(async (other) => {
    for (const id of [runId, stray]) assert.equal((await other.engine.finished(id)).status, "succeeded");
    assert.equal((await engine.run(runId)).steps[0]!.attempt, 2);
  }, { database: tiny.database, logger });
  assert.deepEqual(logged.filter((line) => line.includes(`Run ${runId}`)), [
    `info ${runId} Run ${runId}, which its last process left unfinished, continues here.`,
    `info ${runId} Run ${runId}, which was continued here, ended: succeeded.`,
  ]);
  assert.ok(!logged.some((line) => line.includes(`Run ${stray}`)), "the other one was only queued");
}, commandLine);

test("cancels a run of an ended process, also if requested before", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  const runId = await queued(tiny);
  await giveRun(sql, runId, await endedProcess(sql));
  await sql`UPDATE engine.run SET cancel_requested_at = now() WHERE id = ${runId}`;
  const run = await engine.cancel(runId);
  assert.deepEqual([run.status, run.steps[0]!.status], ["cancelled", "cancelled"]);
}, commandLine);

test("hands back a run that it has on record and does not drive", async (tiny) => {
  const { engine, database: { sql } } = tiny;
  // As a claim leaves it whose answer is lost with the connection.
  const runId = await sql.begin(async (tx) => {
    const plan = await engine.plan({ selection: "*" });
    const id = await engine.queue(tx, plan, "test");
    await tx`UPDATE engine.run SET status = 'running', process_id = ${engine.processId} WHERE id = ${id}`;
    return id;
  });
  assert.equal((await engine.finished(runId)).status, "succeeded");
});

test("repeats steps that the database lost, and does not count them as failures", async ({ engine, world }) => {
  let lost = 0;
  world.before = (key) => {
    if (key === "multiples" && lost++ < 2) throw new DatabaseLostError();
  };
  const { id } = await engine.submit({ selection: "*", trigger: "test" });
  const run = await engine.finished(id);
  assert.equal(run.status, "succeeded");
  assert.equal(run.steps.find(({ key }) => key === "multiples")!.attempt, 3);
  const { events } = await engine.ledger.events.after(id, 0);
  const kinds = events.filter(({ key }) => key === "multiples").map(({ kind }) => kind);
  assert.deepEqual(kinds.filter((kind) => kind !== "step_progress"), [
    "step_started",
    "step_interrupted",
    "step_retry",
    "step_started",
    "step_interrupted",
    "step_retry",
    "step_started",
    "step_succeeded",
  ]);
});

test("does again a step whose claim was made though the answer was lost", async ({ engine }) => {
  const { steps } = engine.ledger;
  const claimStep = steps.claim.bind(steps);
  let lost = 0;
  steps.claim = async (...claim) => {
    const answer = await claimStep(...claim);
    if (lost++ === 0) throw new DatabaseLostError();
    return answer;
  };
  const { id } = await engine.submit({ selection: "*", trigger: "test" });
  const run = await engine.finished(id);
  assert.deepEqual(outcomes(run), { numbers: "succeeded", multiples: "succeeded", total: "succeeded" });
  assert.equal(run.steps[0]!.attempt, 2);
});

test("uses the recorded state of a step after a lost response", async ({ engine, world }) => {
  const { steps } = engine.ledger;
  const endStep = steps.end.bind(steps);
  let lost = 0;
  steps.end = async (...end) => {
    const answer = await endStep(...end);
    if (lost++ === 0) throw new DatabaseLostError();
    return answer;
  };
  await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
  world.before = () => {
    throw new Error("The vendor is closed.");
  };
  const run = await engine.finished((await force(engine, "numbers")).id);
  assert.deepEqual([run.status, run.steps[0]!.error!.message], ["failed", "The vendor is closed."]);
  assert.deepEqual([lost, run.steps[0]!.attempt], [1, 1]);
});

test("records a failure whose message no jsonb can hold", async ({ engine, world }) => {
  world.before = (key) => {
    if (key === "numbers") throw new Error("The vendor said \0\ud800.");
  };
  const { id } = await engine.submit({ selection: "*", trigger: "test" });
  const run = await engine.finished(id);
  assert.equal(run.steps[0]!.error!.message, "The vendor said \ufffd\ufffd.");
});

test("ends a step as failed whose end can never be recorded as it is", async ({ engine }) => {
  const { steps } = engine.ledger;
  steps.end = () => Promise.reject(new Error("invalid input syntax"));
  const { id } = await force(engine, "numbers");
  steps.recordOutputs = steps.end as never;
  const run = await engine.finished(id);
  assert.equal(run.status, "failed");
  assert.equal(run.steps[0]!.error!.message, `Step numbers of run ${id} could not be recorded: invalid input syntax`);
});

test("hands a run back whose step cannot be recorded at all", async ({ engine, database: { sql } }) => {
  const { ledger } = engine;
  const { reopen, claim } = ledger.steps;
  const broken = () => Promise.reject(new Error("a table is missing"));
  ledger.steps.claim = broken;
  ledger.steps.reopen = broken;
  // Not what the heartbeat finds later.
  ledger.runs.handBackStrays = () => Promise.resolve();
  const { id } = await engine.submit({ selection: "*", trigger: "test" });
  await until(() => engine.run(id), ({ status }) => status === "interrupted");
  Object.assign(ledger.steps, { reopen, claim });
  assert.equal((await engine.finished(id)).status, "succeeded");
  const [left] = await sql`SELECT count(*)::integer AS n FROM engine.step WHERE status = 'running'`;
  assert.equal(left!.n, 0);
  // A command goes on with its own run, though it takes none of others.
}, commandLine);

Deno.test({
  name: `Engine on ${server.name}: runs on a database whose transactions are serializable by default`,
  ignore: server.ignore,
  async fn() {
    const database = await server.open();
    const assets = ["a", "b", "c", "d"].map((key) => partition(key));
    try {
      const [{ name }] = await database.sql<[{ name: string }]>`SELECT current_database() AS name`;
      await database.sql.unsafe(`ALTER DATABASE ${name} SET default_transaction_isolation = 'serializable'`);
      await withTinyEngine(async ({ engine }) => {
        // Those that are connected from now on heed it; here all are made to.
        await Promise.all(
          Array.from(
            { length: 10 },
            () =>
              database.sql`SELECT set_config('default_transaction_isolation', 'serializable', false), pg_sleep(0.05)`,
          ),
        );
        const runs = await Promise.all(Array.from({ length: 6 }, () => force(engine, "*")));
        for (const { id } of runs) assert.equal((await engine.finished(id)).status, "succeeded");
      }, { database, assets });
    } finally {
      await database.close();
    }
  },
});

test("reports a live process that hangs", async (tiny) => {
  const { engine, database } = tiny;
  const session = database.session();
  try {
    const held = await queued(tiny, "numbers");
    const silent = await silentProcess(session, 75);
    await giveRun(session, held, silent);
    const text = new RegExp(`^process ${silent} \\(pid 42 on elsewhere\\), which has been silent for \\d+ s$`);
    assert.match((await engine.run(held)).waitingFor!, text);
    // Waiting steps report it as well.
    const behind = await force(engine, "numbers");
    const waiting = await until(() => engine.run(behind.id), ({ waitingFor }) => waitingFor !== null);
    assert.match(
      waiting.waitingFor!,
      /^run \d+, which materializes numbers; the process of that run has been silent for \d+ s$/,
    );
    const readiness = processReadiness(await engine.processes(), engine.processId);
    assert.deepEqual([readiness.ready, readiness.degraded], [true, true]);
    assert.match(readiness.message, new RegExp(`process ${silent} \\(pid 42 on elsewhere\\)`));
    // It would be told elsewhere than by itself that it is not ready.
    assert.equal(processReadiness(await engine.processes(), silent).ready, false);
    const metrics = await metricsOf(tiny);
    assert.ok(metrics.get("tandem_queue_oldest_age_seconds")! >= 75);
    assert.equal(metrics.get("tandem_processes silent"), 1);
    assert.equal(metrics.get("tandem_processes at_work"), 1);
    // It comes back: nothing is told of it any more.
    await session`UPDATE engine.process SET seen_at = clock_timestamp() WHERE id = ${silent}`;
    assert.equal((await engine.run(held)).waitingFor, null);
    assert.equal(processReadiness(await engine.processes(), engine.processId).degraded, undefined);
    // It ends: what it held goes on.
    await session.end();
    assert.equal((await engine.finished(held)).status, "succeeded");
    assert.ok(isFinished((await engine.finished(behind.id)).status));
  } finally {
    await session.end();
  }
});

async function metricsOf({ engine, database, clock }: Tiny): Promise<Map<string, number>> {
  const families = await new InstallationMetrics({ engine, database, clock, logger: silentLogger }).families();
  return new Map(
    families.flatMap((family) =>
      "samples" in family
        ? family.samples.map(({ labels, value }): [string, number] => [
          [family.name, ...Object.values(labels)].join(" "),
          value,
        ])
        : []
    ),
  );
}

Deno.test({
  name: "claims that meet leave no error in the log of PostgreSQL",
  ignore: postgresBinaries === null,
  async fn() {
    const folder = join(tmpdir(), `tandem-${crypto.randomUUID()}`);
    const own = await startServer({ folder });
    const open: Database[] = [];
    try {
      open.push(await openPostgres({ databaseUrl: own.url }), await openPostgres({ databaseUrl: own.url }));
      const assets = ["a", "b"].map((key) => partition(key, { pool: "vendor" }));
      const [first, second] = open as [Database, Database];
      await migrate(first, new URL("../../sql/migrations/", import.meta.url));
      await withTinyEngine((one) =>
        withTinyEngine(async (two) => {
          const runs = await Promise.all(
            Array.from({ length: 12 }, (_, i) => force([one, two][i % 2]!.engine, ["a", "b", "*"][i % 3]!)),
          );
          for (const { id } of runs) assert.equal((await one.engine.finished(id)).status, "succeeded");
        }, { database: second, assets }), { database: first, assets });
      assert.doesNotMatch(await Deno.readTextFile(join(folder, "log")), /ERROR/);
    } finally {
      for (const database of open) await database.close();
      await own.stop();
    }
  },
});
