import assert from "node:assert/strict";
import { ema, macd, rsi, sma } from "../../../quant/indicators/mod.ts";
import { type FaultName, startVendor, type VendorDouble, type VendorOptions } from "./mod.ts";

/** Responses of the endpoints, untyped. */
// deno-lint-ignore no-explicit-any -- what is tested here is what the answers are
type Answer = any;

async function withDouble(
  test: (get: (path: string, expected?: number) => Promise<Answer>, vendor: VendorDouble) => Promise<void>,
  options: VendorOptions = {},
): Promise<void> {
  await using vendor = await startVendor(options);
  await test(async (path, expected = 200) => {
    const response = await fetch(vendor.url + path, { headers: { Authorization: `Bearer ${vendor.apiKey}` } });
    const text = await response.text();
    assert.equal(response.status, expected, `${path}: ${text}`);
    return text === "" ? null : JSON.parse(text);
  }, vendor);
}

const grouped = (session: string, query = "") => `/v2/aggs/grouped/locale/us/market/stocks/${session}${query}`;
const range = (ticker: string, from: string, to: string, query = "") =>
  `/v2/aggs/ticker/${ticker}/range/1/day/${from}/${to}${query}`;
const newYork = (text: string) =>
  Temporal.PlainDateTime.from(text).toZonedDateTime("America/New_York").epochMilliseconds;

Deno.test("startVendor() stamps range bars 00:00 and grouped and previous ones 16:00 New York, early closes too", () =>
  withDouble(async (get) => {
    // 2024-07-03 closed at 13:00.
    const session = "2024-07-03";
    assert.deepEqual(
      new Set((await get(grouped(session))).results.map((row: Answer) => row.t)),
      new Set([newYork(`${session}T16:00`)]),
    );
    const [ranged] = (await get(range("EAAA", session, session))).results;
    assert.deepEqual([ranged.t, "T" in ranged], [newYork(`${session}T00:00`), false]);
    const [previous] = (await get("/v2/aggs/ticker/EAAA/prev")).results;
    assert.deepEqual([previous.t, previous.T], [newYork(`${session}T16:00`), "EAAA"]);
    const [winter] = (await get(range("EAAA", "2024-01-12", "2024-01-12"))).results;
    assert.equal(new Date(winter.t).toISOString(), "2024-01-12T05:00:00.000Z");
  }, { to: "2024-07-03" }));

Deno.test("startVendor() adjusts for splits executed by now, by default, prices down and volume up, never for dividends", () =>
  withDouble(async (get, vendor) => {
    const { market } = vendor;
    const read = async (query: string) => (await get(range("EAAA", "2024-06-24", "2024-06-28", query))).results;
    const [raw, before] = [await read("?adjusted=false"), await read("")];
    assert.deepEqual(before, raw);
    market.addDividend({ ticker: "EAAA", exDate: "2024-06-27", cash: 1 });
    market.addSplit({ ticker: "EAAA", executionDate: "2024-07-01", from: 1, to: 4 });
    assert.deepEqual(await read(""), raw, "the split is still to come");
    market.advanceSessions(1);
    const adjusted = await read("?adjusted=true");
    assert.deepEqual(await read("?adjusted=false"), raw);
    adjusted.forEach((row: Answer, i: number) => {
      assert.ok(Math.abs(row.c * 4 / raw[i].c - 1) < 1e-12 && Math.abs(row.v / 4 / raw[i].v - 1) < 1e-12);
      assert.equal(row.n, raw[i].n);
    });
    const [split] = (await get("/stocks/v1/splits?ticker=EAAA")).results;
    assert.deepEqual(
      [split.split_from, split.split_to, split.adjustment_type, split.historical_adjustment_factor],
      [1, 4, "forward_split", 0.25],
    );
    const [dividend] = (await get("/stocks/v1/dividends?ticker=EAAA&ex_dividend_date=2024-06-27")).results;
    assert.deepEqual([dividend.cash_amount, dividend.split_adjusted_cash_amount], [1, 0.25]);
  }));

Deno.test("startVendor() answers a holiday and an unknown ticker with no results, not with an error", () =>
  withDouble(async (get, vendor) => {
    for (const path of [grouped("2024-06-19"), grouped("2024-06-22"), range("NONE", "2024-06-03", "2024-06-28")]) {
      const answer = await get(path);
      assert.deepEqual([answer.status, answer.resultsCount, "results" in answer], ["OK", 0, false]);
    }
    vendor.faults.set("null_results");
    assert.equal((await get(grouped("2024-06-19"))).results, null);
  }));

Deno.test("startVendor() refuses with 403 the future, today before the close and data outside the plan", () =>
  withDouble(async (get, { market }) => {
    market.setNow("2024-06-28T19:59:00Z");
    market.entitledFrom = "2024-02-01";
    for (const session of ["2024-06-28", "2024-07-01", "2024-01-31"]) {
      assert.equal((await get(grouped(session), 403)).status, "NOT_AUTHORIZED");
    }
    await get(range("EAAA", "2024-06-03", "2024-06-28"), 403);
    await get(range("EAAA", "2024-01-02", "2024-06-27"), 403);
    assert.ok((await get(grouped("2024-06-27"))).resultsCount > 0);
    market.setNow("2024-06-28T20:00:00Z");
    assert.ok((await get(grouped("2024-06-28"))).resultsCount > 0);
  }));

Deno.test("startVendor() takes its key in the header or the query and says how it came; others get 401", async () => {
  await using vendor = await startVendor();
  const path = "/v1/marketstatus/upcoming";
  const status = async (query: string, headers: Record<string, string> = {}) => {
    const response = await fetch(vendor.url + path + query, { headers });
    return [response.status, (await response.json()).error];
  };
  assert.deepEqual(await status(""), [401, "Unknown API Key"]);
  assert.deepEqual(await status("?apiKey=wrong"), [401, "Unknown API Key"]);
  assert.deepEqual(await status("", { Authorization: "Bearer wrong" }), [401, "Unknown API Key"]);
  assert.equal((await status(`?apiKey=${vendor.apiKey}`))[0], 200);
  assert.equal((await status("", { Authorization: `Bearer ${vendor.apiKey}` }))[0], 200);
  assert.deepEqual(vendor.calls.map(({ keyIn }) => keyIn), ["nowhere", "query", "header", "query", "header"]);
  assert.deepEqual(vendor.calls.map((call) => call.status), [401, 401, 401, 200, 200]);
});

Deno.test("startVendor() lists active tickers by default and pages by a cursor that holds the whole query and no key", () =>
  withDouble(async (get, vendor) => {
    const symbols: string[] = [];
    let path: string | null = "/v3/reference/tickers?limit=7&type=ETF&exchange=XNAS";
    while (path !== null) {
      const answer: Answer = await get(path);
      assert.equal(answer.count, answer.results.length);
      symbols.push(...answer.results.map((row: Answer) => row.ticker));
      const next: string | undefined = answer.next_url;
      assert.ok(next === undefined || !next.includes(vendor.apiKey));
      path = next === undefined ? null : next.slice(vendor.url.length);
    }
    const expected = vendor.market.instruments.filter((of) =>
      of.listed && of.type === "ETF" && of.exchange === "XNAS" && of.delistedOn === null
    );
    assert.deepEqual(symbols, expected.map(({ ticker }) => ticker).sort());
    const gone = (await get("/v3/reference/tickers?active=false")).results;
    assert.deepEqual(gone.map((row: Answer) => [row.ticker, row.active]), [["DAAA", false], ["DAAB", false]]);
    assert.equal((await get("/v3/reference/tickers?active=false&date=2024-01-02")).results.length, 0);
  }));

for (
  const path of [
    "/v3/reference/tickers?limit=1001",
    "/v3/reference/tickers?limit=0",
    "/v3/reference/tickers?sort=colour",
    "/v3/reference/tickers?cursor=!",
    "/v2/reference/news?limit=1001",
    "/v2/reference/news?published_utc.gte=yesterday",
    "/v2/reference/news?pubished_utc.gte=2024-01-01",
    "/stocks/v1/splits?limit=5001",
    "/stocks/v1/dividends?ex_dividend_date.gte=2024-02-30",
    grouped("2024-02-30"),
    grouped("2024-06-28", "?adjusted=maybe"),
    range("EAAA", "2024-06-28", "2024-06-03"),
    range("EAAA", "2024-06-03", "2024-06-28", "?limit=50001"),
  ]
) {
  Deno.test(`startVendor() answers GET ${path} with 400`, () =>
    withDouble(async (get) => {
      const answer = await get(path, 400);
      assert.equal(answer.status, "ERROR");
      assert.ok(answer.error.length > 10);
    }));
}

Deno.test("startVendor() answers 404 for an unknown ticker's details", () =>
  withDouble(async (get) => {
    const { request_id: _id, ...answer } = await get("/v3/reference/tickers/ampb", 404);
    assert.deepEqual(answer, { status: "NOT_FOUND", message: "Ticker not found." });
  }));

Deno.test("startVendor() counts calls of the last minute and answers 429 with the seconds that are left", () => {
  let now = 0;
  return withDouble(async (get, vendor) => {
    const path = "/v1/marketstatus/upcoming";
    await get(path);
    now = 20_000;
    await get(path);
    const refused = await fetch(vendor.url + path, { headers: { Authorization: `Bearer ${vendor.apiKey}` } });
    assert.match((await refused.json()).error, /exceeded the maximum requests per minute/);
    assert.deepEqual([refused.status, refused.headers.get("Retry-After")], [429, "40"]);
    now = 60_000;
    await get(path);
    await get(path, 429);
  }, { callsPerMinute: 2, nowMs: () => now });
});

Deno.test("startVendor() makes the same market of the same options, and a later day only appends to it", async () => {
  const content = async (options: VendorOptions) => {
    const answers: Answer[] = [];
    await withDouble(async (get) => {
      for (const path of [grouped("2024-03-08"), range("EAAB", "2024-01-02", "2024-03-28", "?adjusted=false")]) {
        answers.push((await get(path)).results);
      }
      answers.push((await get("/v2/reference/news?published_utc.lt=2024-03-28&limit=1000&order=asc")).results);
    }, options);
    return answers;
  };
  const early = { from: "2024-01-02", to: "2024-03-28" };
  const first = await content(early);
  assert.deepEqual(await content(early), first);
  assert.notDeepEqual(await content({ ...early, seed: 2 }), first);
  await withDouble(async (get, { market }) => {
    market.advanceSessions(30);
    assert.deepEqual((await get(grouped("2024-03-08", "?adjusted=false"))).results.length, first[0].length);
    assert.deepEqual((await get(range("EAAB", "2024-01-02", "2024-03-28", "?adjusted=false"))).results, first[1]);
  }, early);
});

Deno.test("startVendor() applies changes of its market in its next responses", () =>
  withDouble(async (get, { market }) => {
    market.restateBar("EAAA", "2024-06-03", { c: 99.5, vw: undefined });
    const [bar] = (await get(range("EAAA", "2024-06-03", "2024-06-03"))).results;
    assert.deepEqual([bar.c, "vw" in bar], [99.5, false]);

    market.addTicker({ ticker: "NEWB" });
    market.delist("EAAB", "2024-07-01");
    const session = market.advanceSessions(1);
    assert.equal(session, "2024-07-01");
    const traded = (await get(grouped(session))).results.map((row: Answer) => row.T);
    assert.deepEqual([traded.includes("NEWB"), traded.includes("EAAB")], [true, false]);
    const [gone] = (await get("/v3/reference/tickers?ticker=EAAB&active=false")).results;
    assert.equal(gone.delisted_utc, "2024-07-01T04:00:00Z");
    assert.ok((await get(range("EAAB", "2024-06-03", "2024-06-28"))).resultsCount > 15, "its history is gone");
    assert.throws(() => market.delist("EAAB", "2024-07-02"), /No active instrument is called EAAB/);

    market.publishNews({ id: "flash", tickers: ["EAAA"] });
    assert.equal((await get("/v2/reference/news?ticker=EAAA&limit=1")).results[0].id, "flash");
  }));

Deno.test("startVendor() computes indicators by the vendor's definitions, newest first", () =>
  withDouble(async (get, { market }) => {
    const bars = market.tickerBars("EAAB", "2024-01-01", "2024-06-28", { adjusted: true });
    const closes = Float64Array.from(bars, (bar) => bar.c!);
    const values = async (path: string) => (await get(`/v1/indicators/${path}`)).results.values;
    const expected = { sma: sma(closes, 50), ema: ema(closes, 50), rsi: rsi(closes, 14) };
    for (const [kind, column] of Object.entries(expected)) {
      const found = await values(`${kind}/EAAB?limit=3&timespan=day&series_type=close`);
      assert.deepEqual(found.map((row: Answer) => row.value), [...column.slice(-3)].reverse());
      assert.equal(found[0].timestamp, newYork("2024-06-28T00:00"));
    }
    const { value, signal, histogram } = macd(closes);
    assert.deepEqual((await values("macd/EAAB?limit=1"))[0], {
      timestamp: newYork("2024-06-28T00:00"),
      value: value.at(-1),
      signal: signal.at(-1),
      histogram: histogram.at(-1),
    });
    await get("/v1/indicators/vwap/EAAB", 404);
  }));

const shapes: [FaultName, (response: Response, text: string) => void][] = [
  ["too_many_requests", ({ status, headers }) => assert.deepEqual([status, headers.get("Retry-After")], [429, "1"])],
  [
    "too_many_requests_without_header",
    ({ status, headers }, text) => {
      assert.deepEqual([status, headers.get("Retry-After")], [429, null]);
      assert.equal(JSON.parse(text).status, "ERROR");
    },
  ],
  ["too_many_requests_empty", ({ status }, text) => assert.deepEqual([status, text], [429, ""])],
  ["error_500", ({ status }) => assert.equal(status, 500)],
  ["error_502", ({ status }, text) => assert.deepEqual([status, text[0]], [502, "<"])],
  ["error_503", ({ status }, text) => assert.deepEqual([status, text], [503, ""])],
  ["truncated_json", (_, text) => assert.throws(() => JSON.parse(text), SyntaxError)],
  ["delayed_status", (_, text) => assert.equal(JSON.parse(text).status, "DELAYED")],
  ["count_mismatch", (_, text) => assert.notEqual(JSON.parse(text).queryCount, JSON.parse(text).resultsCount)],
  ["duplicate_rows", (_, text) => {
    const symbols = JSON.parse(text).results.map((row: Answer) => row.T);
    assert.ok(new Set(symbols).size < symbols.length);
  }],
  ["missing_field", (_, text) => assert.ok(JSON.parse(text).results.some((row: Answer) => !("t" in row)))],
  ["wrong_type", (_, text) => assert.ok(JSON.parse(text).results.some((row: Answer) => typeof row.t === "string"))],
  ["not_authorized_date", ({ status }, text) => assert.ok(status === 403 && /timeframe/.test(text))],
  ["not_authorized_plan", ({ status }, text) => assert.ok(status === 403 && /not entitled/.test(text))],
  ["redirect_elsewhere", ({ status, headers }) => {
    assert.equal(status, 302);
    assert.match(headers.get("Location")!, /^http:\/\/localhost:/);
  }],
];

for (const [fault, check] of shapes) {
  Deno.test(`startVendor() has ${fault} the configured number of times, and then no more`, async () => {
    await using vendor = await startVendor();
    const ask = async () => {
      const headers = { Authorization: `Bearer ${vendor.apiKey}` };
      const response = await fetch(vendor.url + grouped("2024-06-28"), { headers, redirect: "manual" });
      return { response, text: await response.text() };
    };
    const whole = (await ask()).text.replace(/"request_id":"\w+"/, "");
    vendor.faults.set(fault, { times: 2 });
    for (let i = 0; i < 2; i++) {
      const { response, text } = await ask();
      check(response, text);
    }
    assert.equal((await ask()).text.replace(/"request_id":"\w+"/, ""), whole);
    assert.deepEqual(vendor.calls.map(({ faults }) => faults), [[], [fault], [fault], []]);
  });
}

Deno.test("startVendor() drops the connection in the middle of a body", () =>
  withDouble(async (get, { faults }) => {
    faults.set("connection_reset");
    await assert.rejects(get(grouped("2024-06-28")), TypeError);
  }));

Deno.test("startVendor() draws faults at random from its seed, and for the calls they are for", async () => {
  const drawn = async (seed: number) => {
    const found: boolean[] = [];
    await withDouble(async (_, { url, apiKey, faults }) => {
      faults.set("error_500", { probability: 0.3, when: ({ endpoint }) => endpoint === "grouped_bars" });
      for (let i = 0; i < 60; i++) {
        const path = i % 2 === 0 ? grouped("2024-06-28") : "/v1/marketstatus/upcoming";
        const response = await fetch(url + path, { headers: { Authorization: `Bearer ${apiKey}` } });
        await response.body?.cancel();
        found.push(response.status === 500);
      }
    }, { seed });
    return found;
  };
  const first = await drawn(1);
  assert.deepEqual(await drawn(1), first);
  assert.notDeepEqual(await drawn(2), first);
  assert.ok(first.some(Boolean) && first.every((had, i) => !had || i % 2 === 0));
});
