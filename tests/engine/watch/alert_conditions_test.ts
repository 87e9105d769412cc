import assert from "node:assert/strict";
import { alertChanges, type Condition, type OpenAlert } from "../../../engine/watch/alert_conditions.ts";

const hour = 3_600_000;
const now = Temporal.Instant.from("2024-03-12T12:00:00Z");

function condition(key: string, more: Partial<Condition> = {}): Condition {
  return {
    kind: "run_failed",
    key,
    subject: "",
    runId: 1,
    message: `${key} failed`,
    firstAt: "2024-03-11T00:00:00Z",
    lastAt: "2024-03-12T11:00:00Z",
    count: 1,
    ...more,
  };
}

function told(minutesAgo: number, about: Condition): OpenAlert {
  return { ...about, id: 1, toldAt: now.subtract({ minutes: minutesAgo }).toString(), toldCount: about.count };
}

function changes(open: OpenAlert[], holding: Condition[], undecided: Condition[] = []) {
  const { opened, continued, recovered } = alertChanges(open, { holding, undecided }, { now, repeatMs: 24 * hour });
  const nameOf = ({ kind, key, subject }: Condition) => [kind, key, subject].filter((part) => part !== "").join(" ");
  return {
    opened: opened.map(nameOf),
    again: continued.filter((one) => one.isSentAgain).map(({ condition }) => nameOf(condition)),
    recovered: recovered.map(nameOf),
  };
}

const nothing = { opened: [], again: [], recovered: [] };

Deno.test("alertChanges() opens new alerts, and distinguishes two checks of an asset", () => {
  const gaps = condition("bars", { kind: "check_failed", subject: "no_gaps" });
  const jumps = condition("bars", { kind: "check_failed", subject: "price_jump_without_split" });
  assert.deepEqual(changes([told(1, gaps)], [gaps, jumps]), {
    ...nothing,
    opened: ["check_failed bars price_jump_without_split"],
  });
});

Deno.test("alertChanges() repeats an open alert only after a recurrence and the pause", () => {
  const open = condition("bars");
  const twice = { ...open, count: 2 };
  assert.deepEqual(changes([told(24 * 60 - 1, open)], [twice]), nothing);
  assert.deepEqual(changes([told(100 * 60, open)], [open]), nothing);
  assert.deepEqual(changes([told(24 * 60, open)], [twice]), { ...nothing, again: ["run_failed bars"] });
});

Deno.test("alertChanges() recovers what neither holds nor is undecided", () => {
  const open = told(1, condition("bars"));
  assert.deepEqual(changes([open], []), { ...nothing, recovered: ["run_failed bars"] });
  assert.deepEqual(changes([open], [], [open]), nothing);
  assert.deepEqual(changes([], [], [open]), nothing, "what is undecided opens nothing");
});
