import assert from "node:assert/strict";
import { pruneCommand } from "../../cli/prune.ts";
import { controls } from "../support/controls.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { scriptedControl } from "../support/scripted_control.ts";

const pruned = [
  { key: "raw_daily_bars", keeps: "the last 30 days", versions: 3, rows: 1_204, bytes: 5_400_000 },
  { key: "pair_signals", keeps: "the current version", versions: 1, rows: 1, bytes: 900_000 },
];

Deno.test("pruneCommand() shows the deleted rows of each asset, and its retention", async () => {
  const control = scriptedControl({ pruned });
  const terminal = fakeTerminal();
  assert.equal(await pruneCommand(["--dry-run"], control, terminal), 0);
  assert.deepEqual(control.calls, ['prune {"dryRun":true}']);
  assert.equal(
    terminal.out,
    `\
asset           versions  rows  table MB  keeps
raw_daily_bars         3  1204       5.1  the last 30 days
pair_signals           1     1       0.9  the current version

1205 rows would be deleted. Nothing was changed.
`,
  );
  const really = fakeTerminal();
  await pruneCommand([], scriptedControl({ pruned: pruned.slice(1) }), really);
  assert.match(really.out, /\n1 row deleted\.\n$/);
  const inFiles = fakeTerminal();
  const files = pruned.map((asset, i) => i === 0 ? { ...asset, fileBytes: 3 * 2 ** 20 } : asset);
  await pruneCommand([], scriptedControl({ pruned: files }), inFiles);
  assert.match(inFiles.out, /\n1205 rows and 3\.0 MB of Parquet files deleted\.\n$/);
});

Deno.test("pruneCommand() says where there is nothing, prints JSON, and takes no selection", async () => {
  const terminal = fakeTerminal();
  assert.equal(await pruneCommand([], scriptedControl({}), terminal), 0);
  assert.equal(terminal.out, "Nothing to prune: all versions are kept.\n");
  const json = fakeTerminal();
  assert.equal(await pruneCommand(["--json", "--dry-run"], scriptedControl({ pruned }), json), 0);
  assert.deepEqual(JSON.parse(json.out), { dryRun: true, assets: pruned });
  const wrong = fakeTerminal();
  assert.equal(await pruneCommand(["daily_bars"], scriptedControl({}), wrong), 2);
  assert.match(wrong.err, /prune takes no "daily_bars"/);
});

for (const { name, open } of controls) {
  Deno.test(`prune ${name} reports what the engine prunes`, async () => {
    await open(async ({ control, engine, database, world }) => {
      for (const value of [1, 2]) {
        world.numbers = [{ name: "one", value }];
        await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
      }
      assert.deepEqual(await control.prune({ dryRun: true }), []);
      await database.sql`UPDATE engine.materialization SET committed_at = committed_at - interval '31 days'`;
      const wouldGo = await control.prune({ dryRun: true });
      assert.deepEqual(wouldGo.map(({ key, versions, rows }) => [key, versions, rows]), [
        ["numbers", 1, 1],
        ["multiples", 1, 1],
        ["rejects", 1, 0],
        ["total", 1, 1],
      ]);
      assert.deepEqual(await control.prune({ dryRun: false }), wouldGo);
      assert.deepEqual(await control.prune({ dryRun: false }), []);
    });
  });
}
