import assert from "node:assert/strict";
import { pairSignals } from "../../../assets/backtests/pair_signals.ts";
import { referenceSignals } from "../../../quant/mod.ts";
import { cleanPriceRows, reverting, walk } from "../../support/closes.ts";
import { runAsset } from "../../../testing/run_asset.ts";
import { chosenPairRows } from "./chosen_pair_rows.ts";

const n = 60;
const a = walk(1, n);
const spread = reverting(2, n);
const closes = { A: a, B: a.map((close, t) => 2 * close + spread[t]!), C: walk(3, n) };
const signals = (...pairs: [string, string][]) =>
  runAsset(pairSignals, { inputs: { prices: cleanPriceRows(closes), pairs: chosenPairRows(...pairs) } });

Deno.test("pair_signals holds each session of each chosen pair, as the reference strategy has it", async () => {
  const { rows, metadata, progress } = await signals(["B", "C"], ["A", "B"]);
  assert.equal(rows.length, 2 * n);
  for (const [first, second] of [["A", "B"], ["B", "C"]] as const) {
    const own = rows.filter((row) => row.ticker_1 === first);
    const expected = referenceSignals({ price1: closes[first], price2: closes[second] });
    assert.deepEqual(own.map((row) => row.signal), expected.signal);
    assert.deepEqual(own.map((row) => row.spread), [...expected.spread]);
    assert.deepEqual(own.map((row) => row.scaled_spread), [...expected.scaledSpread]);
    assert.deepEqual(own.map((row) => row.mean), [...expected.expandingMean]);
    assert.deepEqual(own.map((row) => row.standard_deviation), [...expected.expandingStd]);
    assert.deepEqual(own.map((row) => row.r_squared ?? NaN), [...expected.rSquared]);
  }
  assert.ok(new Set(rows.map((row) => row.signal)).size >= 3, "the example has more than one kind of signal");
  assert.deepEqual(metadata.pairs, { type: "number", value: 2 });
  assert.deepEqual(progress, [[1, 2], [2, 2]]);
});

Deno.test("pair_signals has no trend in the first ten sessions and the last two", async () => {
  const { rows } = await signals(["A", "B"]);
  const without = rows.flatMap((row, t) => row.predicted_trend === null ? [t] : []);
  assert.deepEqual(without, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, n - 2, n - 1]);
});

Deno.test("pair_signals is empty without chosen pairs", async () => {
  assert.deepEqual((await signals()).rows, []);
});

Deno.test("pair_signals leaves out a pair whose ticker has no prices any more, and names it", async () => {
  const { rows, metadata } = await signals(["A", "GONE"], ["A", "B"], ["ALSO", "GONE"]);
  assert.deepEqual(rows, (await signals(["A", "B"])).rows);
  assert.deepEqual(metadata.left_out, {
    type: "table",
    columns: ["pair", "not in clean_prices"],
    rows: [["A GONE", "GONE"], ["ALSO GONE", "ALSO, GONE"]],
  });
  assert.deepEqual([metadata.pairs, metadata.as_of], [
    { type: "number", value: 1 },
    { type: "text", value: "2024-06-28" },
  ]);
});

Deno.test("pair_signals tells which pairs end before the last session of all tickers", async () => {
  const prices = cleanPriceRows(closes);
  const last = prices.at(-1)!.session;
  const behind = async (last_session: string) => {
    const { metadata } = await runAsset(pairSignals, {
      inputs: { prices, pairs: chosenPairRows(["A", "B"]) },
      inputMetadata: { prices: { last_session } },
    });
    return metadata.behind!.type === "table" ? metadata.behind!.rows : null;
  };
  assert.deepEqual(await behind(last), []);
  assert.deepEqual(await behind("2030-01-02"), [["A B", last]]);
});

Deno.test("pair_signals has the sessions that both legs have, and none where a leg has not begun or no longer trades", async () => {
  const prices = cleanPriceRows(closes);
  const sessions = [...new Set(prices.map(({ session }) => session))];
  const rows = prices.filter(({ ticker, session }) =>
    !(ticker === "B" && session < sessions[12]!) && !(ticker === "A" && session > sessions[n - 4]!)
  );
  const { rows: signals, metadata } = await runAsset(pairSignals, {
    inputs: { prices: rows, pairs: chosenPairRows(["A", "B"], ["B", "C"]) },
  });
  const of = (ticker: string) => signals.filter((row) => row.ticker_1 === ticker).map((row) => row.session);
  assert.deepEqual(of("A"), sessions.slice(12, n - 3));
  assert.deepEqual(of("B"), sessions.slice(12));
  const expected = referenceSignals({ price1: a.slice(12, n - 3), price2: closes.B.slice(12, n - 3) });
  assert.deepEqual(signals.filter((row) => row.ticker_1 === "A").map((row) => row.signal), expected.signal);
  assert.deepEqual(metadata.behind, {
    type: "table",
    columns: ["pair", "last session of both"],
    rows: [["A B", sessions[n - 4]!]],
  });
});
