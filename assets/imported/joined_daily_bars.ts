import { eager, identity, type PartitionMapping, reads } from "../../engine/mod.ts";
import { barColumnNames, type BarColumns, barFault, barKey, type SplitColumns } from "../market/bar_judgement.ts";
import { RawDailyBar, rawDailyBars } from "../market/raw_daily_bars.ts";
import { rawSplits } from "../market/raw_splits.ts";
import { asset } from "../resources.ts";
import { importedDailyBars } from "./imported_daily_bars.ts";

/** Splits of the bar's own session and later ones. */
const fromItsSessionOn: PartitionMapping = {
  names: { kind: "same" },
  dates: { kind: "window", back: 0, forward: Infinity },
};

/**
 * Bars as received, joined with imported ones: every bar of the source, and imported bars for tickers and sessions without a
 * usable one.
 *
 * Imported prices are adjusted for splits. Splits known to the source are reversed, because readers of these bars expect
 * unadjusted prices. Splits unknown to the source remain in the prices; no later step applies them again.
 */
export const joinedDailyBars = asset({
  key: "joined_daily_bars",
  module: import.meta,
  group: "imported",
  layer: "raw",
  description: "Daily bars of the source, and imported ones where it has no usable bar.",
  deps: {
    raw: reads(rawDailyBars, identity),
    imported: reads(importedDailyBars, identity),
    splits: reads(rawSplits, fromItsSessionOn),
  },
  automation: eager(),
  row: RawDailyBar,
  primaryKey: ["ticker", "session", "occurrence"],
  partitionedBy: { name: "ticker", date: "session" },
  partitionsDef: {
    wanted: ({ upstream: { raw, imported } }) => ({
      names: [...new Set([...raw.space.names, ...imported.space.names])].sort(),
      dates: [...new Set([...raw.space.dates, ...imported.space.dates])].sort(),
    }),
  },

  async materialize({ inputs }) {
    const [raw, imported, splits] = await Promise.all([
      inputs.raw.columns(...barColumnNames, "vwap"),
      inputs.imported.columns(
        ...[
          "ticker",
          "session",
          "open",
          "high",
          "low",
          "close",
          "volume",
          "vwap",
          "dividend",
          "adjusted_through",
        ] as const,
      ),
      inputs.splits.columns("ticker", "session", "ratio"),
    ]);
    const known = barsOf(raw);
    const factors = splitsTaken(imported, splits);
    const missing = imported.ticker.flatMap((ticker, i) =>
      known.get(barKey(ticker, imported.session[i]!))?.usable ? [] : [i]
    );
    const occurrence = missing.map((i) =>
      (known.get(barKey(imported.ticker[i]!, imported.session[i]!))?.count ?? 0) + 1
    );
    const splitOf = new Map(splits.ticker.map((ticker, i) => [barKey(ticker, splits.session[i]!), splits.ratio[i]!]));
    const price = (column: Float64Array) => missing.map((i) => column[i]! * factors[i]!);
    const both = (own: Float64Array, more: readonly number[]) => Float64Array.from([...own, ...more]);
    return {
      rows: {
        ticker: [...raw.ticker, ...missing.map((i) => imported.ticker[i]!)],
        session: [...raw.session, ...missing.map((i) => imported.session[i]!)],
        occurrence: both(raw.occurrence, occurrence),
        open: both(raw.open, price(imported.open)),
        high: both(raw.high, price(imported.high)),
        low: both(raw.low, price(imported.low)),
        close: both(raw.close, price(imported.close)),
        volume: both(raw.volume, missing.map((i) => imported.volume[i]! / factors[i]!)),
        vwap: both(raw.vwap, price(imported.vwap)),
        dividend: both(raw.dividend, price(imported.dividend)),
        split: both(raw.split, missing.map((i) => splitOf.get(barKey(imported.ticker[i]!, imported.session[i]!)) ?? 1)),
      },
      metadata: {
        received: raw.ticker.length,
        imported: missing.length,
        imported_not_needed: imported.ticker.length - missing.length,
      },
    };
  },
});

/** Number of bars of each ticker and session, and whether one of them is usable. */
function barsOf(raw: BarColumns): Map<string, { count: number; usable: boolean }> {
  const known = new Map<string, { count: number; usable: boolean }>();
  raw.ticker.forEach((ticker, i) => {
    const key = barKey(ticker, raw.session[i]!);
    const usable = barFault(raw, i) === undefined;
    const before = known.get(key);
    known.set(key, { count: (before?.count ?? 0) + 1, usable: usable || (before?.usable ?? false) });
  });
  return known;
}

/** For each imported bar, the product of the splits that its price is adjusted for and that the source knows. */
function splitsTaken(
  imported: { ticker: readonly string[]; session: readonly string[]; adjusted_through: readonly string[] },
  { ticker, session, ratio }: SplitColumns,
): Float64Array {
  const splitsOf = Map.groupBy(ticker.keys(), (i) => ticker[i]!);
  return Float64Array.from(imported.ticker, (name, i) => {
    let factor = 1;
    for (const s of splitsOf.get(name) ?? []) {
      if (session[s]! > imported.session[i]! && session[s]! <= imported.adjusted_through[i]!) factor *= ratio[s]!;
    }
    return factor;
  });
}
