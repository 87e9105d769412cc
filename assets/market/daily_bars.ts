import { z } from "zod";
import { check, eager, notEmpty, table } from "../../engine/mod.ts";
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

/** Bars that can be relied on: one for a ticker and session, possible values, adjusted for splits, never for dividends. */
export const dailyBars = asset({
  key: "daily_bars",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "One bar for each ticker and session, possible values only, adjusted for splits.",
  deps: { raw: rawDailyBars },
  automation: eager(),
  byproducts: { rejected: rejectedBars },
  row: DailyBar,
  primaryKey: ["ticker", "session"],
  checks: [
    notEmpty(),
    check<z.output<typeof DailyBar>>(
      "price_jump_without_split",
      "No close is four times the one before or more, or a quarter or less: a split that the source does not know looks so.",
      (rows) => {
        const failingRows: object[] = [];
        for (let i = 1; i < rows.count; i++) {
          if (rows.value(i, "ticker") !== rows.value(i - 1, "ticker")) continue;
          const before = rows.value(i - 1, "close");
          const close = rows.value(i, "close");
          if (close >= 4 * before || before >= 4 * close) failingRows.push({ ...rows.row(i), close_before: before });
        }
        return {
          passed: failingRows.length === 0,
          message: `${failingRows.length} jumps in ${rows.count} bars`,
          failingRows: failingRows.slice(0, 20),
        };
      },
      { severity: "warn" },
    ),
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
