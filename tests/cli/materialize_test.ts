import assert from "node:assert/strict";
import { materializeCommand } from "../../cli/materialize.ts";
import type { Control } from "../../cli/mod.ts";
import type { Plan } from "../../engine/mod.ts";
import { controls } from "../support/controls.ts";
import { fakeTerminal, screenOf } from "../support/fake_terminal.ts";
import { type Scripted, scriptedControl } from "../support/scripted_control.ts";
import { gate } from "../support/tiny_engine.ts";

const steps = ["raw_tickers", "daily_bars", "clean_prices", "pair_trades"];

/** A run in which one step succeeds, one tries twice, one fails, and one is skipped for it. */
const eventful: readonly Scripted[] = [
  [0, "run_queued", null, { selection: "*", steps }],
  [100, "run_started", null],
  [200, "step_started", "raw_tickers", { attempt: 1 }],
  [900, "step_succeeded", "raw_tickers", { outputs: [{ key: "raw_tickers", rows: 121, added: 121, removed: 0 }] }],
  [1000, "step_started", "daily_bars", { attempt: 1 }],
  [1400, "step_retry", "daily_bars", { attempt: 2, delayMs: 250, error: { message: "the connection broke" } }],
  [2000, "step_progress", "daily_bars", { done: 60_000, total: 120_000 }],
  [3000, "step_succeeded", "daily_bars", {
    outputs: [
      { key: "daily_bars", rows: 120_944, added: 18, removed: 2 },
      { key: "rejected_bars", rows: 9, added: 0, removed: 0 },
    ],
  }],
  [3100, "step_started", "clean_prices", { attempt: 1 }],
  [3200, "log", "clean_prices", { level: "info", message: "nobody needs this" }],
  [3300, "log", "clean_prices", { level: "warn", message: "XOM has 12 holes" }],
  [4500, "step_failed", "clean_prices", { error: { name: "RangeError", message: "no session is left" } }],
  [4500, "step_skipped", "pair_trades", { because: "clean_prices" }],
  [4600, "run_finished", null, { status: "failed" }],
];

Deno.test("materializeCommand() writes one plain line for each relevant event without a terminal", async () => {
  const terminal = fakeTerminal();
  const code = await materializeCommand(["*"], scriptedControl({ steps, events: eventful }), terminal);
  assert.equal(code, 1);
  assert.equal(
    terminal.out,
    `\
[  0.0 s] run 7 queued, steps: 4
[  0.2 s] raw_tickers: started
[  0.9 s] raw_tickers: made 121 rows (+121) in 0.7 s
[  1.0 s] daily_bars: started
[  1.4 s] daily_bars: failed, next attempt in 0.3 s: the connection broke
[  3.0 s] daily_bars: made 120,944 rows (+18 −2), rejected_bars 9 rows (unchanged) in 2.0 s
[  3.1 s] clean_prices: started
[  3.3 s] clean_prices: warn: XOM has 12 holes
[  4.5 s] clean_prices: failed: no session is left
[  4.5 s] pair_trades: skipped because clean_prices failed
[  4.6 s] run 7 failed

step             outcome     rows      added  removed   time
raw_tickers      made         121       +121           0.7 s
daily_bars       made     120,944        +18       −2  2.0 s
  rejected_bars                 9  unchanged
clean_prices     failed                                1.4 s
pair_trades      skipped

clean_prices failed: no session is left
Skipped because of it: pair_trades.

Run 7 failed in 4.5 s: 2 made, 1 failed, 1 skipped.
`,
  );
  assert.equal(terminal.err, "");
});

Deno.test("materializeCommand() redraws running steps in place on a terminal and leaves no trace of the bars", async () => {
  const terminal = fakeTerminal({ isTerminal: true, columns: 72 });
  let running: string[] = [];
  const control = scriptedControl({
    steps,
    events: eventful,
    before({ kind, at }) {
      terminal.tick(Date.parse(at) - terminal.now());
      if (kind === "step_succeeded") running = screenOf(terminal.out, 72);
    },
  });
  assert.equal(await materializeCommand(["*"], control, terminal), 1);
  assert.deepEqual(running, [
    "  ✓ raw_tickers     0.7 s  121 rows (+121)",
    "  ! daily_bars: next attempt in 0.3 s, the connection broke",
    `  ${running[2]![2]} daily_bars      2.0 s  ██████████░░░░░░░░░░  50 %  attempt 2`,
    "Run 7 ███████░░░░░░░░░░░░░  37 %  1 of 4 steps  2.9 s",
  ]);
  assert.deepEqual(screenOf(terminal.out, 72).slice(0, 8), [
    "  ✓ raw_tickers     0.7 s  121 rows (+121)",
    "  ! daily_bars: next attempt in 0.3 s, the connection broke",
    "  ✓ daily_bars      2.0 s  120,944 rows (+18 −2), rejected_bars 9 rows…",
    "  ! clean_prices: XOM has 12 holes",
    "  ✗ clean_prices    1.4 s  no session is left",
    "  - pair_trades            skipped because clean_prices failed",
    "",
    "step             outcome     rows      added  removed   time",
  ]);
  assert.ok(terminal.out.indexOf("\x1b[?25h") > terminal.out.lastIndexOf("\x1b[?25l"), "the cursor is shown again");
  assert.equal(terminal.held, 0);
});

Deno.test("materializeCommand() never draws a line that is wider than the terminal", async () => {
  for (const columns of [20, 40, 60]) {
    const terminal = fakeTerminal({ isTerminal: true, columns });
    await materializeCommand(["*"], scriptedControl({ steps, events: eventful }), terminal);
    // deno-lint-ignore no-control-regex -- escape sequences take no room
    const lines = terminal.out.replaceAll(/\x1b\[[?\d;]*[a-zA-Z]|\r/g, "").split("\n");
    const drawn = lines.slice(0, lines.findIndex((line) => line.startsWith("step")));
    assert.ok(drawn.length > 20);
    for (const line of drawn) assert.ok(line.length < columns, `${line.length} of ${columns}: ${line}`);
  }
});

Deno.test("materializeCommand() erases all of a display that a narrower terminal has broken into more lines", async () => {
  const terminal = fakeTerminal({ isTerminal: true, columns: 80 });
  const control = scriptedControl({
    steps,
    events: eventful,
    before({ seq }) {
      if (seq === 6) terminal.resize(30);
    },
  });
  await materializeCommand(["*"], control, terminal);
  // The last region at 80 columns had a step of 41 characters and a run of 55: two lines each at 30 columns.
  assert.ok(terminal.out.includes("\x1b[4A\r\x1b[J"));
});

Deno.test("materializeCommand() uses colours on a terminal where they are welcome, and only there", async () => {
  const outputs = await Promise.all(
    [{ isTerminal: true, colours: true }, { isTerminal: true, colours: false }, { isTerminal: false, colours: true }]
      .map(async (options) => {
        const terminal = fakeTerminal(options);
        await materializeCommand(["*"], scriptedControl({ steps, events: eventful }), terminal);
        return terminal.out;
      }),
  );
  assert.deepEqual(outputs.map((out) => out.includes("\x1b[31m")), [true, false, false]);
});

Deno.test("materializeCommand() --json prints the run as one document, and progress elsewhere", async () => {
  const terminal = fakeTerminal();
  const code = await materializeCommand(["*", "--json"], scriptedControl({ steps, events: eventful }), terminal);
  assert.equal(code, 1);
  assert.equal(JSON.parse(terminal.out).id, 7);
  assert.match(terminal.err, /clean_prices: failed: no session is left/);
});

Deno.test("materializeCommand() cancels on Ctrl-C and waits for the end", async () => {
  const terminal = fakeTerminal({ isTerminal: true });
  const control = scriptedControl({
    steps: ["raw_tickers"],
    events: [
      [0, "run_started", null],
      [10, "step_started", "raw_tickers", { attempt: 1 }],
      [20, "step_cancelled", "raw_tickers"],
      [30, "run_finished", null, { status: "cancelled" }],
    ],
    before({ kind }) {
      if (kind === "step_cancelled") terminal.interrupt();
    },
  });
  assert.equal(await materializeCommand(["*"], control, terminal), 1);
  assert.deepEqual(control.calls.slice(1), ["cancel 7"]);
  const screen = screenOf(terminal.out, 80);
  assert.equal(screen[0], "Cancelling run 7 … (Ctrl-C again to quit)");
  assert.equal(screen.at(-1), "Run 7 cancelled in 0.0 s: 1 cancelled.");
  assert.equal(terminal.held, 0);
});

Deno.test("materializeCommand() leaves a run that does not stop on the second Ctrl-C", async () => {
  const terminal = fakeTerminal({ isTerminal: true });
  const control = scriptedControl({ steps: ["raw_tickers"], events: [[0, "run_started", null]] });
  const command = materializeCommand(["*"], {
    ...control,
    async *events(runId, { signal } = {}) {
      yield* control.events(runId);
      terminal.interrupt();
      terminal.interrupt();
      if (!signal!.aborted) await new Promise((resolve) => signal!.addEventListener("abort", resolve));
    },
  }, terminal);
  assert.equal(await command, 1);
  assert.deepEqual(control.calls.slice(1), ["cancel 7"]);
  assert.equal(terminal.held, 0);
});

const plan: Plan = {
  selection: "+pair_metrics",
  force: false,
  range: null,
  blocked: [],
  steps: [
    {
      key: "daily_bars",
      produces: ["daily_bars", "rejected_bars"],
      after: [],
      reasons: [{ kind: "upstream_changed", message: "upstream raw_daily_bars changed", upstream: "raw_daily_bars" }],
      certain: true,
    },
    {
      key: "clean_prices",
      produces: ["clean_prices"],
      after: ["daily_bars"],
      reasons: [{ kind: "upstream_stale", message: "upstream daily_bars is stale", upstream: "daily_bars" }],
      certain: false,
    },
  ],
  fresh: ["raw_tickers", "raw_daily_bars"],
  waiting: [],
};

Deno.test("materializeCommand() --dry-run lists certain and uncertain steps with reasons, and fresh assets", async () => {
  const terminal = fakeTerminal();
  const control = scriptedControl({ plan });
  assert.equal(await materializeCommand(["+pair_metrics", "--dry-run"], control, terminal), 0);
  assert.equal(
    terminal.out,
    `\
Plan for "+pair_metrics": 1 step will run, 1 may, 2 assets are fresh.

1  daily_bars (makes rejected_bars too)  runs
   upstream raw_daily_bars changed
2  clean_prices  runs only if upstream content changes
   upstream daily_bars is stale

Fresh, nothing to do: raw_tickers, raw_daily_bars.
`,
  );
  assert.deepEqual(control.calls, ['plan {"selection":"+pair_metrics","force":false}']);
});

Deno.test("materializeCommand() --dry-run lists waiting steps with the cause, once", async () => {
  const because = "daily_bars was not published in run 7: check not_empty failed (0 rows, 1 needed)";
  const blocked = ["clean_prices", "pair_clusters"].map((key) => ({ key, because, blockedBy: "daily_bars", run: 7 }));
  const said = async (plan: Plan) => {
    const terminal = fakeTerminal();
    assert.equal(await materializeCommand(["*", "--dry-run"], scriptedControl({ plan }), terminal), 0);
    return terminal.out.replaceAll(/\s+/g, " ");
  };
  const left = `Left out: clean_prices, pair_clusters, because ${because}.`;
  const some = await said({ ...plan, steps: plan.steps.slice(0, 1), blocked });
  assert.ok(some.includes("1 step will run, 2 assets are fresh, 2 wait.") && some.includes(left), some);
  const none = await said({ ...plan, steps: [], fresh: [], blocked });
  assert.ok(none.includes("stale assets are blocked.") && none.includes(left), none);
});

Deno.test("materializeCommand() --dry-run --json prints the plan as one document", async () => {
  const terminal = fakeTerminal();
  assert.equal(await materializeCommand(["x", "--dry-run", "--json"], scriptedControl({ plan }), terminal), 0);
  assert.deepEqual(JSON.parse(terminal.out), plan);
});

Deno.test("materializeCommand() hands over selections, force and config, inline or from a file", async () => {
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(file, '{"chosen_pairs": {"maxPairs": 3}}');
    const control = scriptedControl({ plan });
    for (const config of ['{"chosen_pairs": {"maxPairs": 3}}', file]) {
      await materializeCommand(["a", "+b", "--force", "--dry-run", "--config", config], control, fakeTerminal());
    }
    const request = { selection: "a +b", force: true, config: { chosen_pairs: { maxPairs: 3 } } };
    assert.deepEqual(control.calls, Array(2).fill(`plan ${JSON.stringify(request)}`));
  } finally {
    await Deno.remove(file);
  }
});

for (
  const [what, args, message] of [
    ["no selection", [], /Nothing is selected/],
    ["an unknown flag", ["*", "--dryrun"], /There is no option --dryrun\./],
    ["a flag without its value", ["*", "--config"], /--config/],
    ["config that is no file", ["*", "--config", "no_such_file.json"], /neither a JSON object nor a readable file/],
    ["config that is no JSON", ["*", "--config", "{nonsense"], /is not JSON/],
  ] as const
) {
  Deno.test(`materializeCommand() answers ${what} with exit code 2 and the usage, and opens nothing`, async () => {
    const terminal = fakeTerminal();
    const code = await materializeCommand(args, () => assert.fail("nothing may be opened"), terminal);
    assert.equal(code, 2);
    assert.match(terminal.err, message);
    assert.match(terminal.err, /Usage: deno task materialize SELECTION/);
    assert.equal(terminal.out, "");
  });
}

Deno.test("materializeCommand() --help prints the usage to standard output", async () => {
  const terminal = fakeTerminal();
  assert.equal(await materializeCommand(["--help"], () => assert.fail(), terminal), 0);
  assert.match(terminal.out, /^Usage: deno task materialize SELECTION/);
});

for (const { name, open } of controls) {
  Deno.test(`materializeCommand() makes stale assets, then finds nothing to do, ${name}`, () =>
    open(async ({ control }) => {
      const first = fakeTerminal();
      assert.equal(await materializeCommand(["*"], control, first), 0);
      assert.match(first.out, /multiples: made 2 rows \(\+2\), rejects 1 row \(\+1\)/);
      assert.match(first.out, /Run 1 succeeded in .*: 3 made\.\n$/);
      const second = fakeTerminal();
      assert.equal(await materializeCommand(["*"], control, second), 0);
      assert.match(second.out, /\nNothing had to run for "\*"\.\nEverything is fresh\. 4 assets\.\n$/);
    }));

  Deno.test(`materializeCommand() answers an unknown asset and config that does not fit with exit code 2, ${name}`, () =>
    open(async ({ control }) => {
      const unknown = fakeTerminal();
      assert.equal(await materializeCommand(["nombers"], control, unknown), 2);
      assert.match(unknown.err, /Did you mean "numbers"\?/);
      const misfit = fakeTerminal();
      const args = ["*", "--config", '{"multiples": {"factor": "two"}}'];
      assert.equal(await materializeCommand(args, control, misfit), 2);
      assert.match(misfit.err, /multiples.*factor/);
    }));

  Deno.test(`materializeCommand() reports failed and skipped steps, ${name}`, () =>
    open(async ({ control, world }) => {
      world.before = (key) => {
        if (key === "multiples") throw new Error("the factor is haunted");
      };
      const terminal = fakeTerminal();
      assert.equal(await materializeCommand(["*"], control, terminal), 1);
      assert.match(terminal.out, /multiples failed: the factor is haunted\nSkipped because of it: total\.\n/);
    }));

  Deno.test(`materializeCommand() cancels the run on a Ctrl-C while it asks for its steps, ${name}`, () =>
    open(async ({ control, world }) => {
      world.before = (key, signal) => {
        if (key !== "multiples") return;
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      };
      const terminal = fakeTerminal();
      let asked = 0;
      const slow: Control = {
        ...control,
        async run(id) {
          if (asked++ === 0) terminal.interrupt();
          return await control.run(id);
        },
      };
      assert.equal(await materializeCommand(["*"], slow, terminal), 1);
      assert.match(terminal.out, /Run 1 cancelled/);
      assert.equal(terminal.held, 0);
    }));

  Deno.test(`materializeCommand() cancels the run on Ctrl-C, ${name}`, () =>
    open(async ({ control, world, engine }) => {
      const reached = gate();
      world.before = (key, signal) => {
        if (key !== "multiples") return;
        reached.open();
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));
      };
      const terminal = fakeTerminal({ isTerminal: true });
      const command = materializeCommand(["*"], control, terminal);
      await reached.opened;
      terminal.interrupt();
      assert.equal(await command, 1);
      assert.equal((await engine.run(1)).status, "cancelled");
      assert.match(screenOf(terminal.out, 80).at(-1)!, /^Run 1 cancelled in .*: 1 made, 2 cancelled\.$/);
      assert.equal(terminal.held, 0);
    }));
}
