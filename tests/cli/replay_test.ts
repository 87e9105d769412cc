import assert from "node:assert/strict";
import { replayCommand } from "../../cli/replay.ts";
import type { Replay } from "../../engine/mod.ts";
import { controls } from "../support/controls.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { scriptedControl } from "../support/scripted_control.ts";

const same: Replay = {
  receipt: {
    asset: "portfolio_daily",
    materialization: 12,
    producer: "walk_forward_daily",
    runId: 3,
    committedAt: "2026-11-27T22:00:00Z",
    dataVersion: "abc",
    codeVersion: "3+1f",
    config: { fillAt: "next_open" },
    sourceVersion: null,
    upstream: [{ asset: "sessions", materialization: 4, dataVersion: "def" }],
    partitions: null,
    rows: ["2026-11-24", "2026-11-25", "2026-11-26", "2026-11-27"].map((session) => ({ session, equity: 1.5 })),
  },
  same: true,
  recordedRows: 1_204,
  replayedRows: 1_204,
  differences: [],
  codeVersion: "3+1f",
  seconds: 2.04,
};
const different: Replay = {
  ...same,
  same: false,
  replayedRows: 1_203,
  codeVersion: "4+1f",
  differences: [{ key: { session: "2026-11-24" }, column: "equity", recorded: 1.5, replayed: 1.25 }, {
    key: { session: "2026-11-25" },
    column: null,
    recorded: { equity: 1.5 },
    replayed: null,
  }],
};

Deno.test("replayCommand() shows the provenance of the rows, and that they are reproduced", async () => {
  const control = scriptedControl({ replays: [same] });
  const terminal = fakeTerminal();
  assert.equal(
    await replayCommand(["portfolio_daily", "session=2026-11-27", "note=a=b", "--as-of", "12"], control, terminal),
    0,
  );
  assert.deepEqual(control.calls, ['replay portfolio_daily {"where":{"session":"2026-11-27","note":"a=b"},"asOf":12}']);
  assert.equal(
    terminal.out,
    `\
portfolio_daily, materialization 12
  session=2026-11-24 equity=1.5
  session=2026-11-25 equity=1.5
  session=2026-11-26 equity=1.5
  and 1 more row
made by walk_forward_daily in run 3 at 2026-11-27T22:00:00Z, code version 3+1f
settings {"fillAt":"next_open"}
read sessions, materialization 4 (def)

Made again in 2.0 s: 1,204 rows, the same to the last bit.
`,
  );
});

Deno.test("replayCommand() fails where rows differ, and says which and that the code is another one", async () => {
  const terminal = fakeTerminal();
  assert.equal(await replayCommand(["portfolio_daily"], scriptedControl({ replays: [different] }), terminal), 1);
  assert.match(
    terminal.out,
    /different\. 1,204 rows recorded, 1,203 made\.\nThe code version has changed to 4\+1f\.\n/,
  );
  assert.match(terminal.out, /\n {2}session=2026-11-24 equity: 1\.5 was recorded, 1\.25 made\n/);
  assert.match(terminal.out, /\n {2}session=2026-11-25 row: \{"equity":1\.5\} was recorded, null made\n$/);
  const json = fakeTerminal();
  assert.equal(await replayCommand(["portfolio_daily", "--json"], scriptedControl({ replays: [same] }), json), 0);
  assert.deepEqual(JSON.parse(json.out), { replays: [same] });
});

Deno.test("replayCommand() requires an asset and conditions, and shows its usage", async () => {
  for (
    const [args, message] of [
      [[], /^Name an asset\.\n/],
      [["total", "session"], /^"session" is not a condition: write COLUMN=VALUE/],
      [["total", "=x"], /^"=x" is not a condition/],
    ] as const
  ) {
    const terminal = fakeTerminal();
    assert.equal(await replayCommand([...args], scriptedControl({}), terminal), 2);
    assert.match(terminal.err, message);
  }
  const help = fakeTerminal();
  assert.equal(await replayCommand(["--help"], scriptedControl({}), help), 0);
  assert.match(help.out, /^Usage: deno task replay/);
});

for (const { name, open } of controls) {
  Deno.test(`replay ${name} makes rows again and refuses invalid requests`, async () => {
    await open(async ({ control, engine }) => {
      await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
      const terminal = fakeTerminal();
      assert.equal(await replayCommand(["multiples", "name=one"], control, terminal), 0);
      assert.match(terminal.out, /^multiples, materialization \d+\n {2}name=one multiple=2\nmade in run 1 at /);
      const refused = fakeTerminal();
      assert.equal(await replayCommand(["numbers"], control, refused), 2);
      assert.match(refused.err, /"numbers" reads an outside source/);
      const unknown = fakeTerminal();
      assert.equal(await replayCommand(["nothing"], control, unknown), 2);
      assert.match(unknown.err, /nothing/);
    });
  });
}
