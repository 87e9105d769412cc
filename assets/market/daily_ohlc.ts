import { z } from "zod";
import { eager, identity, reads, wholeSeries } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { dailyBars } from "./daily_bars.ts";
import { rawTickers } from "./raw_tickers.ts";
import { tickerParts } from "./ticker_parts.ts";

const DailyOhlc = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  name: z.string().nullable(),
  open: z.number().nullable(),
  high: z.number().nullable(),
  low: z.number().nullable(),
  close: z.number(),
  volume: z.number().nullable(),
  vwap: z.number().nullable().describe("Volume-weighted average price"),
});

/** Daily bars with names of instruments: the original's table for readers. */
export const dailyOhlc = asset({
  key: "daily_ohlc",
  module: import.meta,
  group: "market",
  layer: "gold",
  description: "Daily bars, adjusted for splits, with the names of their instruments.",
  deps: { bars: reads(dailyBars, identity), tickers: reads(rawTickers, wholeSeries) },
  automation: eager(),
  row: DailyOhlc,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  partitionsDef: {
    wanted: ({ upstream }) => ({ names: upstream.bars.space.names, dates: upstream.bars.space.dates }),
    chunks: tickerParts,
  },

  async materialize({ inputs }) {
    const bars = await inputs.bars.columns("ticker", "session", "open", "high", "low", "close", "volume", "vwap");
    const nameOf = new Map((await inputs.tickers.rows()).map(({ ticker, name }) => [ticker, name]));
    const name = bars.ticker.map((ticker) => nameOf.get(ticker) ?? null);
    return { rows: { ...bars, name }, metadata: { without_name: name.filter((one) => one === null).length } };
  },
});
