import { z } from "zod";
import { cutBy } from "../../engine/mod.ts";
import { asset } from "./resources.ts";
import { rowsUsable } from "../market/rejected_rows.ts";
import { importedOnce, importVersion, pendingOf, withEarlier } from "./imported_once.ts";
import { spansOf } from "./spans.ts";

const ImportedDailyBar = z.object({
  ticker: z.string().min(1),
  session: z.iso.date(),
  open: z.number().nullable().describe(
    "USD, adjusted for the splits up to adjusted_through; so are all prices and the volume",
  ),
  high: z.number().nullable(),
  low: z.number().nullable(),
  close: z.number(),
  volume: z.number().nullable().describe("Shares"),
  vwap: z.number().nullable().describe("Volume-weighted average price; null if missing"),
  dividend: z.number().describe("USD a share by ex-date; 0 if none is known"),
  adjusted_through: z.iso.date().describe(
    "Splits that took effect up to this date are in the prices; the session itself for prices as traded",
  ),
});

/** Number of sessions published at once. */
const SESSIONS_AT_ONCE = 250;

/** Daily bars of an import. If the source also has a bar of a ticker and session, `joined_daily_bars` chooses between them. */
export const importedDailyBars = asset({
  key: "imported_daily_bars",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Imported daily bars, one for each ticker and session.",
  row: ImportedDailyBar,
  primaryKey: ["ticker", "session"],
  partitionedBy: { name: "ticker", date: "session" },
  checks: [rowsUsable()],
  source: importVersion,
  partitionsDef: importedOnce(({ bars }) => spansOf(bars.ticker, bars.session), cutBy({ dates: SESSIONS_AT_ONCE })),

  async materialize({ partitions, before, resources }) {
    const pending = pendingOf(resources);
    const { bars } = pending.rows;
    const value = (number: number) => Number.isNaN(number) ? null : number;
    const rows = bars.ticker.flatMap((ticker, i) => {
      const session = bars.session[i]!;
      if (!partitions.has(ticker, session)) return [];
      return [{
        ticker,
        session,
        open: value(bars.open[i]!),
        high: value(bars.high[i]!),
        low: value(bars.low[i]!),
        close: bars.close[i]!,
        volume: value(bars.volume[i]!),
        vwap: value(bars.vwap[i]!),
        dividend: bars.dividend[i]!,
        adjusted_through: bars.adjusted_through[i]!,
      }];
    });
    const earlier = await before.rows() as typeof rows;
    return withEarlier(pending, {
      kind: "bars",
      rows,
      earlier,
      keyOf: ({ ticker, session }) => `${session} ${ticker}`,
    });
  },
});
