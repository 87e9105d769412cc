import assert from "node:assert/strict";
import { assetsCommand } from "../../cli/assets.ts";
import { backfillCommand } from "../../cli/backfill.ts";
import { engineControl, RefusedError } from "../../cli/mod.ts";
import { materializeCommand } from "../../cli/materialize.ts";
import { retryCommand } from "../../cli/retry.ts";
import { z } from "zod";
import { assetsWith, check, cutBy, FreshnessEvaluator, silentLogger, UnknownRunError } from "../../engine/mod.ts";
import { fixedClock } from "../../resources/clock.ts";
import { dated, datedWorld, resetDatedWorld } from "../support/dated_asset.ts";
import { fakeTerminal } from "../support/fake_terminal.ts";
import { scriptedControl } from "../support/scripted_control.ts";
import { withTinyEngine } from "../support/tiny_engine.ts";

const { asset } = assetsWith();

/** A warning that the rows of `dated` are published in spite of. */
const warning = "Check tidy of dated failed (warning): a warning\n";

Deno.test("materializeCommand() reports a failed warning in its last lines, also where nothing had to run", () =>
  withTinyEngine(async ({ engine }) => {
    resetDatedWorld(["2026-11-20"]);
    datedWorld.sound.warning = false;
    const control = engineControl(engine);
    const first = fakeTerminal();
    assert.equal(await materializeCommand(["dated"], control, first), 0);
    assert.match(first.out, new RegExp(`Run 1 succeeded in .*: 1 made\\.\n\n${RegExp.escape(warning)}$`));
    const second = fakeTerminal();
    assert.equal(await materializeCommand(["*"], control, second), 0);
    assert.ok(
      second.out.endsWith(
        `\nNothing had to run for "*".\n\n${warning}A check failed. 1 asset, all fresh, 1 failed check.\n`,
      ),
      second.out,
    );
  }, { assets: [dated] }));

Deno.test("materializeCommand() --json leaves standard output to the document, and reports a failed warning beside it", () =>
  withTinyEngine(async ({ engine }) => {
    resetDatedWorld(["2026-11-20"]);
    datedWorld.sound.warning = false;
    const terminal = fakeTerminal();
    assert.equal(await materializeCommand(["dated", "--json"], engineControl(engine), terminal), 0);
    assert.equal(JSON.parse(terminal.out).status, "succeeded");
    assert.ok(terminal.err.endsWith(warning), terminal.err);
  }, { assets: [dated] }));

Deno.test("retryCommand() reports a failed warning in its last lines", () =>
  withTinyEngine(async ({ engine }) => {
    resetDatedWorld(["2026-11-20"]);
    datedWorld.sound.blocking = false;
    datedWorld.sound.warning = false;
    const control = engineControl(engine);
    const failed = fakeTerminal();
    assert.equal(await materializeCommand(["dated"], control, failed), 1);
    assert.match(failed.out, /Check sound of dated failed: .*\n.*Check tidy of dated failed \(warning\)/s);
    datedWorld.sound.blocking = true;
    const terminal = fakeTerminal();
    assert.equal(await retryCommand(["1"], control, terminal), 0);
    assert.ok(terminal.out.endsWith(`.\n\n${warning}`), terminal.out);
  }, { assets: [dated] }));

for (const ended of ["in parts", "at once"]) {
  Deno.test(`backfillCommand() reports a failed warning after what it made ${ended}`, async () => {
    const checked = asset({
      key: "checked",
      group: "t",
      layer: "raw",
      description: "Published date by date.",
      row: z.object({ date: z.iso.date() }),
      primaryKey: ["date"],
      partitionedBy: { date: "date" },
      partitionsDef: {
        wanted: () => ({ dates: ["2024-01-02", "2024-01-03"] }),
        ...ended === "in parts" && { chunks: cutBy({ dates: 1 }) },
      },
      checks: [check("never", "Never passes.", () => ({ passed: false, message: "as ever" }), { severity: "warn" })],
      materialize: ({ partitions }) => Promise.resolve({ rows: partitions.dates.map((date) => ({ date })) }),
    });
    await withTinyEngine(async ({ engine }) => {
      const terminal = fakeTerminal();
      assert.equal(await backfillCommand(["*"], engineControl(engine), terminal, { pollMs: 5 }), 0);
      assert.ok(terminal.out.endsWith("\n\nCheck never of checked failed (warning): as ever\n"), terminal.out);
    }, { assets: [checked] });
  });
}

Deno.test("assetsCommand() evaluates freshness itself if no service does", () =>
  withTinyEngine(async ({ engine, database }) => {
    resetDatedWorld(["2026-11-19"]);
    await engine.finished((await engine.submit({ selection: "*", trigger: "test" })).id);
    const clock = fixedClock("2026-11-23T12:00:00Z");
    const freshness = new FreshnessEvaluator({ engine, database, clock, logger: silentLogger });
    const terminal = fakeTerminal();
    await assetsCommand([], engineControl(engine, { evaluateFreshness: () => freshness.evaluate() }), terminal);
    assert.match(terminal.out, /^dated is late: dated should have had session 2026-11-20 by 18:30/m);
    assert.match(terminal.out, /\nData is late\. 1 asset, all fresh, dated is late\.\n$/);
    assert.doesNotMatch(terminal.out, /Everything is fresh/);
  }, { assets: [dated] }));

Deno.test("materializeCommand() shows no usage for errors after the run was started", async () => {
  const terminal = fakeTerminal();
  const control = { ...scriptedControl({}), run: () => Promise.reject(new RefusedError("There is no run 7.")) };
  assert.equal(await materializeCommand(["*"], control, terminal), 1);
  assert.match(terminal.err, /^Run 7 was started but cannot be followed: There is no run 7\. /);
  assert.doesNotMatch(terminal.err, /Usage/);
});

Deno.test("engineControl() refuses no request because the database lost the run that was stored for it", () =>
  withTinyEngine(async ({ engine }) => {
    engine.submit = () => Promise.reject(new UnknownRunError(1));
    const error = await engineControl(engine).submit({ selection: "*" }).catch((error) => error);
    assert.ok(!(error instanceof RefusedError));
    assert.match(error.message, /^The database does not have the run that was just stored in it: There is no run 1\.$/);
  }));
