import assert from "node:assert/strict";
import { commandLine, RefusedError } from "../../cli/mod.ts";
import { pause } from "../../engine/declare/retry.ts";
import { controls } from "../support/controls.ts";
import { fakeTerminal, screenOf } from "../support/fake_terminal.ts";
import { noImports, noTokens, noWorker, type Scripted, scriptedControl } from "../support/scripted_control.ts";

/** A run of one step that waits once before it begins and once after it was interrupted. */
const waitful: readonly Scripted[] = [
  [0, "run_queued", null, { selection: "daily_bars", steps: ["daily_bars"] }],
  [3_000, "run_started", null],
  [5_000, "step_started", "daily_bars", { attempt: 1 }],
  [9_000, "step_succeeded", "daily_bars", { outputs: [{ key: "daily_bars", rows: 5, added: 5, removed: 0 }] }],
  [9_000, "run_finished", null, { status: "succeeded" }],
];

/** Runs a command, and lets a second pass before each event. */
async function run(args: string[], answers: (string | null)[] = [], isTerminal = false) {
  const terminal = fakeTerminal({ isTerminal, columns: 90 });
  const screens: string[][] = [];
  const asked: (string | null)[] = [];
  const control = scriptedControl({
    steps: ["daily_bars"],
    events: waitful,
    waitingFor() {
      asked.push(answers[0] ?? null);
      return answers.shift() ?? null;
    },
    async before() {
      terminal.tick(1_000);
      // Lets the answer arrive.
      await pause(0);
      screens.push(screenOf(terminal.out, 90));
    },
  });
  const start = () => Promise.resolve(0 as const);
  const code = await commandLine(
    args,
    { version: "1", start, worker: noWorker, control, tokens: noTokens, imports: noImports },
    terminal,
  );
  assert.equal(terminal.held, 0);
  return { code, out: terminal.out, err: terminal.err, calls: control.calls, screens, asked };
}

const slot = "a slot of pool vendor (1 of 1 held by run 12, raw_daily_bars)";

Deno.test("materializeCommand() reports on a separate line why the run waits, once for each reason", async () => {
  const queue = "its turn: position 3 of 5 in the queue (limit of 10 runs)";
  const { code, out, asked } = await run(["materialize", "daily_bars"], [null, queue, queue, slot, null, null]);
  assert.equal(code, 0);
  assert.equal(
    out.slice(0, out.indexOf("\n\n")),
    `\
run 7 waits for ${queue}
[  0.0 s] run 7 queued, steps: 1
run 7 waits for ${slot}
[  5.0 s] daily_bars: started
[  9.0 s] daily_bars: made 5 rows (+5) in 4.0 s
[  9.0 s] run 7 succeeded`,
  );
  // At the beginning, at the end, and before four of the five events: while its step runs it is not polled.
  assert.equal(asked.length, 6);
});

Deno.test("materializeCommand() shows above the progress bar why a run waits, until it continues", async () => {
  const { screens } = await run(["materialize", "daily_bars"], [null, slot, slot, slot], true);
  const waits = screens.map((screen) => screen.filter((line) => line.includes("waits for")));
  assert.deepEqual(waits, [[`  waits for ${slot}`], [`  waits for ${slot}`], [`  waits for ${slot}`], [], []]);
  assert.match(screens[0]!.at(-1)!, /^Run 7 /);
});

Deno.test("materializeCommand() hands the priority on", async () => {
  for (
    const [args, priority] of [[["--priority", "5"], 5], [["--priority=-10"], -10], [["--priority", "+3"], 3]] as const
  ) {
    const { calls } = await run(["materialize", "daily_bars", ...args]);
    assert.deepEqual(calls, [`submit {"selection":"daily_bars","force":false,"priority":${priority}}`]);
  }
});

Deno.test("retry and materialize --retry do a run again and show how it goes", async () => {
  for (const args of [["retry", "12"], ["materialize", "--retry", "12"]]) {
    const { code, calls, out } = await run(args);
    assert.deepEqual([code, calls], [0, ["retry 12"]]);
    assert.match(out, /daily_bars: made 5 rows/);
    const json = await run([...args, "--json"]);
    assert.equal(JSON.parse(json.out).id, 7);
    assert.match(json.err, /daily_bars: made 5 rows/);
  }
});

for (
  const [args, said] of [
    [["materialize", "a", "--priority", "high"], /--priority is a whole number from -1000 to 1000, not "high"/],
    [["materialize", "a", "--priority", "1.5"], /not "1\.5"/],
    [["materialize", "a", "--priority", "1001"], /not "1001"/],
    [["materialize", "a", "--priority", ""], /not ""/],
    [["materialize", "--retry", "x"], /--retry is the number of a run, such as 12, not "x"/],
    [["materialize", "a", "--retry", "12"], /--retry takes no selection: it repeats the failed steps of run 12/],
    [["materialize", "--retry", "12", "--force"], /--retry takes no --force/],
    [["materialize", "--retry", "12", "--priority", "1"], /--retry takes no --priority/],
    [["materialize", "--retry", "12", "--dry-run"], /--retry takes no --dry-run/],
    [["retry"], /Give the number of a run/],
    [["retry", "0"], /RUN is the number of a run, such as 12, not "0"/],
    [["retry", "1", "2"], /"2" is unexpected: one run is retried at a time/],
    [["retry", "1", "--force"], /There is no option --force/],
  ] as const
) {
  Deno.test(`commandLine() refuses ${args.join(" ")} with exit code 2, before anything is asked`, async () => {
    const { code, err, calls } = await run([...args]);
    assert.deepEqual([code, calls], [2, []]);
    assert.match(err, said);
    assert.match(err, new RegExp(`Usage: deno task ${args[0]}`));
  });
}

for (const { name, open } of controls) {
  Deno.test(`Control ${name} retries a run, with its priority, and refuses one that has nothing to retry`, () =>
    open(async ({ control, engine, world }) => {
      world.before = (key) => {
        if (key === "total") throw new Error("broken");
      };
      const first = await engine.finished((await control.submit({ selection: "*", priority: 3 })).id);
      assert.deepEqual([first.status, first.priority], ["failed", 3]);
      world.before = () => {};
      const second = await control.retry(first.id);
      assert.deepEqual([second.retryOf, second.priority, second.steps.map((s) => s.key)], [first.id, 3, ["total"]]);
      assert.equal((await engine.finished(second.id)).status, "succeeded");
      await assert.rejects(
        control.retry(second.id),
        (error) => error instanceof RefusedError && /none of its steps failed/.test(error.message),
      );
      await assert.rejects(control.retry(99), (e) => e instanceof RefusedError && /There is no run 99/.test(e.message));
    }));
}
