import assert from "node:assert/strict";
import { turnstile } from "../../../routes/compat/turnstile.ts";

const patient = new AbortController().signal;

Deno.test("turnstile() lets one through at a time, in order, whatever becomes of them", async () => {
  const pass = turnstile({ maxWaiting: 5 });
  const seen: string[] = [];
  const work = (name: string, fails = false) => async () => {
    seen.push(`${name} in`);
    await new Promise((resolve) => setTimeout(resolve));
    seen.push(`${name} out`);
    if (fails) throw new Error(name);
    return name;
  };
  const outcomes = await Promise.allSettled([
    pass(patient, work("a")),
    pass(patient, work("b", true)),
    pass(patient, work("c")),
  ]);
  assert.deepEqual(seen, ["a in", "a out", "b in", "b out", "c in", "c out"]);
  assert.deepEqual(outcomes.map(({ status }) => status), ["fulfilled", "rejected", "fulfilled"]);
});

Deno.test("turnstile() refuses with 503 when too many wait, and is free again afterwards", async () => {
  const pass = turnstile({ maxWaiting: 1 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const through = [pass(patient, () => promise), pass(patient, () => promise)];
  await assert.rejects(pass(patient, () => promise), { status: 503 });
  resolve();
  await Promise.all(through);
  await pass(patient, () => promise);
});

Deno.test("turnstile() does not start work that was aborted while it waited", async () => {
  const pass = turnstile({ maxWaiting: 5 });
  const { promise, resolve } = Promise.withResolvers<void>();
  const leaving = new AbortController();
  const first = pass(patient, () => promise);
  let begun = false;
  const second = pass(leaving.signal, () => Promise.resolve(begun = true));
  leaving.abort();
  resolve();
  await first;
  await assert.rejects(second, { name: "AbortError" });
  assert.equal(begun, false);
});
