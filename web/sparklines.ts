import { rowsOfVersion, type VersionEngine } from "./version_rows.ts";

/** How far back a sparkline goes, about three months. */
const days = 91;

/**
 * The last closes of tickers for small pictures, oldest first.
 *
 * @returns What reads them for the bars of one materialization, each ticker once as long as no other is asked for.
 */
export function sparklines(
  engine: VersionEngine,
): (of: { bars: number; until: string; tickers: readonly string[] }) => Promise<Map<string, number[]>> {
  let known: { bars: number; closes: Map<string, number[]> } = { bars: 0, closes: new Map() };
  return async ({ bars, until, tickers }) => {
    if (known.bars !== bars) known = { bars, closes: new Map() };
    const { closes } = known;
    // A comma parts the values of a filter.
    const lacking = tickers.filter((ticker) => !closes.has(ticker) && !ticker.includes(","));
    if (lacking.length > 0) {
      const from = Temporal.PlainDate.from(until).subtract({ days }).toString();
      const rows = await rowsOfVersion(engine, { key: "daily_bars", id: bars }, {
        fields: ["ticker", "session", "close"],
        filters: [
          { column: "ticker", operator: "in", value: lacking.join(",") },
          { column: "session", operator: "gte", value: from },
        ],
      });
      const found = Map.groupBy(rows, (row) => row.ticker as string);
      for (const ticker of lacking) closes.set(ticker, (found.get(ticker) ?? []).map((row) => row.close as number));
    }
    return new Map(tickers.map((ticker) => [ticker, closes.get(ticker) ?? []]));
  };
}
