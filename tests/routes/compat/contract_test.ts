import assert from "node:assert/strict";
import { z } from "zod";
import { weekdays } from "../../support/bars.ts";
import { type Answer, read } from "../../support/tiny_api.ts";
import { type MarketApi, withMarketApi } from "./market_api.ts";

/*
 * The answer of each route of the original services, field by field: its names and no others, the type of each, what may be
 * null, how a list is ordered, status and media type. What the values are is tested beside, in mod_test.ts,
 * quant_service_test.ts and, against recorded answers, tests/golden/routes_test.ts.
 */

const date = z.iso.date();
const time = z.iso.datetime();
const trends = z.array(
  z.strictObject({ date, trend: z.enum(["positive", "negative"]), confidence: z.number().min(0).max(1) }),
).min(1);
const times = { created_at: time, updated_at: time };
const ticker = { ticker: z.string(), name: z.string(), active: z.boolean(), type: z.string(), ...times };
const indicator = z.number();
const pair = z.strictObject({
  id: z.uuid(),
  ticker_1: z.string(),
  ticker_2: z.string(),
  spread_intercept: z.number(),
  spread_slope: z.number(),
  cointegration_p_value: z.number().min(0).max(0.05),
  cointegration_critical_value: z.number().min(0).max(0.05),
  half_life: z.number().positive(),
  mean_crossings: z.int(),
  ...times,
});
const position = z.union([z.literal(-1), z.literal(0), z.literal(1)]);
const signal = z.string();

interface Route {
  name: string;
  request(api: MarketApi): Promise<Answer>;
  answer: z.ZodType;
  /** The columns that a list is sorted by. */
  order?: readonly string[];
}

/** Two legs that were chosen. */
async function chosen({ get }: MarketApi): Promise<string> {
  const [{ ticker_1, ticker_2 }] = (await get("/api/model-chosen-pairs")).json;
  return `ticker_1=${ticker_1}&ticker_2=${ticker_2}`;
}

/** The bars of some tickers, or of all, as a client of the quant service writes them. */
const closesOf = ({ bars }: MarketApi, ...tickers: string[]) => ({
  data: bars.filter((bar) => bar.close !== null && (tickers.length === 0 || tickers.includes(bar.ticker)))
    .map((bar) => ({ ticker: bar.ticker, date: bar.session, price: bar.close })),
});

const routes: Route[] = [
  {
    name: "POST /ml/rlrt",
    request: ({ post }) => post("/ml/rlrt", { data: weekdays(15).map((date, t) => ({ date, spread: Math.sin(t) })) }),
    answer: trends.length(6),
    order: ["date"],
  },
  {
    name: "POST /ml/pairs",
    request: (api) => api.post("/ml/pairs", closesOf(api)),
    answer: z.strictObject({
      suggested_pairs: z.array(z.strictObject({
        ticker_1: z.string(),
        ticker_2: z.string(),
        spread_statistics: z.strictObject({ slope: z.number(), intercept: z.number() }),
        cointegration_critical_value: z.number().min(0).max(0.05),
        hurst_exponent: z.number(),
        half_life: z.number().positive().max(260),
        mean_crossings: z.int().min(13),
      })).min(1),
    }),
  },
  {
    name: "POST /trading/trade_with_model",
    request: (api) => api.post("/trading/trade_with_model", closesOf(api, "A0", "A1")),
    answer: z.strictObject({
      results: z.array(z.strictObject({
        date,
        spread: z.number().min(0).max(1),
        predicted_trend: z.number().nullable(),
        signal,
        position,
        budget: z.number(),
        ticker_1: z.number().positive(),
        ticker_2: z.number().positive(),
        daily_return: z.number().nullable(),
        cumulative_return: z.number(),
      })).min(30),
      max_drawdown: z.number().max(0),
      total_return: z.number(),
      annualized_return: z.number(),
    }),
  },
  {
    name: "GET /api/ticker/all",
    request: ({ get }) => get("/api/ticker/all"),
    answer: z.array(z.strictObject(ticker)).min(1),
    order: ["ticker"],
  },
  {
    name: "GET /api/ticker/:ticker/details",
    request: ({ get }) => get("/api/ticker/A0/details"),
    answer: z.strictObject({
      ...ticker,
      sma: indicator,
      ema: indicator,
      rsi: indicator.min(0).max(100),
      macd: indicator,
    }),
  },
  {
    name: "GET /api/ticker/:ticker/daily-ohlc",
    request: ({ get }) => get("/api/ticker/A0/daily-ohlc"),
    answer: z.array(z.strictObject({
      ticker: z.literal("A0"),
      name: z.string(),
      date,
      open: z.number(),
      high: z.number(),
      low: z.number(),
      close: z.number(),
      volume: z.number(),
      volume_weighted_price: z.number(),
      ...times,
    })).min(1),
    order: ["date"],
  },
  {
    name: "GET /api/ticker/:ticker/news-mentions",
    request: ({ get }) => get("/api/ticker/A0/news-mentions"),
    answer: z.array(z.strictObject({
      id: z.uuid(),
      ticker: z.literal("A0"),
      publisher: z.string(),
      author: z.string(),
      source_url: z.url(),
      short_summary: z.string(),
      publish_time: time,
      ...times,
    })).min(2),
  },
  {
    name: "GET /api/pairs",
    request: ({ get }) => get("/api/pairs"),
    answer: z.array(pair).min(1),
    order: ["ticker_1", "ticker_2"],
  },
  {
    name: "GET /api/pairs/:id",
    request: async ({ get }) => await get(`/api/pairs/${(await get("/api/pairs")).json[0].id}`),
    answer: pair,
  },
  {
    name: "POST /api/ml/fit-rlrt",
    request: ({ post }) => post("/api/ml/fit-rlrt", { ticker_1: "A0", ticker_2: "A1" }),
    answer: trends,
    order: ["date"],
  },
  {
    name: "GET /api/model-chosen-pairs",
    request: ({ get }) => get("/api/model-chosen-pairs"),
    answer: z.array(z.strictObject({ id: z.uuid(), ticker_1: z.string(), ticker_2: z.string() })).min(1),
    order: ["ticker_1", "ticker_2"],
  },
  {
    name: "GET /api/model-chosen-pairs/trades",
    request: async (api) => await api.get(`/api/model-chosen-pairs/trades?${await chosen(api)}`),
    answer: z.array(z.strictObject({
      ticker_1: z.string(),
      ticker_2: z.string(),
      spread: z.number().min(0).max(1),
      predicted_trend: z.number(),
      signal,
      position,
      budget: z.number(),
      date,
    })).min(1),
    order: ["date"],
  },
  {
    name: "GET /api/model-chosen-pairs/metrics",
    request: async (api) => await api.get(`/api/model-chosen-pairs/metrics?${await chosen(api)}`),
    answer: z.strictObject({
      ticker_1: z.string(),
      ticker_2: z.string(),
      total_return: z.number(),
      annualized_return: z.number(),
      max_drawdown: z.number().max(0),
    }),
  },
];

/** Requests that are refused, at least one a route that can refuse any. */
const refused: [method: "GET" | "POST", path: string, body: unknown, status: number][] = [
  ["POST", "/ml/rlrt", {}, 400],
  ["POST", "/ml/rlrt", { data: [] }, 400],
  ["POST", "/ml/pairs", { data: [1] }, 400],
  ["POST", "/trading/trade_with_model", "{", 400],
  ["GET", "/api/ticker/all?limit=x", undefined, 400],
  ["GET", "/api/ticker/NOPE/details", undefined, 404],
  ["GET", "/api/ticker/NOPE/daily-ohlc", undefined, 404],
  ["GET", "/api/ticker/NOPE/news-mentions", undefined, 404],
  ["GET", "/api/pairs?limit=0", undefined, 400],
  ["GET", "/api/pairs/1", undefined, 400],
  ["GET", "/api/pairs/00000000-0000-4000-8000-000000000000", undefined, 404],
  ["POST", "/api/ml/fit-rlrt", {}, 400],
  ["POST", "/api/ml/fit-rlrt", { ticker_1: "A0", ticker_2: "NOPE" }, 404],
  ["GET", "/api/model-chosen-pairs?as_of=7", undefined, 400],
  ["GET", "/api/model-chosen-pairs/trades?ticker_1=A0", undefined, 400],
  ["GET", "/api/model-chosen-pairs/metrics?ticker_1=A0&ticker_2=NOPE", undefined, 404],
  ["GET", "/api/none", undefined, 404],
];

Deno.test("The contract of the original services", async (t) => {
  await withMarketApi(async (api) => {
    await api.materialize();

    for (const { name, request, answer, order } of routes) {
      await t.step(`${name} answers its fields and no others, each of its type, as JSON`, async () => {
        const { status, headers, json } = await request(api);
        assert.equal(status, 200, JSON.stringify(json));
        assert.match(headers.get("Content-Type")!, /^application\/json(?:; ?charset=utf-8)?$/i);
        assert.equal(headers.get("X-Content-Type-Options"), "nosniff");
        const { error } = answer.safeParse(json);
        assert.equal(error && z.prettifyError(error), undefined);
        if (!order) return;
        const sortKey = (row: Record<string, string>) => order.map((name) => row[name]).join("\0");
        const found = (json as Record<string, string>[]).map(sortKey);
        assert.deepEqual(found, found.toSorted());
        assert.equal(new Set(found).size, found.length);
      });
    }

    for (const [method, path, body, status] of refused) {
      await t.step(
        `${method} ${path} ${body === undefined ? "" : JSON.stringify(body)} is refused with ${status} and {"error"}`,
        async () => {
          const answer = method === "GET" ? await api.get(path) : await api.post(path, body);
          assert.equal(answer.status, status);
          assert.match(answer.headers.get("Content-Type")!, /^application\/json(?:; ?charset=utf-8)?$/i);
          assert.deepEqual(Object.keys(answer.json), ["error"]);
          assert.match(answer.json.error, /\S/);
        },
      );
    }

    await t.step("The answers to HEAD are those to GET without the body", async () => {
      for (const path of ["/api/ticker/all", "/api/pairs", "/api/model-chosen-pairs"]) {
        const head = await read(await api.request(path, { method: "HEAD" }));
        const got = await api.get(path);
        assert.deepEqual([head.status, head.text, head.headers.get("ETag")], [200, "", got.headers.get("ETag")]);
      }
    });

    await t.step("An answer from memory is the one that was made, with its headers", async () => {
      for (const path of ["/api/ticker/A0/daily-ohlc?limit=5", `/api/model-chosen-pairs/trades?${await chosen(api)}`]) {
        const [first, second] = [await api.get(path), await api.get(path)];
        assert.equal(second.text, first.text);
        for (const { headers } of [first, second]) headers.delete("X-Request-Id");
        assert.deepEqual([...second.headers], [...first.headers]);
      }
    });
    assert.deepEqual(api.errors, []);
  });
});
