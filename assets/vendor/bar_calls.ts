import type { CellSet } from "../../engine/mod.ts";
import { type Call, fewestCalls } from "../../resources/market_data/call_cover.ts";

/** The fewest calls that answer all of these cells, ticker × session. */
export function barCalls(cells: CellSet): Call[] {
  const { names, dates } = cells.space;
  return fewestCalls({
    sessions: dates,
    tickers: names.map((ticker, at) => {
      const places = cells.rangesAt(at);
      return {
        ticker,
        ranges: Array.from({ length: places.length / 2 }, (_, i) => [places[2 * i]!, places[2 * i + 1]!] as const),
      };
    }),
  });
}

/** Cuts cells into parts that a call each answers, so that a session or ticker which cannot be had keeps back no other. */
export function cutByCall(cells: CellSet): CellSet[] {
  const { space } = cells;
  let left = cells;
  return barCalls(cells).map((call) => {
    const part = call.kind === "session"
      ? left.during([space.dateAt(call.session), space.dateAt(call.session) + 1])
      : left.named((name) => name === call.ticker)
        .during([space.dateAt(call.from), space.dateAt(call.to) + 1]);
    left = left.difference(part);
    return part;
  });
}
