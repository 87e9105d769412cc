import assert from "node:assert/strict";
import { weekdays } from "../../support/bars.ts";
import { withMarketApi } from "./market_api.ts";

Deno.test("A server that is set to strict answers so unless a request says otherwise, under ETags of its own", async () => {
  const body = { data: weekdays(12).map((date, t) => ({ date, spread: t })) };
  const etags: (string | null)[] = [];
  for (const [compat, told] of [["none", "positive"], ["strict", "negative"]] as const) {
    await withMarketApi(async ({ get, post, materialize }) => {
      const trends = async (query: string) =>
        (await post(`/ml/rlrt${query}`, body)).json.map(({ trend }: { trend: string }) => trend);
      assert.deepEqual(new Set(await trends("")), new Set([told]));
      assert.deepEqual(new Set(await trends("?compat=none")), new Set(["positive"]));
      assert.deepEqual(new Set(await trends("?compat=strict")), new Set(["negative"]));
      await materialize();
      const { json, headers } = await get("/api/ticker/A0/daily-ohlc?limit=1&fields=date");
      assert.match(json[0].date, compat === "strict" ? /^\d{4}-\d\d-\d\dT00:00:00Z$/ : /^\d{4}-\d\d-\d\d$/);
      etags.push(headers.get("ETag"));
    }, { compat });
  }
  assert.notEqual(etags[0], etags[1]);
});
