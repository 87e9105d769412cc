import assert from "node:assert/strict";
import { stepHistory } from "../../../engine/mod.ts";
import { onEachDatabase } from "../../support/partitions.ts";

const test = onEachDatabase("stepHistory()");

test("reports the steps of one function, newest first, with reasons and errors", {}, async ({
  engine,
  world,
}) => {
  const run = async (selection: string, trigger: string, force = false) =>
    await engine.finished((await engine.submit({ selection, trigger, force })).id);
  const history = (key: string, query: { limit: number; before?: number } = { limit: 10 }) =>
    stepHistory(engine.ledger.database.sql, key, query);
  assert.deepEqual(await history("multiples"), []);
  await run("*", "startup");
  world.before = (key) => {
    if (key === "multiples") throw new Error("out of order");
  };
  await run("multiples", "cli", true);
  await run("numbers", "http", true);
  const steps = await history("multiples");
  assert.deepEqual(steps.map(({ runId, status, runStatus, trigger }) => [runId, status, runStatus, trigger]), [
    [2, "failed", "failed", "cli"],
    [1, "succeeded", "succeeded", "startup"],
  ]);
  assert.equal(steps[0]!.error?.message, "out of order");
  assert.deepEqual(steps[0]!.reasons.map(({ kind }) => kind), ["forced"]);
  assert.equal(steps[1]!.error, null);
  assert.equal(steps[1]!.partitions, null);
  assert.ok(Date.parse(steps[1]!.createdAt) <= Date.parse(steps[1]!.finishedAt!));
  assert.deepEqual((await history("multiples", { limit: 1 })).map(({ runId }) => runId), [2]);
  assert.deepEqual((await history("multiples", { limit: 5, before: 2 })).map(({ runId }) => runId), [1]);
  assert.deepEqual(await history("rejects"), [], "a further output has no steps of its own");
});
