import assert from "node:assert/strict";
import { backfillCommand } from "../../cli/backfill.ts";
import { type Control, engineControl, httpControl } from "../../cli/mod.ts";
import { type PartitionApi, withPartitionApi } from "../support/partition_api.ts";
import { type FakeTerminal, fakeTerminal } from "../support/fake_terminal.ts";
import { gate } from "../support/tiny_engine.ts";

/** Both ways to an engine. */
const ways: [name: string, control: (partition: PartitionApi) => Control][] = [
  ["in this process", ({ engine }) => engineControl(engine)],
  [
    "over HTTP",
    ({ app }) =>
      httpControl("http://127.0.0.1:8000", { fetch: async (input, init) => await app.request(input as URL, init) }),
  ],
];

async function run(control: Control, args: string[], terminal: FakeTerminal = fakeTerminal({ columns: 100 })) {
  const code = await backfillCommand(args, control, terminal, { pollMs: 5 });
  assert.equal(terminal.held, 0);
  return { code, out: terminal.out, err: terminal.err };
}

for (const [name, controlOf] of ways) {
  Deno.test(`backfill ${name}: shows the plan, makes it, and lists it`, () =>
    withPartitionApi(async (partition) => {
      const control = controlOf(partition);
      const plan = await run(control, ["events", "quotes", "--to", "2024-01-03", "--dry-run"]);
      assert.equal(plan.code, 0);
      assert.match(plan.out, /^Backfill of "events quotes" to 2024-01-03: 4 partitions, time unknown/);
      assert.match(plan.out, /1 +events +whole +1 +unknown: never run before\n2 +quotes +4 +1 +unknown/);
      assert.deepEqual((await run(control, ["--list"])).out, "There is no backfill yet.\n");

      const made = await run(control, ["events", "quotes", "adjusted", "--names", "A, B"]);
      assert.equal(made.code, 0, made.out + made.err);
      assert.match(
        made.out,
        /quotes done: 8 partitions\nadjusted done: 8 partitions\nBackfill 1 succeeded: 16 of 16 partitions done\./,
      );
      assert.match(
        (await run(control, ["--list"])).out,
        /1 +succeeded +16 +16 +just now +events quotes adjusted for A, B\n/,
      );
      const json = JSON.parse((await run(control, ["quotes", "--force", "--dry-run", "--json"])).out);
      assert.deepEqual([json.force, json.partitions], [true, 8]);
      assert.match((await run(control, ["sums", "--to", "2024-01-01"])).out, /nothing to make/);
      partition.world.dates.push("2024-01-08");
      assert.match(
        (await run(control, ["sums", "--from", "2024-01-08", "--dry-run"])).out,
        /nothing to make\.\n1 partition of sums are skipped: .*\n? *Select \+sums to make that as well\.\n/,
      );
    }));

  Deno.test(`backfill ${name}: reports failures and how to continue, and retries`, () =>
    withPartitionApi(async (partition) => {
      const control = controlOf(partition);
      partition.world.before = (_, partitions) => {
        if (partitions.includes("A 2024-01-02")) throw new Error("not to be had");
      };
      const failed = await run(control, ["quotes"]);
      assert.equal(failed.code, 1);
      assert.match(failed.out, /Backfill 1 failed: 4 of 8 partitions done, 4 failed\.\n/);
      assert.match(failed.out, /not to be had\.\nRetry missing partitions: deno task backfill --retry 1\n$/);
      partition.world.before = () => {};
      const retried = await run(control, ["--retry", "1", "--json"]);
      assert.equal(retried.code, 0);
      assert.equal(JSON.parse(retried.out).status, "succeeded");
      const over = await run(control, ["--pause", "1"]);
      assert.deepEqual([over.code, over.out], [2, ""]);
      assert.equal(over.err, "Backfill 1 has succeeded. Only one that is running can be paused.\n");
      const complete = await run(control, ["--retry", "1"]);
      assert.deepEqual([complete.code, complete.out], [2, ""]);
      assert.match(complete.err, /^Backfill 1 has succeeded, and nothing of it is missing or stale\./);
      partition.world.version = "2024-01-06";
      const stale = await run(control, ["--retry", "1"]);
      assert.equal(stale.code, 0, "the source has revised some of its partitions");
    }));

  Deno.test(`backfill ${name}: draws a bar, is left by Ctrl-C, paused, resumed and cancelled`, () =>
    withPartitionApi(async (partition) => {
      const control = controlOf(partition);
      const [reached, go] = [gate(), gate()];
      partition.world.before = () => {
        reached.open();
        return go.opened;
      };
      const terminal = fakeTerminal({ isTerminal: true, columns: 100 });
      const following = run(control, ["quotes"], terminal);
      await reached.opened;
      terminal.interrupt();
      const left = await following;
      assert.equal(left.code, 1);
      assert.match(left.out, /Backfill 1 ░{24} {2}0 % {2}0 of 8 partitions {2}quotes/);
      assert.match(left.out, /Backfill 1 continues in the service/);
      assert.match(
        (await run(control, ["--pause", "1"])).out,
        /^Backfill 1 paused: 0 of 8 partitions done, 8 to make\./,
      );
      go.open();
      partition.world.before = () => {};
      assert.equal((await run(control, ["--resume", "1"])).code, 0);
      partition.world.version = "2024-01-06";
      partition.world.before = () => new Promise(() => {});
      const { id } = await control.backfills.submit({ selection: "quotes" });
      assert.match((await run(control, ["--cancel", String(id)])).out, /^Backfill 2 cancelled: 0 of 4 partitions done/);
    }));
}

Deno.test("backfill refuses invalid arguments, with its usage", () =>
  withPartitionApi(async ({ engine }) => {
    const control = engineControl(engine);
    for (
      const [args, said] of [
        [[], /^Name what to backfill/],
        [["--list", "--pause", "1"], /^One thing at a time/],
        [["quotes", "--list"], /^"quotes" cannot be combined with --list/],
        [["--pause", "1", "--from", "2024-01-01"], /^"--from" cannot be combined with --pause/],
        [["--pause", "x"], /^--pause takes the number of a backfill/],
        [["--nonsense"], /^There is no option --nonsense/],
      ] as const
    ) {
      const { code, out, err } = await run(control, [...args]);
      assert.deepEqual([code, out], [2, ""]);
      assert.match(err, said);
      assert.match(err, /Usage: deno task backfill/);
    }
    for (
      const [args, said] of [[["quots"], /Did you mean "quotes"/], [
        ["--retry", "9"],
        /There is no backfill 9/,
      ]] as const
    ) {
      const { code, err } = await run(control, [...args]);
      assert.equal(code, 2);
      assert.match(err, said);
    }
    assert.match((await run(control, ["--help"])).out, /^Usage: deno task backfill/);
  }));
