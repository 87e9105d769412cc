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

/** Rows of some partitions, and how many bars were read, where everything before them is settled. */
async function carried(names: string[], dates: string[], { without = [] as string[] } = {}) {
  const { rows: all } = await runAsset(indicators, { inputs: { bars }, partitions: { names, dates: sessions } });
  const earlier = sessions.filter((session) => session < dates[0]!);
  const settled = {
    names: names.filter((name) => !without.includes(name)),
    dates: earlier,
    rows: all.filter(({ ticker, session }) => session < dates[0]! && !without.includes(ticker)),
  };
  const spaced = { names, dates: sessions };
  const { rows } = await runAsset(indicators, {
    inputs: { bars },
    partitions: { ...spaced, made: { names, dates } },
    settled,
  });
  assert.deepEqual(rows, all.filter(({ ticker, session }) => names.includes(ticker) && dates.includes(session)));
  return rows.length;
}

Deno.test("indicators carried on from settled rows equal those computed from the first close, bit by bit", async () => {
  assert.equal(await carried(["A", "B", "C"], [sessions.at(-1)!]), 3);
  assert.equal(await carried(["A", "B", "C"], sessions.slice(-7)), 21);
  // B has 35 closes: three sessions ago it had just enough, eight sessions ago not.
  assert.equal(await carried(["B"], sessions.slice(-3)), 3);
  assert.equal(await carried(["A", "B"], sessions.slice(-8)), 16);
  assert.equal(await carried(["A", "B"], [sessions.at(-1)!], { without: ["A"] }), 2);
  assert.equal(await carried(["A"], [sessions.at(-5)!, sessions.at(-2)!]), 2);
});
