import { z } from "zod";
import { eager, lastSessions, reads } from "../../engine/mod.ts";
import { asset } from "../resources.ts";
import { dailyBars } from "./daily_bars.ts";
import { IndicatorRows, type IndicatorState, indicatorWindow } from "./indicator_series.ts";
import { tickerParts } from "./ticker_parts.ts";

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
  ema_12: z.number().nullable().describe(
    "Exponential average of the closes with the weight 2/13: the fast one of macd",
  ),
  ema_26: z.number().nullable().describe("The same with the weight 2/27: the slow one of macd"),
  average_gain_30: z.number().nullable().describe(
    "Smoothed gain of a close, of which rsi_30 is made; null before there are 30 closes",
  ),
  average_loss_30: z.number().nullable().describe("Smoothed loss of a close, likewise"),
});

/** Limit on groups of tickers continued from different sessions; tickers of further groups are computed from their first close. */
const mostGroups = 8;

/**
 * Technical indicators of each ticker in each session, from its closes up to then, by the vendor's definitions.
 *
 * A row and the last closes determine the next row: a new session is computed from the previous one, with the same result as from
 * the first close.
 */
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
    chunks: tickerParts,
  },

  async materialize({ inputs, partitions, settled, progress }) {
    const { space, names } = partitions;
    const rows = new IndicatorRows(partitions);
    // By index of the first session to make; 0 if the previous session has no settled row to continue from.
    const groups = Map.groupBy(names, (name) => {
      const [first] = partitions.rangesAt(space.nameAt(name));
      return first! > 0 && settled.partitions.has(name, space.dates[first! - 1]!) ? first! : 0;
    });
    const anew = [...groups.get(0) ?? []];
    const later = [...groups].filter(([first]) => first > 0).sort((a, b) => b[1].length - a[1].length);
    for (const [first, group] of later.slice(0, mostGroups)) {
      const last = Math.max(...group.map((name) => partitions.rangesAt(space.nameAt(name)).at(-1)!));
      const read = space.dates.slice(Math.max(0, first - indicatorWindow), last);
      const isAll = group.length === names.length;
      const [bars, states] = await Promise.all([
        (isAll ? inputs.bars : inputs.bars.where("ticker", group)).where("session", read)
          .columns("ticker", "session", "close"),
        (isAll ? settled : settled.where("ticker", group)).where("session", [space.dates[first - 1]!]).rows(),
      ]);
      anew.push(...rows.addFrom(bars, { states: states as IndicatorState[], from: space.dates[first]! }));
      progress(rows.count, partitions.count);
    }
    anew.push(...later.slice(mostGroups).flatMap(([, group]) => group));
    if (anew.length > 0) {
      const bars = anew.length === names.length ? inputs.bars : inputs.bars.where("ticker", anew);
      rows.addAll(await bars.columns("ticker", "session", "close"));
    }
    return { rows: rows.columns() };
  },
});
