import assert from "node:assert/strict";
import { withMarketApi } from "./market_api.ts";

const header = "Tandem-Data-Source";

Deno.test("/api says with every answer where its data came from", () =>
  withMarketApi(async ({ materialize, get, post }) => {
    await materialize();
    const pairs = (await get("/api/pairs")).json;
    const [{ ticker_1, ticker_2 }] = (await get("/v1/assets/chosen_pairs/rows?limit=1")).json.rows;
    const pair = `ticker_1=${ticker_1}&ticker_2=${ticker_2}`;
    for (
      const path of [
        "/api/ticker/all",
        `/api/ticker/${ticker_1}/details`,
        `/api/ticker/${ticker_1}/daily-ohlc`,
        "/api/pairs",
        `/api/pairs/${pairs[0].id}`,
        "/api/model-chosen-pairs",
        `/api/model-chosen-pairs/trades?${pair}`,
        `/api/model-chosen-pairs/metrics?${pair}`,
      ]
    ) {
      const { status, headers } = await get(path);
      assert.deepEqual([status, headers.get(header)], [200, "test"], path);
      const again = await get(path, { "If-None-Match": headers.get("ETag")! });
      assert.deepEqual([again.status, again.headers.get(header)], [304, "test"], path);
    }
    const fitted = await post("/api/ml/fit-rlrt", { ticker_1, ticker_2 });
    assert.deepEqual([fitted.status, fitted.headers.get(header)], [200, "test"]);
    assert.equal((await get("/api/ticker/NOBODY/details")).headers.get(header), null);
    const data = Array.from({ length: 12 }, (_, i) => ({ date: `2024-01-${i + 10}`, spread: i % 3 }));
    const trend = await post("/ml/rlrt", { data });
    assert.deepEqual([trend.status, trend.headers.get(header)], [200, "request"]);
  }));
