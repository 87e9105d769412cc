import assert from "node:assert/strict";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("GET /v1/processes lists this process", async () => {
  await withTinyApi(async ({ get }) => {
    const { status, json: { processes } } = await get("/v1/processes");
    assert.equal(status, 200);
    const [{ pid, host, silentSeconds, steps }] = processes;
    assert.deepEqual([processes.length, pid, host, steps], [1, Deno.pid, Deno.hostname(), []]);
    assert.ok(silentSeconds < 60, `${silentSeconds}`);
  });
});
