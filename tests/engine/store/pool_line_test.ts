import assert from "node:assert/strict";
import { type InLine, PoolLine } from "../../../engine/store/pool_line.ts";
import { pause } from "../../../engine/declare/retry.ts";
import { gate } from "../../support/tiny_engine.ts";

/** A pool of one slot in memory, and a line before it; `began` tells the order in which steps got it. */
function smallPool() {
  const line = new PoolLine<string>(5);
  const began: string[] = [];
  let free = true;
  let asks = 0;
  const step = (name: string, more: Partial<InLine<string>> & { hold?: Promise<void> } = {}) => {
    const { hold, ...rest } = more;
    return line.run({
      priority: 0,
      runId: 1,
      signal: new AbortController().signal,
      ask() {
        asks++;
        return Promise.resolve(free ? { pool: "p", slot: 1 } : undefined);
      },
      async attempt(_slot, begun) {
        free = false;
        began.push(name);
        begun();
        await hold;
        free = true;
        return name;
      },
      ...rest,
    });
  };
  return { step, began, asked: () => asks };
}

Deno.test("PoolLine begins the next step as soon as one ends, by priority, then the older run", async () => {
  const { step, began } = smallPool();
  const hold = gate();
  const first = step("first", { hold: hold.opened });
  await pause(0);
  const rest = [
    step("low", { priority: -1 }),
    step("young", { runId: 9 }),
    step("old", { runId: 2 }),
    step("urgent", { priority: 3, runId: 10 }),
  ];
  hold.open();
  assert.deepEqual(await Promise.all([first, ...rest]), ["first", "low", "young", "old", "urgent"]);
  assert.deepEqual(began, ["first", "urgent", "old", "young", "low"]);
});

Deno.test("PoolLine claims only for its first step, however many wait", async () => {
  const { step, asked } = smallPool();
  const hold = gate();
  const first = step("first", { hold: hold.opened });
  await pause(0);
  const leaving = new AbortController();
  const rest = Array.from({ length: 500 }, (_, i) => step(`${i}`, { signal: leaving.signal }));
  await pause(50);
  assert.ok(asked() < 20, `${asked()} questions in 50 ms`);
  leaving.abort();
  assert.deepEqual(new Set(await Promise.all(rest)), new Set([undefined]));
  hold.open();
  assert.equal(await first, "first");
});

Deno.test("PoolLine ignores a step that is kept by something else, and comes back to it", async () => {
  const { step, began } = smallPool();
  let kept = 2;
  const busy = step("kept", {
    priority: 1,
    attempt(_slot, begun) {
      if (kept-- > 0) return Promise.resolve("busy" as const);
      began.push("kept");
      begun();
      return Promise.resolve("kept");
    },
  });
  assert.equal(await step("other"), "other");
  assert.equal(await busy, "kept");
  assert.deepEqual(began, ["other", "kept"]);
});

Deno.test("PoolLine reports a failure to ask or to begin, and continues with the next", async () => {
  const { step } = smallPool();
  const broken = [
    step("asks", { ask: () => Promise.reject(new Error("no database")) }),
    step("begins", { attempt: () => Promise.reject(new Error("no transaction")) }),
  ];
  const next = step("next");
  assert.deepEqual((await Promise.allSettled(broken)).map((r) => r.status === "rejected" && r.reason.message), [
    "no database",
    "no transaction",
  ]);
  assert.equal(await next, "next");
  assert.equal(await step("late", { signal: AbortSignal.abort() }), undefined);
});
