import assert from "node:assert/strict";
import { withTinyApi } from "../support/tiny_api.ts";

Deno.test("GET /v1/assets/:key/receipt returns the provenance of the filtered rows", async () => {
  await withTinyApi(async ({ get, post }) => {
    await post("/v1/assets/multiples/materialize", { wait: true, upstream: true });
    await post("/v1/materialize", { selection: "*", wait: true });
    const { status, json } = await get("/v1/assets/multiples/receipt?name=one");
    assert.equal(status, 200);
    const [receipt] = json.receipts;
    assert.deepEqual(receipt.rows, [{ name: "one", multiple: 2 }]);
    assert.deepEqual(receipt.config, { factor: 2 });
    assert.deepEqual(receipt.upstream.map((read: { asset: string }) => read.asset), ["numbers"]);
    const [{ rows }] = (await get("/v1/assets/multiples/receipt?multiple.gt=2")).json.receipts;
    assert.deepEqual(rows, [{ name: "two", multiple: 4 }]);
    assert.equal((await get(`/v1/assets/multiples/receipt?as_of=${receipt.materialization}`)).status, 200);
    for (const wrong of ["nothing=1", "name.like=o", "name=three", "as_of=0", "as_of=99999"]) {
      assert.equal((await get(`/v1/assets/multiples/receipt?${wrong}`)).status, 400, wrong);
    }
    assert.equal((await get("/v1/assets/nothing/receipt")).status, 404);
  });
});

Deno.test("POST /v1/assets/:key/replay reports whether rows are reproduced, and refuses invalid requests", async () => {
  await withTinyApi(async ({ post }) => {
    await post("/v1/materialize", { selection: "*", wait: true });
    const { status, json } = await post("/v1/assets/total/replay", { where: { sum: 6 } });
    assert.equal(status, 200);
    const [{ same, recordedRows, replayedRows, differences }] = json.replays;
    assert.deepEqual([same, recordedRows, replayedRows, differences], [true, 1, 1, []]);
    assert.equal((await post("/v1/assets/numbers/replay", {})).status, 400);
    assert.equal((await post("/v1/assets/total/replay", { where: { of: ["multiples"] } })).status, 400);
    assert.equal((await post("/v1/assets/total/replay", { of: "multiples" })).status, 400);
    assert.equal((await post("/v1/assets/nothing/replay", {})).status, 404);
  });
});
