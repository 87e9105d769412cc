import assert from "node:assert/strict";
import fc from "fast-check";
import { ema, linearRegression, macd, rollingTrendForecast, rsi, sma } from "../../../quant/mod.ts";
import { mentionId } from "../../../routes/compat/name_uuid.ts";
import type { RawBar } from "../../support/bars.ts";
import { type MarketApi, mentions, SESSIONS, withMarketApi } from "./market_api.ts";

type Row = Record<string, unknown>;

const keys = (row: object) => Object.keys(row).sort();
const equals = (column: string, value: string) => ({ column, operator: "eq" as const, value });

/** Every path of the original backend that reads, for a market whose tickers are A0 … C3. */
const reads = [
  "/api/ticker/all",
  "/api/ticker/A0/details",
  "/api/ticker/A0/daily-ohlc",
  "/api/ticker/A0/news-mentions",
  "/api/pairs",
  "/api/pairs/00000000-0000-4000-8000-000000000000",
  "/api/model-chosen-pairs",
  "/api/model-chosen-pairs/trades?ticker_1=A0&ticker_2=A1",
  "/api/model-chosen-pairs/metrics?ticker_1=A0&ticker_2=A1",
];

Deno.test("The routes of the original backend answer 503 and name the missing asset before the first run", async () => {
  await withMarketApi(async ({ get, post, vendorCalls }) => {
    for (const path of reads) {
      const { status, json, headers } = await get(path);
      assert.equal(status, 503, path);
      assert.match(json.error, /^"\w+" has not been materialized yet\. Try again after the first run\.$/);
      assert.deepEqual([keys(json), headers.get("Retry-After")], [["error"], "60"]);
    }
    assert.equal((await post("/api/ml/fit-rlrt", { ticker_1: "A0", ticker_2: "A1" })).status, 503);
    assert.equal(vendorCalls(), 0);
  });
});

Deno.test("The routes of the original backend", async (t) => {
  await withMarketApi(async (api) => {
    const { get, post, engine } = api;
    await api.materialize();
    const calls = api.vendorCalls();
    const table = async (key: string, filters: ReturnType<typeof equals>[] = []) =>
      (await engine.rows(key, { filters, limit: 10_000 })).rows;
    const [chosen] = (await get("/api/model-chosen-pairs")).json as { ticker_1: string; ticker_2: string }[];
    const pair = `ticker_1=${chosen!.ticker_1}&ticker_2=${chosen!.ticker_2}`;
    const pairFilters = [equals("ticker_1", chosen!.ticker_1), equals("ticker_2", chosen!.ticker_2)];

    await t.step("GET /api/ticker/all answers every ticker with the original's fields", async () => {
      const { status, json } = await get("/api/ticker/all");
      assert.equal(status, 200);
      assert.equal(json.length, 13);
      for (const row of json) {
        assert.deepEqual(keys(row), ["active", "created_at", "name", "ticker", "type", "updated_at"]);
        assert.equal(new Date(row.updated_at).toISOString(), row.updated_at);
      }
      const { created_at: _, updated_at: __, ...first } = json[0];
      assert.deepEqual(first, { ticker: "A0", name: "A0 Fund", active: true, type: "ETF" });
      assert.equal(json.find((row: Row) => row.ticker === "C3").active, false);
    });

    await t.step("GET /api/ticker/:ticker/details answers the latest indicators of its bars", async () => {
      const { status, json } = await get("/api/ticker/A2/details");
      assert.equal(status, 200);
      assert.deepEqual(keys(json), [
        "active",
        "created_at",
        "ema",
        "macd",
        "name",
        "rsi",
        "sma",
        "ticker",
        "type",
        "updated_at",
      ]);
      const bars = await table("daily_bars", [equals("ticker", "A2")]);
      const closes = Float64Array.from(bars, (row) => row.close as number);
      assert.deepEqual(
        { sma: json.sma, ema: json.ema, rsi: json.rsi, macd: json.macd },
        {
          sma: sma(closes, 30).at(-1),
          ema: ema(closes, 30).at(-1),
          rsi: rsi(closes, 30).at(-1),
          macd: macd(closes).value.at(-1),
        },
      );
    });

    await t.step("GET /api/ticker/:ticker/details has 0 for undefined values, as in Go", async () => {
      const { status, json } = await get("/api/ticker/NEW/details");
      assert.deepEqual([status, json.sma, json.ema, json.rsi, json.macd], [200, 0, 0, 0, 0]);
    });

    await t.step("GET /api/ticker/:ticker/details answers the rows of indicators", async () => {
      const row = (await table("indicators", [equals("ticker", "A2")])).at(-1)!;
      const { sma, ema, rsi, macd } = (await get("/api/ticker/A2/details")).json;
      assert.deepEqual(
        [sma, ema, rsi, macd],
        [row.sma_30, row.ema_30, row.rsi_30, row.macd],
      );
    });

    await t.step("GET /api/ticker/:ticker/news-mentions answers with its articles", async () => {
      const { status, json } = await get("/api/ticker/A0/news-mentions");
      assert.equal(status, 200);
      const { created_at, updated_at } = json[0];
      assert.deepEqual(
        json,
        mentions.filter(({ ticker }) => ticker === "A0").map((mention) => ({
          ...mention,
          id: mentionId(mention),
          author: mention.author ?? "",
          created_at,
          updated_at,
        })),
      );
      const one = await get("/api/ticker/A0/news-mentions?fields=id&limit=1");
      assert.deepEqual(one.json, [{ id: mentionId({ id: "n1", ticker: "A0" }) }]);
    });

    await t.step("GET /api/ticker/:ticker/daily-ohlc answers all bars, or those of some dates", async () => {
      const { status, json } = await get("/api/ticker/A1/daily-ohlc");
      assert.equal(status, 200);
      assert.equal(json.length, SESSIONS);
      const bars = await table("daily_bars", [equals("ticker", "A1")]);
      const { created_at, updated_at } = json[0];
      assert.equal(new Date(created_at).toISOString(), created_at);
      assert.deepEqual(
        json,
        bars.map(({ ticker, session, open, high, low, close, volume, vwap }) => ({
          ticker,
          name: "A1 Fund",
          date: session,
          open,
          high,
          low,
          close,
          volume,
          volume_weighted_price: vwap,
          created_at,
          updated_at,
        })),
      );
      assert.ok(json.every((row: Row) => (row.volume_weighted_price as number) > 0));
      const without = (await get("/api/ticker/A0/daily-ohlc?limit=1&fields=volume_weighted_price")).json;
      assert.deepEqual(without, [{ volume_weighted_price: 0 }]);
      const [from, to] = [json[10]!.date, json[12]!.date];
      const some = await get(`/api/ticker/A1/daily-ohlc?from=${from}&to=${to}&fields=date,close`);
      assert.deepEqual(some.json, json.slice(10, 13).map(({ date, close }: Row) => ({ date, close })));
      assert.deepEqual((await get(`/api/ticker/A1/daily-ohlc?from=2100-01-01`)).json, []);
      const asGo = await get(`/api/ticker/A1/daily-ohlc?from=${from}&limit=1&fields=date&compat=strict`);
      assert.deepEqual(asGo.json, [{ date: `${from}T00:00:00Z` }]);
    });

    await t.step("GET /api/pairs answers the accepted pairs with both names of the p-value", async () => {
      const { status, json } = await get("/api/pairs");
      assert.equal(status, 200);
      const accepted = (await table("cointegrated_pairs")).filter((row) => row.accepted);
      assert.ok(accepted.length > 3 && accepted.length < (await table("cointegrated_pairs")).length);
      assert.deepEqual(
        json.map(({ id: _, ...row }: Row) => row),
        accepted.map((row) => ({
          created_at: json[0].created_at,
          updated_at: json[0].created_at,
          ticker_1: row.ticker_1,
          ticker_2: row.ticker_2,
          spread_intercept: row.intercept,
          spread_slope: row.slope,
          cointegration_p_value: row.adf_p_value,
          cointegration_critical_value: row.adf_p_value,
          half_life: row.half_life,
          mean_crossings: row.mean_crossings,
        })),
      );
    });

    await t.step("GET /api/pairs/:id answers the pair of an id, in either case", async () => {
      const { json: pairs } = await get("/api/pairs");
      assert.equal(new Set(pairs.map((row: Row) => row.id)).size, pairs.length);
      for (const id of [pairs[2].id, pairs[2].id.toUpperCase()]) {
        const { status, json } = await get(`/api/pairs/${id}`);
        assert.deepEqual([status, json], [200, pairs[2]]);
      }
    });

    await t.step("POST /api/ml/fit-rlrt answers the trend of the spread of the last 30 common closes", async () => {
      // A2 misses bars among its last thirty: A0 has closes in sessions that it has not.
      const { status, json } = await post("/api/ml/fit-rlrt", { ticker_1: "A0", ticker_2: "A2" });
      assert.equal(status, 200);
      const closesOf = async (ticker: string) =>
        new Map(
          (await table("daily_bars", [equals("ticker", ticker)])).map((row) => [row.session, row.close as number]),
        );
      const [first, second] = [await closesOf("A0"), await closesOf("A2")];
      const common = [...first.keys()].filter((date) => second.has(date)) as string[];
      const dates = common.slice(-30);
      assert.ok([...first.keys()].at(-30)! > dates[0]!, "a close is missing among the last thirty");
      const x = Float64Array.from(dates, (date) => first.get(date)!);
      const y = Float64Array.from(dates, (date) => second.get(date)!);
      const { slope, intercept } = linearRegression(x, y);
      const spread = y.map((close, t) => close - (slope * x[t]! + intercept));
      const expected = rollingTrendForecast(dates, spread).map(({ index, trend, rSquared }) => ({
        date: dates[index],
        trend,
        confidence: rSquared,
      }));
      assert.equal(json.length, 21);
      assert.deepEqual(json, expected);
      const strict = await post("/api/ml/fit-rlrt?compat=strict", { ticker_1: "A0", ticker_2: "A2" });
      assert.ok(strict.json.length < 21 && strict.json.length > 10, "the last thirty of each have fewer in common");
    });

    await t.step("GET /api/model-chosen-pairs answers the chosen pairs under the ids of /api/pairs", async () => {
      const { status, json } = await get("/api/model-chosen-pairs");
      assert.equal(status, 200);
      const { json: pairs } = await get("/api/pairs");
      const idOf = (row: Row) => pairs.find((p: Row) => p.ticker_1 === row.ticker_1 && p.ticker_2 === row.ticker_2).id;
      const rows = await table("chosen_pairs");
      assert.equal(rows.length, 2);
      assert.deepEqual(
        json,
        rows.map((row) => ({ id: idOf(row), ticker_1: row.ticker_1, ticker_2: row.ticker_2 })),
      );
    });

    await t.step("GET /api/model-chosen-pairs/trades answers the sessions of a pair", async () => {
      const { status, json } = await get(`/api/model-chosen-pairs/trades?${pair}`);
      assert.equal(status, 200);
      const trades = await table("pair_trades", pairFilters);
      const signals = await table("pair_signals", pairFilters);
      assert.equal(trades.length, SESSIONS);
      assert.deepEqual(
        json,
        trades.map((row, i) => ({
          ticker_1: row.ticker_1,
          ticker_2: row.ticker_2,
          spread: signals[i]!.scaled_spread,
          predicted_trend: signals[i]!.predicted_trend ?? 0,
          signal: row.signal,
          position: row.position,
          budget: row.budget,
          date: row.session,
        })),
      );
      assert.ok(json.some((row: Row) => row.position !== 0));
      assert.equal(signals[0]!.predicted_trend, null);
      const { date } = json[40]!;
      const one = (await get(`/api/model-chosen-pairs/trades?${pair}&from=${date}&to=${date}`)).json;
      assert.deepEqual(one, [json[40]]);
    });

    await t.step("GET /api/model-chosen-pairs/metrics answers how the pair came out", async () => {
      const { status, json } = await get(`/api/model-chosen-pairs/metrics?${pair}`);
      assert.equal(status, 200);
      const [row] = await table("pair_metrics", pairFilters);
      const { ticker_1, ticker_2, total_return, annualized_return, max_drawdown } = row!;
      assert.deepEqual(json, { ticker_1, ticker_2, total_return, annualized_return, max_drawdown });
    });

    await t.step("answers as of the newest session, whatever others there are", async () => {
      const lists = ["/api/pairs", "/api/model-chosen-pairs"];
      // The times are those of the whole content, of which other sessions are a part.
      const timeless = ({ created_at: _, updated_at: __, ...row }: Row) => row;
      const read = () => Promise.all(lists.map(async (path) => (await get(path)).json.map(timeless)));
      const before = await read();
      const { id } = await engine.submit({
        selection: "pair_clusters cointegrated_pairs chosen_pairs",
        trigger: "test",
        range: { to: "2024-07-31" },
      });
      assert.equal((await engine.finished(id)).status, "succeeded");
      const accepted = (await table("cointegrated_pairs")).filter((row) => row.accepted);
      assert.ok(new Set(accepted.map((row) => row.as_of)).size > 2, "other sessions have accepted pairs too");
      assert.deepEqual(await read(), before);
      const { status, json } = await get(`/api/pairs/${before[0][0].id}`);
      assert.deepEqual([status, timeless(json)], [200, before[0][0]]);
    });

    await t.step("Lists come in pages that together are the whole", async () => {
      for (
        const path of [
          "/api/ticker/all",
          "/api/ticker/A0/daily-ohlc",
          "/api/pairs",
          `/api/model-chosen-pairs/trades?${pair}`,
        ]
      ) {
        const whole = (await get(path)).json;
        const limit = Math.ceil(whole.length / 3);
        let next: string | undefined = `${path}${path.includes("?") ? "&" : "?"}limit=${limit}`;
        const rows: Row[] = [];
        let pages = 0;
        while (next && ++pages < 10) {
          const { json, headers }: Awaited<ReturnType<typeof get>> = await get(next);
          rows.push(...json);
          next = headers.get("Link")?.match(/^<(.*)>; rel="next"$/)?.[1];
        }
        assert.deepEqual([pages, rows], [Math.ceil(whole.length / limit), whole], path);
        assert.ok(pages > 1, path);
      }
    });

    await t.step("answers 404 for unknown rows, and 400 for invalid parameters", async () => {
      for (
        const [path, status, said] of [
          ["/api/ticker/NOPE/details", 404, /^There is no ticker NOPE\.$/],
          ["/api/ticker/NEW/daily-ohlc", 404, /^There are no bars of NEW\.$/],
          ["/api/ticker/NOPE/daily-ohlc?from=2024-01-01", 404, /^There are no bars of NOPE\.$/],
          ["/api/ticker/C0/news-mentions", 404, /^There is no news of C0\.$/],
          ["/api/pairs/not-a-uuid", 400, /^not-a-uuid is not a UUID\.$/],
          ["/api/pairs/00000000-0000-4000-8000-000000000000", 404, /^There is no suggested pair/],
          ["/api/model-chosen-pairs/metrics?ticker_1=A0&ticker_2=NOPE", 404, /^There are no metrics of A0 and NOPE\.$/],
          ["/api/model-chosen-pairs/metrics?ticker_1=A0", 400, /^ticker_2: A ticker is required\.$/],
          ["/api/model-chosen-pairs/trades", 400, /^ticker_1: A ticker is required\. ticker_2: /],
          ["/api/ticker/all?limit=0", 400, /^limit: A whole number from 1 to 10000/],
          ["/api/ticker/all?fields=ticker,nope", 400, /^fields: There is no "nope"\. There are: ticker, name/],
          ["/api/ticker/all?from=2024-01-01", 400, /^from: These rows have no dates\.$/],
          ["/api/ticker/A0/daily-ohlc?from=2024-02-30", 400, /^from: A date such as/],
          ["/api/ticker/all?cursor=x", 400, /cursor/],
          ["/api/ticker/all?compat=loose", 400, /^compat: Either strict or none is required\.$/],
          ["/api/ticker/%00/details", 400, /NUL/],
          ["/api/nothing", 404, /^There is nothing at \/api\/nothing\.$/],
          ["/ml/nothing", 404, /^There is nothing at \/ml\/nothing\.$/],
          ["/trading", 404, /./],
        ] as const
      ) {
        const { status: found, json, headers } = await get(path);
        assert.deepEqual([found, keys(json)], [status, ["error"]], `${path} ${JSON.stringify(json)}`);
        assert.match(json.error, said);
        assert.equal(headers.get("ETag"), null, path);
      }
      assert.deepEqual((await get("/api/model-chosen-pairs/trades?ticker_1=A0&ticker_2=NOPE")).json, []);
      for (
        const [body, status, said] of [
          [{ ticker_1: "A0" }, 400, /^ticker_2: A ticker is required\.$/],
          [{ ticker_1: "A0", ticker_2: "NOPE" }, 404, /^There is no ticker NOPE\.$/],
          [{ ticker_1: "A0", ticker_2: "NEW" }, 404, /^There is no ticker NEW\.$/],
          ["{", 400, /^The body is not JSON/],
        ] as const
      ) {
        const { status: found, json } = await post("/api/ml/fit-rlrt", body);
        assert.deepEqual([found, keys(json)], [status, ["error"]]);
        assert.match(json.error, said);
      }
    });

    await t.step("refuses wrong methods, in the original's form", async () => {
      const wrong = await get("/ml/rlrt");
      assert.deepEqual([wrong.status, wrong.headers.get("Allow"), keys(wrong.json)], [405, "POST", ["error"]]);
      const headers = { "Content-Type": "application/json", Origin: "https://evil.example" };
      const foreign = await api.request("/ml/rlrt", { method: "POST", body: "{}", headers });
      assert.deepEqual([foreign.status, keys(await foreign.json())], [403, ["error"]]);
    });

    await t.step("answers no JSON body and no query with 5xx", async () => {
      const values = fc.oneof(
        fc.string({ unit: "binary" }),
        fc.constantFrom("A0", "A1", "2024-02-01", "-1", "1e9", ""),
      );
      const names = fc.constantFrom("from", "to", "limit", "cursor", "fields", "compat", "ticker_1", "ticker_2", "x");
      const query = fc.dictionary(names, values).map((given) => new URLSearchParams(given).toString());
      const path = fc.constantFrom(...reads.map((read) => read.split("?")[0]!));
      await fc.assert(
        fc.asyncProperty(path, query, async (path, query) => {
          const { status, text } = await get(`${path}?${query}`);
          assert.ok(status < 500, `${status} ${text}`);
        }),
        { numRuns: 200 },
      );
      const leg = fc.oneof(fc.jsonValue(), fc.constantFrom("A0", "B1", "NEW"));
      await fc.assert(
        fc.asyncProperty(fc.oneof(fc.jsonValue(), fc.record({ ticker_1: leg, ticker_2: leg })), async (body) => {
          const { status, text } = await post("/api/ml/fit-rlrt", JSON.stringify(body));
          assert.ok(status < 500, `${status} ${text}`);
        }),
        { numRuns: 200 },
      );
      assert.deepEqual(api.errors, []);
    });

    assert.equal(api.vendorCalls(), calls, "no read calls the vendor");

    await t.step(
      "answers 304 while nothing has changed, and the new version afterwards",
      () => staysAndChanges(api, pair),
    );
  });
});

/** Every read under its ETag: unchanged by a run that finds nothing new, changed by another bar where it is read. */
async function staysAndChanges(api: MarketApi, pair: string) {
  const { get } = api;
  const paths = [
    "/api/ticker/all",
    "/api/ticker/A0/details",
    "/api/ticker/A0/daily-ohlc",
    "/api/pairs",
    "/api/model-chosen-pairs",
    `/api/model-chosen-pairs/trades?${pair}`,
    `/api/model-chosen-pairs/metrics?${pair}`,
  ];
  const before = await Promise.all(paths.map((path) => get(path)));
  const firstPage = await get("/api/ticker/A0/daily-ohlc?limit=100");
  const again = async () =>
    await Promise.all(
      paths.map((path, i) => get(path, { "If-None-Match": `"other", W/${before[i]!.headers.get("ETag")}` })),
    );
  for (const { status, text, headers } of await again()) {
    assert.deepEqual([status, text], [304, ""]);
    assert.equal(headers.get("Cache-Control"), "private, no-cache");
  }
  // The same bars under another version of the source: everything is asked for anew and found unchanged.
  api.change(api.bars);
  await api.materialize();
  assert.deepEqual((await again()).map(({ status }) => status), paths.map(() => 304));
  const refreshed = await Promise.all(paths.map((path) => get(path)));
  assert.deepEqual(refreshed.map(({ text }) => text), before.map(({ text }) => text));

  const bars: RawBar[] = api.bars.map((bar) => bar.ticker === "A0" ? { ...bar, close: bar.close! * 1.0001 } : bar);
  api.change(
    bars.map((bar) => ({ ...bar, high: Math.max(bar.high!, bar.close!), low: Math.min(bar.low!, bar.close!) })),
  );
  await api.materialize();
  const after = await again();
  const changed = (path: string) => {
    const i = paths.indexOf(path);
    return after[i]!.status === 200 && after[i]!.headers.get("ETag") !== before[i]!.headers.get("ETag");
  };
  assert.equal(changed("/api/ticker/all"), false, "the list of tickers is as before");
  for (const path of ["/api/ticker/A0/details", "/api/ticker/A0/daily-ohlc", "/api/pairs"]) {
    assert.ok(changed(path), path);
  }

  // The page after is of the version of the page before, whatever was published between them.
  const next = firstPage.headers.get("Link")!.match(/^<(.*)>/)![1]!;
  const rest = await get(next);
  assert.deepEqual([...firstPage.json, ...rest.json], before[2]!.json);
  assert.equal(rest.headers.get("ETag"), before[2]!.headers.get("ETag"));
}

Deno.test("GET /api/ticker/:ticker/details computes the same where there are no indicators, or only of other bars", async () => {
  const answers: unknown[] = [];
  for (const withIndicators of [true, false]) {
    await withMarketApi(async (api) => {
      await api.materialize();
      const of = async () => {
        const { sma, ema, rsi, macd } = (await api.get("/api/ticker/A2/details")).json;
        return { sma, ema, rsi, macd };
      };
      const before = await of();
      api.change(api.bars.filter(({ session }) => session < api.bars.at(-1)!.session));
      const { id } = await api.engine.submit({ selection: "+daily_bars", trigger: "test" });
      await api.engine.finished(id);
      answers.push([before, await of()]);
      assert.notDeepEqual(await of(), before);
    }, { withIndicators });
  }
  assert.deepEqual(answers[0], answers[1]);
});

Deno.test("The routes of the original services refuse bodies beyond their limits with 413", async () => {
  await withMarketApi(async ({ post }) => {
    const body = `{"data":[${" ".repeat(1_500)}]}`;
    const backend = await post("/api/ml/fit-rlrt", body);
    assert.deepEqual([backend.status, backend.json.error], [413, "A body has at most 1,000 bytes."]);
    assert.equal((await post("/ml/pairs", body)).status, 400);
    const quant = await post("/ml/pairs", body + " ".repeat(1_000));
    assert.deepEqual([quant.status, quant.json.error], [413, "A body has at most 2,000 bytes."]);
  }, { maxBodyBytes: 1_000, maxClosesBytes: 2_000 });
});
