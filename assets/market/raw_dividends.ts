import { z } from "zod";
import { asset } from "../resources.ts";
import { barColumnNames, sessionEvents } from "./bar_judgement.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";

/** What went ex dividend. */
export const RawDividend = z.object({
  ticker: z.string().min(1),
  session: z.iso.date().describe("First session on which a buyer does not receive it"),
  cash: z.number().describe("USD a share as it was paid, the sum of all with this ex-date"),
});

/** Dividends as the bars of the source have them. */
export const rawDividends = asset({
  key: "raw_dividends",
  module: import.meta,
  group: "market",
  layer: "raw",
  description: "Cash dividends by ex-date, as they stand in the bars received.",
  deps: { bars: rawDailyBars },
  row: RawDividend,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },

  async materialize({ inputs }) {
    const bars = await inputs.bars.columns(...barColumnNames);
    const rows = sessionEvents(bars).filter(({ dividend }) => dividend > 0)
      .map(({ bar, dividend }) => ({ ticker: bars.ticker[bar]!, session: bars.session[bar]!, cash: dividend }));
    return { rows, metadata: { tickers: new Set(rows.map(({ ticker }) => ticker)).size } };
  },
});
