import assert from "node:assert/strict";
import { RunProgress } from "../../cli/run_progress.ts";

Deno.test("RunProgress treats waiting steps of a queued run as skipped, with the cause", () => {
  const progress = new RunProgress(7, []);
  progress.apply({
    runId: 7,
    seq: 1,
    at: "2024-03-10T12:00:00Z",
    kind: "run_queued",
    key: null,
    data: {
      selection: "*",
      steps: ["daily_bars"],
      blocked: [{ key: "clean_prices", because: "daily_bars was not published", blockedBy: "daily_bars" }],
    },
  });
  assert.deepEqual([...progress.steps.values()].map((step) => [step.key, step.status, step.skippedBecause]), [
    ["daily_bars", "pending", null],
    ["clean_prices", "skipped", "daily_bars"],
  ]);
  assert.equal(progress.ended, 1);
});
