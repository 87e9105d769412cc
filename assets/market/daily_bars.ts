import { z } from "zod";
import {
  noGaps,
  notEmpty,
  priceJumpWithoutSplit,
  rowCountBand,
  sessionComplete,
  sessionDeadline,
  stalePrices,
  table,
} from "../../engine/mod.ts";
import { nyse } from "../../resources/exchange_calendar/mod.ts";
import { asset } from "../resources.ts";
import { barColumnNames, judgeBars } from "./bar_judgement.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { rejectedBars } from "./rejected_bars.ts";

const DailyBar = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  open: z.number().positive().nullable().describe("USD, adjusted for splits"),
  high: z.number().positive().nullable().describe("USD, adjusted for splits"),
  low: z.number().positive().nullable().describe("USD, adjusted for splits"),
  close: z.number().positive().describe("USD, adjusted for splits"),
  volume: z.number().min(0).nullable().describe("Shares, adjusted for splits"),
  dividend: z.number().min(0).describe("USD a share by ex-date, adjusted for splits"),
  split: z.number().positive().describe("New shares for one old, effective this session"),
  split_factor: z.number().positive().describe("What the prices as received were divided by"),
});

const bySession = { series: "ticker", date: "session" } as const;

/** Bars that can be relied on: one for a ticker and session, possible values, adjusted for splits, never for dividends. */
export const dailyBars = asset({
  key: "daily_bars",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "One bar for each ticker and session, possible values only, adjusted for splits.",
  deps: { raw: rawDailyBars },
  byproducts: { rejected: rejectedBars },
  row: DailyBar,
  primaryKey: ["ticker", "session"],
  // An hour after the daily schedule begins, unless that is set to another time.
  freshness: sessionDeadline({ calendar: nyse, by: "19:30", timeZone: nyse.timeZone, column: "session" }),
  checks: [
    notEmpty(),
    rowCountBand({ within: 0.5, severity: "warn" }),
    priceJumpWithoutSplit({ ...bySession, price: "close", factor: 4, severity: "warn" }),
    noGaps({ ...bySession, severity: "warn" }),
    sessionComplete({ ...bySession, severity: "warn" }),
    stalePrices({ ...bySession, price: "close", volume: "volume", sessions: 5, severity: "warn" }),
  ],

  async materialize({ inputs }) {
    const raw = await inputs.raw.columns(...barColumnNames);
    const { accepted, rejected, splits } = judgeBars(raw);
    const reasons = Map.groupBy(rejected, (row) => row.reason);
    return {
      rows: accepted,
      metadata: {
        tickers: new Set(accepted.ticker).size,
        sessions: new Set(accepted.session).size,
        rejected: rejected.length,
        splits: table(["ticker", "session", "ratio"], splits.slice(0, 100)),
      },
      byproducts: {
        rejected: {
          rows: rejected,
          metadata: { reasons: table(["reason", "bars"], [...reasons].map(([reason, rows]) => [reason, rows.length])) },
        },
      },
    };
  },
});
