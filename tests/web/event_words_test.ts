import assert from "node:assert/strict";
import { type EventKind, eventKinds } from "../../engine/mod.ts";
import { levelOf, sentenceOf } from "../../web/client/event_words.js";

const event = (kind: EventKind, data: Record<string, unknown> = {}) => ({
  runId: 1,
  seq: 1,
  at: "2026-11-23T12:00:00Z",
  kind,
  key: "bars",
  data,
});

Deno.test("sentenceOf() has a sentence for every kind of event", () => {
  for (const kind of eventKinds) {
    if (kind === "log") continue;
    const said = sentenceOf(event(kind, { done: 1, total: 2, error: { message: "No." }, because: "bars" }));
    assert.match(said, /^[A-Z0-9].*\.$/, kind);
    assert.ok(!said.includes("_") && !said.includes("undefined"), said);
  }
  const outputs = [{ key: "bars", rows: 3, added: 1, removed: 0 }];
  assert.equal(sentenceOf(event("step_succeeded", { outputs })), "Materialized bars: 3 rows, +1 −0.");
  const many = [{ key: "bars", rows: 341_737, added: 1_208, removed: 1 }];
  assert.equal(
    sentenceOf(event("step_succeeded", { outputs: many })),
    "Materialized bars: 341,737 rows, +1,208 −1.",
  );
  assert.equal(sentenceOf(event("run_queued", { steps: ["bars"] })), "Queued: 1 step.");
  assert.equal(sentenceOf(event("log", { message: "Read 3 files", level: "warn" })), "Read 3 files");
});

Deno.test("levelOf() distinguishes progress, news and problems", () => {
  assert.equal(levelOf(event("step_progress")), "debug");
  assert.equal(levelOf(event("step_started")), "info");
  assert.equal(levelOf(event("step_retry")), "warn");
  assert.equal(levelOf(event("step_failed")), "error");
  assert.equal(levelOf(event("run_finished", { status: "failed" })), "error");
  assert.equal(levelOf(event("run_finished", { status: "succeeded" })), "info");
  assert.equal(levelOf(event("log", { level: "warn" })), "warn");
  assert.equal(levelOf(event("log", { level: "strange" })), "info");
});
