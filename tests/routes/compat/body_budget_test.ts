import assert from "node:assert/strict";
import { Hono } from "hono";
import { silentLogger } from "../../../engine/mod.ts";
import { bodyBudget } from "../../../routes/compat/body_budget.ts";
import { onOldError } from "../../../routes/compat/old_errors.ts";

/** Requests whose work ends when the test says so. */
function pending(limits: { bytes: number; maxWaiting: number }) {
  const inWork = new Map<string, () => void>();
  const app = new Hono().onError(onOldError(silentLogger))
    .use(bodyBudget({ ...limits, maxBodyBytes: 100 }))
    .post("/:name", async (c) => {
      const name = c.req.param("name");
      await new Promise<void>((resolve) => inWork.set(name, resolve));
      inWork.delete(name);
      if (name.startsWith("bad")) throw new Error("It failed.");
      return c.text(name);
    });
  const send = async (name: string, length?: number, signal?: AbortSignal) => {
    const headers: Record<string, string> = length === undefined ? {} : { "Content-Length": String(length) };
    return await app.request(`/${name}`, { method: "POST", headers, signal });
  };
  const finish = async (name: string) => {
    inWork.get(name)!();
    await turn();
  };
  return { send, finish, working: () => [...inWork.keys()] };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

Deno.test("bodyBudget() admits what fits in total, and the others in order", async () => {
  const { send, finish, working } = pending({ bytes: 200, maxWaiting: 10 });
  const answers = [send("a", 90), send("b", 90), send("c", 90), send("d", 10)];
  await turn();
  assert.deepEqual(working(), ["a", "b"]);
  await finish("b");
  assert.deepEqual(working(), ["a", "c", "d"]);
  for (const name of ["a", "c", "d"]) await finish(name);
  assert.deepEqual(await Promise.all((await Promise.all(answers)).map((r) => r.text())), ["a", "b", "c", "d"]);
});

Deno.test("bodyBudget() counts a body without a length as the largest, and one beyond it as no more", async () => {
  const { send, finish, working } = pending({ bytes: 200, maxWaiting: 10 });
  const answers = [send("chunked"), send("huge", 1e9), send("small", 1)];
  await turn();
  assert.deepEqual(working(), ["chunked", "huge"]);
  for (const name of ["chunked", "huge", "small"]) await finish(name);
  await Promise.all(answers);
});

Deno.test("bodyBudget() releases the budget of failed work, and of a client that disconnected while waiting", async () => {
  const { send, finish, working } = pending({ bytes: 100, maxWaiting: 10 });
  const failing = send("bad", 100);
  await turn();
  const gone = new AbortController();
  const waiting = send("gone", 100, gone.signal);
  const last = send("last", 100);
  await turn();
  gone.abort(new Error("gone"));
  assert.equal((await waiting).status, 500);
  assert.deepEqual(working(), ["bad"]);
  await finish("bad");
  assert.equal((await failing).status, 500);
  assert.deepEqual(working(), ["last"]);
  await finish("last");
  assert.equal((await last).status, 200);
  // All of it is there again.
  const whole = send("whole", 100);
  await turn();
  assert.deepEqual(working(), ["whole"]);
  await finish("whole");
  await whole;
});

Deno.test("bodyBudget() answers 503 and when to come again where too many wait", async () => {
  const { send, finish } = pending({ bytes: 100, maxWaiting: 1 });
  const answers = [send("a", 100), send("b", 100)];
  await turn();
  const refused = await send("c", 100);
  assert.deepEqual([refused.status, refused.headers.get("Retry-After")], [503, "30"]);
  assert.match((await refused.json()).error, /^1 requests are already waiting/);
  await finish("a");
  await finish("b");
  await Promise.all(answers);
});
