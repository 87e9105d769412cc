import assert from "node:assert/strict";
import fc from "fast-check";
import { Hono } from "hono";
import { silentLogger } from "../../../engine/mod.ts";
import { onOldError } from "../../../routes/compat/old_errors.ts";
import { quantServiceRoutes } from "../../../routes/compat/quant_service.ts";
import { weekdays } from "../../support/bars.ts";
import { normals, walk } from "../../support/closes.ts";
import { type Answer, read } from "../../support/answer.ts";
import { heldToDocument } from "../../support/described.ts";

const app = heldToDocument(
  new Hono().onError(onOldError(silentLogger)).route("/", quantServiceRoutes({ maxBodyBytes: 1_000_000 })),
);

async function post(path: string, body: unknown, headers: Record<string, string> = {}): Promise<Answer> {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return await read(
    await app.request(path, {
      method: "POST",
      body: text,
      headers: { "Content-Type": "application/json", ...headers },
    }),
  );
}

const keys = (row: object) => Object.keys(row).sort();

/** Six tickers on one factor with spreads that revert, as `{ticker, date, price}`. */
function market(sessions: number) {
  const factor = walk(3, sessions);
  const dates = weekdays(sessions);
  return ["F", "E", "D", "C", "B", "A"].flatMap((ticker, k) => {
    const normal = normals(k + 1);
    let spread = 0;
    return dates.map((date, t) => {
      spread = 0.6 * spread + 0.01 * normal();
      return { ticker, date, price: (k + 1) * factor[t]! * Math.exp(spread) };
    });
  });
}

const legs = (sessions: number, ...tickers: string[]) =>
  tickers.flatMap((ticker) => market(sessions).filter((row) => row.ticker === ticker));

Deno.test("POST /ml/rlrt answers date, trend and confidence for each ten observations, in order of date", async () => {
  const dates = weekdays(12);
  const data = dates.map((date, t) => ({ date, spread: t, more: "is passed over" })).reverse();
  const { status, json } = await post("/ml/rlrt", { data });
  assert.equal(status, 200);
  assert.deepEqual(json.map(keys), Array(3).fill(["confidence", "date", "trend"]));
  assert.deepEqual(json.map((row: { date: string }) => row.date), dates.slice(9));
  // It rises each session: a day later it is higher. At day ten, inside the window, the original says it falls.
  assert.deepEqual(json.map((row: { trend: string }) => row.trend), ["positive", "positive", "positive"]);
  const strict = await post("/ml/rlrt?compat=strict", { data });
  assert.deepEqual(strict.json.map((row: { trend: string }) => row.trend), ["negative", "negative", "negative"]);
});

Deno.test("POST /ml/rlrt takes a date and time for its date and has two trends only", async () => {
  const data = weekdays(10).map((date) => ({ date: `${date}T05:00:00Z`, spread: 1 }));
  const { json } = await post("/ml/rlrt", { data });
  assert.deepEqual(json, [{ date: weekdays(10)[9], trend: "negative", confidence: 0 }]);
});

Deno.test("POST /ml/pairs answers the pairs with the original's fields", async () => {
  const { status, json } = await post("/ml/pairs", { data: market(150) });
  assert.equal(status, 200);
  assert.deepEqual(keys(json), ["suggested_pairs"]);
  assert.ok(json.suggested_pairs.length > 0);
  for (const pair of json.suggested_pairs) {
    assert.deepEqual(keys(pair), [
      "cointegration_critical_value",
      "half_life",
      "hurst_exponent",
      "mean_crossings",
      "spread_statistics",
      "ticker_1",
      "ticker_2",
    ]);
    assert.deepEqual(keys(pair.spread_statistics), ["intercept", "slope"]);
    assert.ok(pair.ticker_1 < pair.ticker_2);
    assert.ok(pair.cointegration_critical_value < 0.05 && pair.hurst_exponent < 0.5);
    assert.ok(pair.half_life > 0 && pair.half_life < 260 && pair.mean_crossings > 12);
  }
});

Deno.test("POST /ml/pairs gives the first of two prices of a ticker and date, and no pairs depend on the order of rows", async () => {
  const data = market(150);
  const first = await post("/ml/pairs", { data });
  const doubled = await post("/ml/pairs", { data: [...data, ...data.map((row) => ({ ...row, price: 1 }))] });
  const reversed = await post("/ml/pairs", { data: data.toReversed() });
  assert.deepEqual([doubled.json, reversed.json], [first.json, first.json]);
});

Deno.test("POST /ml/pairs leaves out a pair without a spread; with compat=strict it is refused as a whole", async () => {
  const data = market(150);
  const twin = data.filter((row) => row.ticker === "A").map((row) => ({ ...row, ticker: "A2", price: 2 * row.price }));
  const { status, json } = await post("/ml/pairs", { data: [...data, ...twin] });
  assert.equal(status, 200);
  assert.ok(json.suggested_pairs.length > 0);
  const names = json.suggested_pairs.map((pair: Record<string, string>) => `${pair.ticker_1} ${pair.ticker_2}`);
  assert.ok(!names.includes("A A2"));
  const strict = await post("/ml/pairs?compat=strict", { data: [...data, ...twin] });
  assert.equal(strict.status, 400);
  assert.match(strict.json.error, /^Invalid input data: A and A2 are collinear/);
});

Deno.test("POST /ml/pairs answers 400 for too few dates, tickers or rows, and for too many", async () => {
  const error = async (data: object[]) => {
    const { status, json } = await post("/ml/pairs", { data });
    assert.equal(status, 400);
    return json.error;
  };
  assert.match(await error(market(60)), /there are 60 dates; testing pairs needs at least 100/);
  assert.match(await error(market(4)), /^At least 30 data points are required for clustering$/);
  const four = market(40).filter(({ ticker }) => ticker < "E");
  assert.match(await error(four), /no greater than the number of samples \(4\). Got 5/);
  const date = "2024-01-31";
  const many = Array.from({ length: 1_001 }, (_, i) => ({ ticker: `T${i}`, date, price: 1 }));
  assert.match(await error(many), /1001 tickers on 1 dates; at most 1000 tickers/);
});

Deno.test("POST /trading/trade_with_model answers the original's fields, null where there is no number", async () => {
  const data = legs(60, "B", "A");
  const { status, json } = await post("/trading/trade_with_model", { data });
  assert.equal(status, 200);
  assert.deepEqual(keys(json), ["annualized_return", "max_drawdown", "results", "total_return"]);
  assert.equal(json.results.length, 60);
  for (const row of json.results) {
    assert.deepEqual(keys(row), [
      "budget",
      "cumulative_return",
      "daily_return",
      "date",
      "position",
      "predicted_trend",
      "signal",
      "spread",
      "ticker_1",
      "ticker_2",
    ]);
  }
  const [first, second] = json.results;
  assert.deepEqual([first.budget, first.daily_return, first.predicted_trend, first.position], [100_000, null, null, 0]);
  assert.equal(second.daily_return, 0);
  // B comes first in the body, A in the alphabet.
  const [priceOfB, priceOfA] = [data[0]!.price, data[60]!.price];
  for (
    const [query, legs] of [
      ["", [priceOfA, priceOfB]],
      ["?order=alphabet", [priceOfA, priceOfB]],
      ["?compat=strict", [priceOfA, priceOfB]],
      ["?order=caller", [priceOfB, priceOfA]],
      ["?order=caller&compat=strict", [priceOfB, priceOfA]],
    ] as const
  ) {
    const [{ ticker_1, ticker_2 }] = (await post(`/trading/trade_with_model${query}`, { data })).json.results;
    assert.deepEqual([ticker_1, ticker_2], legs, query);
  }
  const wrong = await post("/trading/trade_with_model?order=body", { data });
  assert.deepEqual([wrong.status, wrong.json.error], [400, "order: Either alphabet or caller is required."]);
});

Deno.test("The quant routes refuse a price of 0 or below by its path; with compat=strict they answer as the original did", async () => {
  for (const price of [0, -37.63, -0]) {
    const data = legs(40, "A", "B").map((row, i) => i === 20 ? { ...row, price } : row);
    for (const path of ["/ml/pairs", "/trading/trade_with_model"]) {
      const { status, json } = await post(path, { data });
      assert.deepEqual([status, json.error], [400, "data.20.price: A price above 0 is required."]);
    }
    assert.equal((await post("/trading/trade_with_model?compat=strict", { data })).status, 200);
  }
});

/** Slope and intercept of y on x by the textbook's sums. */
function line(x: readonly number[], y: readonly number[]): [slope: number, intercept: number] {
  const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length;
  const [meanX, meanY] = [mean(x), mean(y)];
  const slope = mean(x.map((value, t) => (value - meanX) * (y[t]! - meanY))) /
    mean(x.map((value) => (value - meanX) ** 2));
  return [slope, meanY - slope * meanX];
}

for (const [name, prices] of Object.entries({ "0": [0], "-0": [-0], "-37.63": [-37.63], "0, 0 and -1": [0, 0, -1] })) {
  Deno.test(`POST /ml/pairs refuses ${name} among prices; with compat=strict it counts as any other number, as in the original`, async () => {
    const first = 20;
    const data = market(130).map((row, i) => ({ ...row, price: prices[i - first] ?? row.price }));
    const refused = await post("/ml/pairs", { data });
    assert.equal(refused.status, 400);
    assert.match(refused.json.error, /^data\.20\.price: A price above 0 is required\./);

    const { status, json } = await post("/ml/pairs?compat=strict", { data });
    assert.equal(status, 200);
    const named = ({ ticker_1, ticker_2 }: Record<string, string>) => `${ticker_1} ${ticker_2}`;
    const affected = json.suggested_pairs.filter((pair: Record<string, string>) => pair.ticker_2 === "F");
    assert.ok(affected.length > 0, "the ticker with such a price is among the pairs");
    const pricesOf = (ticker: string) => data.filter((row) => row.ticker === ticker).map(({ price }) => price);
    for (const pair of affected) {
      const [slope, intercept] = line(pricesOf(pair.ticker_1), pricesOf("F"));
      const { spread_statistics: found } = pair;
      assert.ok(Math.abs(found.slope - slope) < 1e-9 && Math.abs(found.intercept - intercept) < 1e-7, named(pair));
    }
    // Nothing else is touched.
    const clean = (await post("/ml/pairs?compat=strict", { data: market(130) })).json.suggested_pairs;
    const others = (pairs: Record<string, string>[]) => pairs.filter(({ ticker_2 }) => ticker_2 !== "F");
    assert.deepEqual(others(json.suggested_pairs), others(clean));
  });
}

Deno.test("POST /ml/pairs with compat=strict leaves out a ticker that only ever costs 0, as the original does one that never moves", async () => {
  const data = market(130).map((row) => row.ticker === "A" ? { ...row, price: 0 } : row);
  const { status, json } = await post("/ml/pairs?compat=strict", { data });
  assert.equal(status, 200);
  assert.deepEqual(json, (await post("/ml/pairs", { data: data.filter(({ ticker }) => ticker !== "A") })).json);
  assert.ok(json.suggested_pairs.length > 0);
});

Deno.test("POST /ml/pairs answers 400 to a price that is null or missing, with compat=strict too, as the original did", async () => {
  const data = market(130);
  for (const price of [null, undefined, "1", true]) {
    for (const query of ["", "?compat=strict"]) {
      const { status, json } = await post(`/ml/pairs${query}`, {
        data: data.with(20, { ...data[20]!, price } as never),
      });
      assert.deepEqual([status, json], [400, { error: "data.20.price: A finite number is required." }]);
    }
  }
});

Deno.test("The quant routes name a row that is wrong by its path", async () => {
  const row = { ticker: "A", date: "2024-01-31", price: 1 };
  for (
    const [wrong, said] of [
      [{ ...row, ticker: 1 }, /^data\.1\.ticker: A symbol/],
      [{ ...row, ticker: "" }, /^data\.1\.ticker: A symbol/],
      [{ ...row, date: "2024-02-30" }, /^data\.1\.date: A date/],
      [{ ...row, date: "31/01/2024" }, /^data\.1\.date: A date/],
      [{ ...row, price: "1" }, /^data\.1\.price: A finite number/],
      [{ ...row, price: null }, /^data\.1\.price: A finite number/],
      [7, /^data\.1: An object/],
      [[row], /^data\.1: An object/],
    ] as const
  ) {
    for (const path of ["/ml/pairs", "/trading/trade_with_model"]) {
      const { status, json } = await post(path, { data: [row, wrong, row] });
      assert.equal(status, 400);
      assert.match(json.error, said);
    }
  }
  for (const infinite of ["1e999", "-1e999", "Infinity", "-Infinity"]) {
    const body = `{"data":[{"ticker":"A","date":"2024-01-31","price":${infinite}}]}`;
    assert.match((await post("/ml/pairs", body)).json.error, /^data\.0\.price: A finite number/, infinite);
  }
});

Deno.test("The quant routes answer 400 for no data, 413 beyond the limit, 415 for a form, 400 for another compat", async () => {
  for (const body of ["", "{}", "[]", "null", "0", '""', "false"]) {
    const { status, json } = await post("/ml/rlrt", body);
    assert.deepEqual([status, json], [400, { error: "No JSON data provided" }], body);
  }
  for (const body of ['{"data":{}}', '{"data":null}', '{"foo":1}', "[1]", "7", '"data"']) {
    assert.deepEqual((await post("/ml/rlrt", body)).json, { error: "At least 10 data points are required" }, body);
  }
  const large = await post("/ml/pairs", " ".repeat(1_000_001));
  assert.deepEqual([large.status, large.json], [413, { error: "A body has at most 1,000,000 bytes." }]);
  assert.equal((await post("/ml/rlrt", "data=1", { "Content-Type": "application/x-www-form-urlencoded" })).status, 415);
  const other = await post("/ml/rlrt?compat=loose", {});
  assert.equal(other.status, 400);
  assert.match(other.json.error, /^compat: Either strict or none is required\.$/);
});

Deno.test("The quant routes serve with whatever Authorization and parameters an old client sends", async () => {
  const data = weekdays(10).map((date, t) => ({ date, spread: t }));
  for (const Authorization of ["Bearer token", "bearer token", "Basic eDp5"]) {
    assert.equal((await post("/ml/rlrt?v=1&v=2", { data }, { Authorization })).status, 200);
  }
});

Deno.test("The quant routes answer no JSON body with 5xx, and no answer is other than JSON", async () => {
  const extreme = fc.constantFrom(0, -0, 1, -1, 1e308, -1e308, 5e-324, 1e-200, 1e200, 1 + 2 ** -52, 100, 1e15 + 1);
  const number = fc.oneof(extreme, fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer());
  const dates = weekdays(130);
  /** Rows on many dates, so that the kernels are reached: constant, straight, wild or tiny series, with holes. */
  const rows = fc.record({
    tickers: fc.uniqueArray(fc.constantFrom("A", "B", "C", "D", "E", "F", "__proto__", "toString"), { minLength: 1 }),
    count: fc.constantFrom(10, 11, 31, 99, 100, 130),
    values: fc.array(number, { minLength: 1, maxLength: 40 }),
    hole: fc.integer({ min: 2, max: 50 }),
  }).map(({ tickers, count, values, hole }) => ({
    data: tickers.flatMap((ticker, k) =>
      dates.slice(0, count).flatMap((date, t) => {
        const value = values[(t * (k + 1) + k) % values.length]!;
        return (t + k) % hole === 1 ? [] : [{ ticker, date, price: value, spread: value }];
      })
    ),
  }));
  const anything = fc.oneof(
    fc.jsonValue(),
    fc.record({ data: fc.array(fc.record({ ticker: fc.jsonValue(), date: fc.jsonValue(), price: fc.jsonValue() })) }),
    rows,
    rows,
    rows,
  );
  const path = fc.constantFrom("/ml/rlrt", "/ml/pairs", "/trading/trade_with_model");
  await fc.assert(
    fc.asyncProperty(anything, path, fc.boolean(), async (body, path, strict) => {
      const { status, json } = await post(`${path}${strict ? "?compat=strict" : ""}`, JSON.stringify(body));
      assert.ok(status === 200 || status === 400, `${status}: ${JSON.stringify(json)}`);
      if (status === 400) assert.deepEqual(Object.keys(json), ["error"]);
    }),
    { numRuns: 400 },
  );
});
