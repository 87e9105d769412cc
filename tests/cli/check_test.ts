import assert from "node:assert/strict";
import { checkCommand } from "../../cli/check.ts";
import type { CheckRecord, CheckRun } from "../../engine/mod.ts";
import { controls } from "../support/controls.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { scriptedControl } from "../support/scripted_control.ts";

const found = (name: string, more: Partial<CheckRecord> = {}): CheckRecord => ({
  id: 1,
  runId: null,
  materialization: 7,
  name,
  severity: "error",
  passed: true,
  message: "12 rows",
  failingRows: null,
  checkedAt: "2026-11-23T12:00:00Z",
  ...more,
});

const checks: CheckRun[] = [
  {
    asset: "bars",
    materialization: 7,
    results: [found("not_empty"), found("calm", { severity: "warn", passed: false })],
  },
  { asset: "pairs", materialization: null, results: [] },
];

Deno.test("checkCommand() shows the result of each check, and succeeds if checks only warn", async () => {
  const control = scriptedControl({ checks });
  const terminal = fakeTerminal();
  assert.equal(await checkCommand(["bars", "pairs", "--names", "not_empty, calm"], control, terminal), 0);
  assert.deepEqual(control.calls, ['check bars pairs ["not_empty","calm"]']);
  assert.equal(
    terminal.out,
    `\
asset  check      result            details
bars   not_empty  passed            12 rows
bars   calm       failed (warning)  12 rows
pairs             missing           no version to check
`,
  );
});

Deno.test("checkCommand() fails where a check of severity error failed, with --json too", async () => {
  const failed = [{ asset: "bars", materialization: 7, results: [found("not_empty", { passed: false })] }];
  const terminal = fakeTerminal();
  assert.equal(await checkCommand(["*", "--json"], scriptedControl({ checks: failed }), terminal), 1);
  assert.deepEqual(JSON.parse(terminal.out), { assets: failed });
});

Deno.test("checkCommand() says where there is no check, and how it is used", async () => {
  const terminal = fakeTerminal();
  assert.equal(await checkCommand(["bars"], scriptedControl({}), terminal), 0);
  assert.equal(terminal.out, "None of the selected assets has a check.\n");
  for (
    const [args, said] of [[[], /Nothing is selected/], [["bars", "--names", " , "], /--names is empty/]] as const
  ) {
    const terminal = fakeTerminal();
    assert.equal(await checkCommand(args, scriptedControl({}), terminal), 2);
    assert.match(terminal.err, said);
    assert.match(terminal.err, /Usage: deno task check SELECTION/);
  }
});

for (const { name, open } of controls) {
  Deno.test(`checkCommand() ${name} runs only checks, and refuses unknown names`, () =>
    open(async ({ control, engine, world }) => {
      await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
      const started = world.started.length;
      const terminal = fakeTerminal();
      assert.equal(await checkCommand(["*"], control, terminal), 0);
      assert.match(terminal.out, /numbers\s+not_empty\s+passed\s+3 rows, 1 needed/);
      assert.equal(world.started.length, started);
      for (const args of [["nobody"], ["numbers", "--names", "unheard_of"]]) {
        const terminal = fakeTerminal();
        assert.equal(await checkCommand(args, control, terminal), 2, args.join());
        assert.match(terminal.err, /nobody|unheard_of/);
      }
    }));
}
