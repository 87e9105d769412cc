import assert from "node:assert/strict";
import { Hono } from "hono";
import { silentLogger } from "../../../engine/mod.ts";
import { onOldError } from "../../../routes/compat/old_errors.ts";
import { quantServiceRoutes } from "../../../routes/compat/quant_service.ts";
import { type Answer, read } from "../../support/answer.ts";
import { weekdays } from "../../support/bars.ts";
import { normals, walk } from "../../support/closes.ts";
import { heldToDocument } from "../../support/described.ts";

/*
 * Bodies that clients of the original quant service send and that no JSON parser or date picker would make. What it answered was
 * seen by running it.
 */

const app = heldToDocument(
  new Hono().onError(onOldError(silentLogger)).route("/", quantServiceRoutes({ maxBodyBytes: 1_000_000 })),
);

async function post(path: string, body: string): Promise<Answer> {
  const headers = { "Content-Type": "application/json" };
  return await read(await app.request(path, { method: "POST", body, headers }));
}

interface Close {
  ticker: string;
  date: string;
  price: number;
}

/** Six tickers on one factor with spreads that revert. */
function market(sessions: number): Close[] {
  const factor = walk(3, sessions);
  return ["C", "B", "A", "D", "E", "F"].flatMap((ticker, k) => {
    const normal = normals(k + 1);
    let spread = 0;
    return weekdays(sessions).map((date, t) => {
      spread = 0.6 * spread + 0.01 * normal();
      return { ticker, date, price: (k + 1) * factor[t]! * Math.exp(spread) };
    });
  });
}

const of = (rows: readonly Close[], ...tickers: string[]) => rows.filter(({ ticker }) => tickers.includes(ticker));

/** As Python's `json.dumps` writes it. */
const python = (rows: readonly object[]) =>
  JSON.stringify({ data: rows }, (_, value) => Number.isNaN(value) ? "not a number" : value)
    .replaceAll('"not a number"', "NaN");

Deno.test("The quant routes take a price that is NaN as if its row were not there, as pandas did", async () => {
  const rows = market(130);
  const holed = rows.map((row, i) => i % 37 === 5 ? { ...row, price: NaN } : row);
  assert.match(python(holed), /"price":NaN/);
  const without = holed.filter(({ price }) => !Number.isNaN(price));
  for (const [path, body] of [["/ml/pairs", rows], ["/trading/trade_with_model", of(rows, "A", "B")]] as const) {
    const kept = (all: readonly Close[]) => all.filter(({ ticker }) => body.some((row) => row.ticker === ticker));
    const found = await post(path, python(kept(holed)));
    assert.equal(found.status, 200);
    assert.deepEqual(found.json, (await post(path, python(kept(without)))).json);
    assert.notDeepEqual(found.json, (await post(path, python(body))).json);
  }
  // The next of two rows of a ticker and date counts where the first is NaN, and such rows count as received.
  const pair = of(market(15), "A", "B");
  const doubled = pair.flatMap((row) => [{ ...row, price: NaN }, row]);
  assert.deepEqual(
    (await post("/trading/trade_with_model", python(doubled))).json,
    (await post("/trading/trade_with_model", python(pair))).json,
  );
  const all = await post("/trading/trade_with_model", python(pair.map((row) => ({ ...row, price: NaN }))));
  assert.equal(all.status, 400);
  assert.match(all.json.error, /two tickers with a close on the first date are required, there are 0/);
});

Deno.test("POST /ml/rlrt has no line through a window with a value that is not finite: negative, without confidence", async () => {
  const dates = weekdays(22);
  for (const value of ["NaN", "Infinity", "-Infinity"]) {
    for (const query of ["", "?compat=strict"]) {
      const body = (text: string) =>
        `{"data": [${dates.map((date, t) => `{"date": "${date}", "spread": ${t === 3 ? text : t}}`).join(", ")}]}`;
      const { status, json } = await post(`/ml/rlrt${query}`, body(value));
      assert.equal(status, 200);
      const clean = (await post(`/ml/rlrt${query}`, body("3"))).json;
      assert.deepEqual(
        json,
        clean.map((row: object, i: number) => i <= 3 ? { ...row, trend: "negative", confidence: null } : row),
      );
    }
  }
});

Deno.test("The quant routes read dates without hyphens as those with", async () => {
  const compact = (rows: readonly { date: string }[]) =>
    rows.map((row) => ({ ...row, date: row.date.replaceAll("-", "") }));
  const spreads = weekdays(14).map((date, t) => ({ date, spread: Math.sin(t) }));
  const rows = market(130);
  for (
    const [path, data] of [
      ["/ml/rlrt", spreads],
      ["/ml/pairs", rows],
      ["/trading/trade_with_model", of(rows, "A", "B")],
    ] as const
  ) {
    const { status, json } = await post(path, python(compact(data)));
    assert.deepEqual([status, json], [200, (await post(path, python(data))).json], path);
  }
  for (const date of ["20240230", "2024-0131", "202401-31", "2024013", "202401311", "00000101", "20241301"]) {
    const { status, json } = await post("/ml/rlrt", python([{ date, spread: 1 }, ...spreads]));
    assert.deepEqual(
      [status, json.error],
      [400, "data.0.date: A date such as 2024-01-31 or 20240131 is required."],
      date,
    );
  }
});

Deno.test("POST /trading/trade_with_model trades the first two of more tickers that have a close on the first date", async () => {
  const rows = market(60);
  const answer = async (data: readonly Close[], query = "") =>
    (await post(`/trading/trade_with_model${query}`, python(data))).json;
  const two = await answer(of(rows, "A", "B"));
  assert.deepEqual(await answer(of(rows, "A", "B", "C")), two);
  assert.deepEqual(await answer(rows), two);
  assert.deepEqual(
    await answer(of(rows, "A", "B", "C"), "?order=caller"),
    await answer(of(rows, "C", "B"), "?order=caller"),
  );
  // Without a close on the first date a ticker does not count.
  const late = rows.filter(({ ticker, date }) => ticker !== "A" || date > rows[0]!.date);
  assert.deepEqual(await answer(of(late, "A", "B", "C")), await answer(of(rows, "B", "C")));
  const alone = await post("/trading/trade_with_model", python(of(late, "A", "B")));
  assert.equal(alone.status, 400);
  assert.match(
    alone.json.error,
    /^Invalid input data: two tickers with a close on the first date are required, there are 1\. A: /,
  );
});

Deno.test("POST /trading/trade_with_model answers thirty rows of one date with one session without a trade", async () => {
  const date = "2024-01-31";
  const rows = Array.from({ length: 30 }, (_, i) => ({ ticker: "BA"[i % 2]!, date, price: 10 + i }));
  const { status, json } = await post("/trading/trade_with_model", python(rows));
  assert.equal(status, 200);
  assert.deepEqual(json, {
    results: [{
      date,
      spread: null,
      predicted_trend: null,
      signal: "None",
      position: 0,
      budget: 100_000,
      ticker_1: 11,
      ticker_2: 10,
      daily_return: null,
      cumulative_return: 0,
    }],
    max_drawdown: 0,
    total_return: 0,
    annualized_return: 0,
  });
});
