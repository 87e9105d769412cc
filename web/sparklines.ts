import { dailyBars } from "../assets/views.ts";
import type { Engine } from "../engine/mod.ts";

/** How far back a sparkline goes, about three months. */
const days = 91;

/**
 * The last closes of tickers for small pictures, oldest first.
 *
 * @returns What reads them for the bars of one materialization, each ticker once as long as no other is asked for.
 */
export function sparklines(
  engine: Pick<Engine, "read">,
): (of: { bars: number; until: string; tickers: readonly string[] }) => Promise<Map<string, number[]>> {
  let known: { bars: number; closes: Map<string, number[]> } = { bars: 0, closes: new Map() };
  return async ({ bars, until, tickers }) => {
    if (known.bars !== bars) known = { bars, closes: new Map() };
    const { closes } = known;
    // A comma parts the values of a filter.
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
