import assert from "node:assert/strict";
import { indicators } from "../../../assets/market/indicators.ts";
import { ema, macd, rsi, sma } from "../../../quant/mod.ts";
import { weekdays } from "../../support/bars.ts";
import { dailyBarRow } from "../../support/daily_bar_row.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { runAsset } from "../../../testing/run_asset.ts";

const sessions = weekdays(60);
const random = pseudoRandom(7);
const closes = new Map(
  ["A", "B", "C"].map((ticker, i) => [ticker, Float64Array.from({ length: 60 - 25 * i }, () => 50 + 10 * random())]),
);
/** B and C begin later. */
const bars = [...closes].flatMap(([ticker, values]) =>
  Array.from(values, (close, i) => dailyBarRow(ticker, sessions[60 - values.length + i]!, close))
);

const orNull = (value: number | undefined) => value === undefined || Number.isNaN(value) ? null : value;

function expected(ticker: string) {
  const values = closes.get(ticker)!;
  const { value, signal, histogram } = macd(values);
  const series = [sma(values, 30), ema(values, 30), rsi(values, 30), value, signal, histogram];
  return Array.from(values, (_, t) => [
    ticker,
    sessions[60 - values.length + t]!,
    ...series.map((one) => orNull(one[t])),
  ]);
}

async function run(partitions: { names: string[]; dates: string[] }) {
  const { rows } = await runAsset(indicators, { inputs: { bars }, partitions });
  return rows.map((row) => [
    row.ticker,
    row.session,
    row.sma_30,
    row.ema_30,
    row.rsi_30,
    row.macd,
    row.macd_signal,
    row.macd_histogram,
  ]);
}

Deno.test("indicators are those of each ticker's closes up to the session, null before they are defined", async () => {
  const rows = await run({ names: ["A", "B", "C"], dates: sessions });
  assert.deepEqual(rows, [...expected("A"), ...expected("B"), ...expected("C")]);
  // C has ten closes.
  assert.deepEqual(rows.filter(([ticker, , sma]) => ticker === "C" && sma !== null), []);
  assert.equal(rows.find(([ticker]) => ticker === "C")![3], closes.get("C")![0]);
});

Deno.test("indicators of some partitions equal those computed with all", async () => {
  assert.deepEqual(await run({ names: ["A", "C"], dates: [sessions.at(-1)!] }), [
    expected("A").at(-1),
    expected("C").at(-1),
  ]);
  assert.deepEqual(await run({ names: ["B"], dates: [sessions[0]!] }), []);
});
