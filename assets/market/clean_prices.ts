import { z } from "zod";
import {
  eager,
  noGaps,
  notEmpty,
  priceJumpWithoutSplit,
  rowCountBand,
  sessionComplete,
  splitsMatchJumps,
  table,
} from "../../engine/mod.ts";
import { alignCloses, cleanPrices as clean } from "../../quant/mod.ts";
import { asset } from "../resources.ts";
import { dailyBars } from "./daily_bars.ts";

const CleanPrice = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  close: z.number().positive().describe(
    "USD, adjusted for splits; interpolated or repeated where the session had none",
  ),
  filled: z.boolean().describe("Whether there was no bar and the close was filled in"),
});

/** Settings of `clean_prices`. */
export const CleaningConfig = z.strictObject({
  rule: z.enum(["tradable", "service", "research"]).default("tradable").describe(
    "research: tickers without any gap. service: gaps interpolated, the end repeated. tradable: as service, without tickers that stopped trading.",
  ),
  maxStaleSessions: z.int().min(1).max(1000).default(5).describe(
    "tradable: a ticker without a close in this many last sessions is left out",
  ),
});

/** The aligned session × ticker matrix of closes, without holes. */
export const cleanPrices = asset({
  key: "clean_prices",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Closes of all tickers on the same sessions, without holes.",
  deps: { bars: dailyBars },
  automation: eager(),
  config: CleaningConfig,
  row: CleanPrice,
  primaryKey: ["ticker", "session"],
  checks: [
    notEmpty(),
    rowCountBand({ within: 0.5, severity: "warn" }),
    // Every ticker on every session is what the table promises: anything else is a fault of this file.
    noGaps({ series: "ticker", date: "session" }),
    // Here and not beside the bars, which are published in parts: what a part is compared with may be in another one.
    priceJumpWithoutSplit({ series: "ticker", date: "session", price: "close", factor: 4, severity: "warn" }),
    splitsMatchJumps({ series: "ticker", date: "session", price: "close", filled: "filled", severity: "warn" }),
    sessionComplete({ series: "ticker", date: "session", share: 1 }),
  ],

  async materialize({ inputs, config }) {
    const matrix = alignCloses(await inputs.bars.columns("ticker", "session", "close"));
    const cleaned = clean(matrix, config);
    const { sessions, tickers, closes } = cleaned.matrix;
    const length = sessions.length;
    const before = new Map(matrix.tickers.map((ticker, i) => [ticker, matrix.closes[i]!]));
    const close = new Float64Array(tickers.length * length);
    closes.forEach((values, i) => close.set(values, i * length));
    return {
      rows: {
        ticker: tickers.flatMap((ticker) => new Array<string>(length).fill(ticker)),
        session: tickers.flatMap(() => sessions),
        close,
        filled: tickers.flatMap((ticker) => Array.from(before.get(ticker)!, Number.isNaN)),
      },
      metadata: {
        rule: cleaned.rule,
        tickers: tickers.length,
        sessions: length,
        filled_cells: cleaned.filledCells,
        dropped_tickers: cleaned.dropped.length,
        dropped: table(["ticker", "reason"], cleaned.dropped.slice(0, 200).map((d) => [d.ticker, d.reason])),
      },
    };
  },
});
