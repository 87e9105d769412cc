import { dailyBars } from "../assets/views.ts";
import type { Engine } from "../engine/mod.ts";

/** Number of calendar days in a sparkline, about three months. */
const days = 91;

/**
 * The last closes of tickers for sparklines, oldest first.
 *
 * @returns A function that reads them for a materialization of the bars. It caches the tickers of one materialization.
 */
export function sparklines(
  engine: Pick<Engine, "read">,
): (of: { bars: number; until: string; tickers: readonly string[] }) => Promise<Map<string, number[]>> {
  let known: { bars: number; closes: Map<string, number[]> } = { bars: 0, closes: new Map() };
  return async ({ bars, until, tickers }) => {
    if (known.bars !== bars) known = { bars, closes: new Map() };
    const { closes } = known;
    // A filter's value cannot contain a comma, which separates values.
    const lacking = tickers.filter((ticker) => !closes.has(ticker) && !ticker.includes(","));
    if (lacking.length > 0) {
      const from = Temporal.PlainDate.from(until).subtract({ days }).toString();
      const { rows } = await engine.read(dailyBars, {
        asOf: bars,
        fields: ["ticker", "session", "close"],
        filters: [
          { column: "ticker", operator: "in", value: lacking.join(",") },
          { column: "session", operator: "gte", value: from },
        ],
      });
      const found = Map.groupBy(rows, (row) => row.ticker);
      for (const ticker of lacking) closes.set(ticker, (found.get(ticker) ?? []).map((row) => row.close));
    }
    return new Map(tickers.map((ticker) => [ticker, closes.get(ticker) ?? []]));
  };
}
