import { z } from "zod";
import {
  eager,
  identity,
  laterSessions,
  notEmpty,
  priceJumpWithoutSplit,
  reads,
  splitsMatchJumps,
  table,
} from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { barColumnNames, judgeBars } from "./bar_judgement.ts";
import { dividendsPlausible } from "./dividend_checks.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { rawSplits } from "./raw_splits.ts";
import { tickerParts } from "./ticker_parts.ts";

const DailyBar = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  open: z.number().positive().nullable().describe("USD, adjusted for splits"),
  high: z.number().positive().nullable().describe("USD, adjusted for splits"),
  low: z.number().positive().nullable().describe("USD, adjusted for splits"),
  close: z.number().positive().describe("USD, adjusted for splits"),
  volume: z.number().min(0).nullable().describe("Shares, adjusted for splits"),
  vwap: z.number().positive().nullable().describe("Volume-weighted average price in USD, adjusted for splits"),
  dividend: z.number().min(0).describe("USD a share by ex-date, adjusted for splits"),
  split: z.number().positive().describe("New shares for one old, effective this session"),
  split_factor: z.number().positive().describe("Divisor of the prices as received"),
});

/**
 * Validated bars: one for each ticker and session, with possible values, adjusted for splits, never for dividends.
 *
 * Each bar depends on its own bar as received and on the ticker's later splits: a new session makes that session, a corrected bar
 * remakes itself, and a split the ticker's earlier history.
 */
export const dailyBars = asset({
  key: "daily_bars",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "One bar for each ticker and session, possible values only, adjusted for splits.",
  deps: { raw: reads(rawDailyBars, identity), splits: reads(rawSplits, laterSessions("same")) },
  automation: eager(),
  row: DailyBar,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  codeVersion: "2",
  partitionsDef: {
    wanted: ({ upstream: { raw } }) => ({ names: raw.space.names, dates: raw.space.dates }),
    chunks: tickerParts,
  },
  // A part may consist of one corrected, unusable bar. A market without any usable bar fails at clean_prices.
  checks: [
    notEmpty({ severity: "warn" }),
    priceJumpWithoutSplit({ series: "ticker", date: "session", price: "close", factor: 4, severity: "warn" }),
    splitsMatchJumps({ series: "ticker", date: "session", price: "close", split: "split", severity: "warn" }),
    dividendsPlausible(),
  ],

  async materialize({ inputs }) {
    const [raw, splits] = await Promise.all([
      inputs.raw.columns(...barColumnNames, "vwap"),
      inputs.splits.columns("ticker", "session", "ratio"),
    ]);
    const { accepted: rows, rejected } = judgeBars(raw, splits);
    return {
      rows,
      metadata: {
        tickers: new Set(rows.ticker).size,
        sessions: new Set(rows.session).size,
        rejected: rejected.length,
        splits: table(
          ["ticker", "session", "ratio"],
          splits.ticker.slice(0, 100).map((ticker, i) => [ticker, splits.session[i]!, splits.ratio[i]!]),
        ),
      },
    };
  },
});
