import assert from "node:assert/strict";
import { type AlertOptions, Alerts, FreshnessEvaluator, loggerTo, silentLogger } from "../../../engine/mod.ts";
import { deliveryDelayMs, leaseMessage, maxTries } from "../../../engine/store/alert_outbox.ts";
import { databases } from "../../support/database.ts";
import { dated, datedWorld, resetDatedWorld } from "../../support/dated_asset.ts";
import { type Tiny, withTinyEngine } from "../../support/tiny_engine.ts";
import { type WebhookReceiver, withWebhookReceiver } from "../../support/webhook_receiver.ts";

/** A tiny engine over one dated asset, a receiver, and what was logged. */
interface World extends Tiny {
  receiver: WebhookReceiver;
  logged: string[];
  /** Another process's alerts on the same database. */
  alerts(more?: Partial<AlertOptions>): Alerts;
}

/** Materializes the asset whether it is stale or not. Returns the run's id. */
async function run({ engine }: Tiny, { force = true } = {}): Promise<number> {
  const { id } = await engine.submit({ selection: "dated", trigger: "test", force });
  await engine.finished(id);
  return id;
}

const kinds = ({ receiver }: World) => receiver.taken.map(({ message }) => message.kind);

async function outbox({ database }: Tiny) {
  return Array.from(
    await database.sql<{ tries: number; error: string | null; delivered: boolean; givenUp: boolean }[]>`
      SELECT tries, last_error AS error, delivered_at IS NOT NULL AS delivered, given_up_at IS NOT NULL AS "givenUp"
      FROM engine.alert_outbox ORDER BY id`,
  );
}

for (const { name, ignore, open } of databases) {
  const test = (title: string, body: (world: World) => Promise<void>) =>
    Deno.test({
      name: `Alerts on ${name}: ${title}`,
      ignore,
      async fn() {
        resetDatedWorld(["2024-03-08"]);
        const database = await open();
        try {
          await withWebhookReceiver((receiver) =>
            withTinyEngine(async (tiny) => {
              const logged: string[] = [];
              const logger = loggerTo((level, message, fields) =>
                logged.push(`${level} ${message} ${JSON.stringify(fields)}`)
              );
              tiny.clock.set("2024-03-10T12:00:00Z");
              await body({
                ...tiny,
                receiver,
                logged,
                alerts: (more) =>
                  new Alerts({
                    ...tiny,
                    logger,
                    webhook: { url: receiver.url, secret: "sixteen letters!" },
                    serviceUrl: "http://127.0.0.1:8000",
                    repeatMs: 24 * 3_600_000,
                    timeoutMs: 5_000,
                    ...more,
                  }),
              });
              assert.ok(!logged.join().includes("t0psecret") && !logged.join().includes("sixteen letters"));
            }, { database, assets: [dated] })
          );
        } finally {
          await database.close();
        }
      },
    });

  test("reports a failed run once until it recovers, and the recovery", async (world) => {
    const { receiver, engine } = world;
    const alerts = world.alerts();
    await run(world);
    assert.deepEqual([await alerts.look(), await alerts.deliver()], [0, 0]);

    datedWorld.failure = new Error("the source says <no> & <!channel>");
    const first = await run(world);
    assert.deepEqual([await alerts.look(), await alerts.deliver()], [1, 1]);
    const { finishedAt } = (await engine.run(first)).steps[0]!;
    const message = `dated failed in run ${first}: the source says <no> & <!channel>`;
    assert.deepEqual(receiver.taken[0]!.message, {
      kind: "run_failed",
      asset: "dated",
      check: null,
      run: first,
      message,
      at: finishedAt,
      firstAt: finishedAt,
      count: 1,
      url: `http://127.0.0.1:8000/v1/runs/${first}`,
      text:
        `Tandem: dated failed in run ${first}: the source says &lt;no&gt; &amp; &lt;!channel&gt; http://127.0.0.1:8000/v1/runs/${first}`,
    });
    assert.match(receiver.taken[0]!.headers.get("Tandem-Signature")!, /^t=\d+,v1=[0-9a-f]{64}$/);

    await run(world);
    const third = await run(world);
    assert.deepEqual([await world.alerts().look(), await alerts.look(), await alerts.deliver()], [0, 0, 0]);

    datedWorld.failure = null;
    await run(world);
    assert.deepEqual([await alerts.look(), await alerts.look(), await alerts.deliver()], [1, 0, 1]);
    const recovery = receiver.taken[1]!.message;
    assert.deepEqual([recovery.kind, recovery.run, recovery.count, recovery.firstAt], [
      "run_recovered",
      third,
      3,
      finishedAt,
    ]);
    assert.equal(recovery.message, `dated has recovered after 3 failures since ${finishedAt}.`);

    // What fails after a recovery is something new.
    datedWorld.failure = new Error("again");
    await run(world);
    assert.deepEqual([await alerts.look(), await alerts.deliver()], [1, 1]);
    assert.deepEqual([receiver.taken[2]!.message.kind, receiver.taken[2]!.message.count], ["run_failed", 1]);
  });

  test("reports what keeps failing again after the pause, with how often", async (world) => {
    const { clock, receiver } = world;
    const alerts = world.alerts();
    datedWorld.failure = new Error("no luck");
    await run(world);
    await alerts.look();
    clock.set("2024-03-11T11:59:59Z");
    await run(world);
    assert.equal(await alerts.look(), 0);
    clock.set("2024-03-11T12:00:00Z");
    assert.deepEqual([await alerts.look(), await alerts.look()], [1, 0]);
    clock.set("2024-03-13T12:00:00Z");
    assert.equal(await alerts.look(), 0, "it has not failed since");
    await alerts.deliver();
    const [first, second] = receiver.taken.map(({ message }) => message);
    assert.deepEqual([second!.kind, second!.count, second!.firstAt], ["run_failed", 2, first!.firstAt]);
    assert.match(second!.text, /\(2 failures since /);
  });

  test("recovers where the source is back as it was, though nothing has to run", async (world) => {
    const alerts = world.alerts();
    await run(world);
    datedWorld.sessions.push("2024-03-11");
    datedWorld.failure = new Error("half a file");
    await run(world, { force: false });
    await alerts.look();
    Object.assign(datedWorld, { failure: null, sessions: ["2024-03-08"] });
    assert.deepEqual((await world.engine.states())[0]!.state, "fresh");
    await alerts.look();
    await alerts.deliver();
    assert.deepEqual(kinds(world), ["run_failed", "run_recovered"]);
  });

  test("reports a blocking check as a check, and warnings where it is told to", async (world) => {
    const { receiver } = world;
    const [alerts, more] = [world.alerts(), world.alerts({ checkSeverity: "warn" })];
    datedWorld.sound.blocking = datedWorld.sound.warning = false;
    const failed = await run(world);
    assert.deepEqual([await alerts.look(), await alerts.deliver()], [1, 1]);
    const { kind, check, run: runId, url, message } = receiver.taken[0]!.message;
    assert.deepEqual([kind, check, runId, url], [
      "check_failed",
      "sound",
      failed,
      "http://127.0.0.1:8000/v1/assets/dated/checks",
    ]);
    assert.equal(
      message,
      `Check sound of dated failed in run ${failed}: a blocking check. The rows were not published.`,
    );
    assert.deepEqual([await more.look(), await more.deliver()], [1, 1]);
    assert.deepEqual(receiver.taken[1]!.message.check, "tidy");

    datedWorld.sound.blocking = true;
    await run(world);
    assert.deepEqual([await more.look(), await more.deliver()], [1, 1]);
    assert.deepEqual([kinds(world)[2], receiver.taken[2]!.message.check], ["check_recovered", "sound"]);
  });

  test("does not call a run recovered that a check kept back instead", async (world) => {
    const alerts = world.alerts();
    datedWorld.failure = new Error("no luck");
    await run(world);
    await alerts.look();
    Object.assign(datedWorld, { failure: null, sound: { blocking: false, warning: true } });
    await run(world);
    await alerts.look();
    datedWorld.sound.blocking = true;
    await run(world);
    await alerts.look();
    await alerts.deliver();
    assert.deepEqual(kinds(world).toSorted(), ["check_failed", "check_recovered", "run_failed", "run_recovered"]);
    assert.deepEqual(kinds(world).slice(0, 2), ["run_failed", "check_failed"]);
  });

  test("reports data that is late, and that it is in time again", async (world) => {
    const { clock, receiver } = world;
    const alerts = world.alerts();
    const freshness = new FreshnessEvaluator({ ...world, logger: silentLogger });
    const look = async () => {
      await freshness.evaluate();
      return await alerts.look();
    };
    assert.equal(await look(), 0, "nothing is known yet");
    await run(world);
    assert.equal(await look(), 0);
    clock.set("2024-03-11T22:30:00Z");
    assert.deepEqual([await look(), await look()], [1, 0]);
    datedWorld.sessions = [];
    await run(world);
    assert.equal(await look(), 0, "an empty table is not in time");
    datedWorld.sessions = ["2024-03-08", "2024-03-11"];
    await run(world);
    assert.equal(await look(), 1);
    await alerts.deliver();
    assert.deepEqual(kinds(world), ["freshness_late", "freshness_recovered"]);
    const { run: runId, firstAt, url, message } = receiver.taken[0]!.message;
    assert.deepEqual([runId, firstAt, url], [null, "2024-03-11T22:30:00Z", "http://127.0.0.1:8000/v1/freshness"]);
    assert.match(message, /^dated should have had session 2024-03-11 by 18:30/);
  });

  test("loses nothing to a receiver that is down, and keeps the order of what belongs together", async (world) => {
    const { clock, receiver } = world;
    const alerts = world.alerts({ timeoutMs: 200 });
    datedWorld.failure = new Error("no luck");
    await run(world);
    await alerts.look();
    const failures: [WebhookReceiver["behaviour"], string][] = [
      [500, "It answered 500."],
      ["hang", "It did not answer within 0.2 seconds."],
      ["reset", "It closed the connection before it answered."],
    ];
    let now = clock.now();
    for (const [i, [behaviour, error]] of failures.entries()) {
      receiver.behaviour = behaviour;
      assert.equal(await alerts.deliver(), 0);
      assert.deepEqual((await outbox(world))[0], { tries: i + 1, error, delivered: false, givenUp: false });
      // Not before its time.
      now = now.add({ milliseconds: deliveryDelayMs(i + 1) });
      clock.set(now.subtract({ milliseconds: 1 }));
      await alerts.deliver();
      assert.equal(receiver.requests, i + 1);
      clock.set(now);
    }
    // It recovers meanwhile; that must not arrive first.
    datedWorld.failure = null;
    await run(world);
    await alerts.look();
    receiver.behaviour = 503;
    receiver.answerHeaders = { "Retry-After": "600" };
    await alerts.deliver();
    assert.equal(receiver.requests, 4, "the recovery waits for what it recovers from");
    receiver.behaviour = 204;
    clock.set(now.add({ seconds: 599 }));
    assert.equal(await alerts.deliver(), 0);
    clock.set(now.add({ seconds: 600 }));
    assert.equal(await alerts.deliver(), 2);
    assert.deepEqual(kinds(world), ["run_failed", "run_recovered"]);
    assert.ok((await outbox(world)).every(({ delivered }) => delivered));
  });

  test("gives a message up after the last try, says so, and continues with the others", async (world) => {
    const { clock, receiver, logged } = world;
    const alerts = world.alerts();
    datedWorld.failure = new Error("no luck");
    await run(world);
    await alerts.look();
    receiver.behaviour = 500;
    for (let tries = 1; tries <= maxTries + 3; tries++) {
      await alerts.deliver();
      clock.set(clock.now().add({ hours: 1 }));
    }
    assert.equal(receiver.requests, maxTries);
    assert.deepEqual((await outbox(world))[0], {
      tries: maxTries,
      error: "It answered 500.",
      delivered: false,
      givenUp: true,
    });
    assert.ok(logged.at(-1)!.startsWith(`error The webhook did not accept an alert in ${maxTries} tries`));
    receiver.behaviour = 200;
    datedWorld.failure = null;
    await run(world);
    await alerts.look();
    await alerts.deliver();
    assert.deepEqual(kinds(world), ["run_recovered"]);
  });

  test("delivers what a process that was killed had put into the outbox, or had begun to deliver", async (world) => {
    const { clock, database, receiver } = world;
    datedWorld.failure = new Error("no luck");
    await run(world);
    // Killed between the outbox and the delivery: this process never gets to deliver().
    await world.alerts().look();
    // The next one is killed in the middle of its try.
    assert.equal((await leaseMessage(database.sql, clock.now()))!.tries, 1);
    assert.equal(await world.alerts().deliver(), 0, "it may still be at it");
    clock.set(clock.now().add({ seconds: 61 }));
    assert.equal(await world.alerts().look(), 0, "it is remembered as told");
    assert.equal(await world.alerts().deliver(), 1);
    assert.deepEqual(kinds(world), ["run_failed"]);
    assert.deepEqual(receiver.taken[0]!.headers.get("Tandem-Delivery"), "1");
  });

  test("finds what failed while no alerts ran at all", async (world) => {
    datedWorld.failure = new Error("no luck");
    await run(world);
    await world.engine.close();
    await withTinyEngine(async ({ engine }) => {
      const alerts = world.alerts({ engine });
      assert.deepEqual([await alerts.look(), await alerts.deliver()], [1, 1]);
    }, { database: world.database, assets: [dated] });
    assert.deepEqual(kinds(world), ["run_failed"]);
  });

  test("reports once, however many processes look and deliver", async (world) => {
    datedWorld.failure = new Error("no luck");
    datedWorld.sound.warning = false;
    await run(world);
    const processes = [1, 2, 3, 4].map(() => world.alerts());
    const looked = await Promise.all(processes.map((alerts) => alerts.look()));
    assert.equal(looked.reduce((sum, told) => sum + told), 1);
    const delivered = await Promise.all(processes.map((alerts) => alerts.deliver()));
    assert.equal(delivered.reduce((sum, told) => sum + told), 1);
    assert.equal(world.receiver.requests, 1);
  });

  test("delivers automatically when a run has ended, and runs do not wait for a receiver that hangs", async (world) => {
    const { receiver, database } = world;
    const alerts = world.alerts();
    alerts.start();
    receiver.behaviour = "hang";
    datedWorld.failure = new Error("no luck");
    await run(world);
    await receiver.requested(1);
    // The receiver still thinks: a run begins and ends meanwhile, and so does the process.
    datedWorld.failure = null;
    const { steps } = await world.engine.run(await run(world));
    assert.equal(steps[0]!.status, "succeeded");
    await alerts.stop();
    const [message] = await database.sql<{ tries: number; due: boolean }[]>`
      SELECT tries, next_try_at <= created_at AS due FROM engine.alert_outbox ORDER BY id LIMIT 1`;
    assert.deepEqual({ ...message! }, { tries: 0, due: true }, "a try that was broken off here does not count");

    receiver.behaviour = 200;
    const next = world.alerts();
    next.start();
    await receiver.requested(3);
    await next.stop();
    assert.deepEqual(kinds(world).slice(0, 2), ["run_failed", "run_recovered"]);
  });
}

Deno.test("deliveryDelayMs() doubles up to an hour, and all tries take most of a day", () => {
  const delays = Array.from({ length: maxTries - 1 }, (_, i) => deliveryDelayMs(i + 1));
  assert.deepEqual(delays.slice(0, 4), [10_000, 20_000, 40_000, 80_000]);
  assert.equal(Math.max(...delays), 3_600_000);
  const hours = delays.reduce((sum, ms) => sum + ms, 0) / 3_600_000;
  assert.ok(hours > 14 && hours < 18, `${hours}`);
});
