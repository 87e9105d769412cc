import { z } from "zod";
import { eager, lastSessions, reads } from "../../engine/mod.ts";
import { ema, macd, rsi, sma } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
import { dailyBars } from "./daily_bars.ts";

const Indicator = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  sma_30: z.number().nullable().describe("Mean of the last 30 closes; null before there are as many"),
  ema_30: z.number().nullable().describe("Exponential average of the closes with the weight 2/31, from the first on"),
  rsi_30: z.number().nullable().describe(
    "Relative strength index over 30 closes, 0 to 100; null before there are as many",
  ),
  macd: z.number().nullable().describe("Exponential average over 12 closes less the one over 26"),
  macd_signal: z.number().nullable().describe("Exponential average of macd over 9 sessions"),
  macd_histogram: z.number().nullable().describe("macd less its signal"),
});

/** Closes of the averages and of the relative strength, as the original asked of its vendor. */
const WINDOW = 30;

const names = ["sma_30", "ema_30", "rsi_30", "macd", "macd_signal", "macd_histogram"] as const;
type Series = Record<typeof names[number], Float64Array>;

/** Technical indicators of each ticker on each session, from all its closes up to then, by the vendor's definitions. */
export const indicators = asset({
  key: "indicators",
  module: import.meta,
  group: "market",
  layer: "gold",
  description: "SMA, EMA, RSI and MACD of each ticker by session, from its closes up to then.",
  deps: { bars: reads(dailyBars, lastSessions(Infinity, "same")) },
  automation: eager(),
  row: Indicator,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  partitionsDef: {
    wanted: ({ upstream }) => ({ names: upstream.bars.space.names, dates: upstream.bars.space.dates }),
  },

  async materialize({ inputs, partitions, progress }) {
    const bars = await inputs.bars.columns("ticker", "session", "close");
    const wanted: number[] = [];
    bars.ticker.forEach((ticker, i) => partitions.has(ticker, bars.session[i]!) && wanted.push(i));
    const made = Object.fromEntries(names.map((name) => [name, new Float64Array(wanted.length)])) as Series;
    // Rows come by ticker, then session; each ticker's series is computed once, and what is wanted of it is kept.
    for (let next = 0, start = 0; next < wanted.length;) {
      const ticker = bars.ticker[wanted[next]!]!;
      while (bars.ticker[start] !== ticker) start++;
      let end = start;
      while (bars.ticker[end] === ticker) end++;
      const series = indicatorsOf(bars.close.subarray(start, end));
      for (; next < wanted.length && wanted[next]! < end; next++) {
        for (const name of names) made[name][next] = series[name][wanted[next]! - start]!;
      }
      start = end;
      progress(next, wanted.length);
    }
    return {
      rows: {
        ticker: wanted.map((i) => bars.ticker[i]!),
        session: wanted.map((i) => bars.session[i]!),
        ...made,
      },
    };
  },
});

function indicatorsOf(closes: Float64Array): Series {
  const { value, signal, histogram } = macd(closes);
  return {
    sma_30: sma(closes, WINDOW),
    ema_30: ema(closes, WINDOW),
    rsi_30: rsi(closes, WINDOW),
    macd: value,
    macd_signal: signal,
    macd_histogram: histogram,
  };
}
