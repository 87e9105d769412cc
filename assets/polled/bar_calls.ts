import type { PartitionSet } from "../../engine/mod.ts";
import { type Call, fewestCalls } from "../../resources/market_data/call_cover.ts";

/** The fewest calls that cover all partitions, ticker × session. */
export function barCalls(partitions: PartitionSet): Call[] {
  const { names, dates } = partitions.space;
  return fewestCalls({
    sessions: dates,
    tickers: names.map((ticker, at) => {
      const places = partitions.rangesAt(at);
      return {
        ticker,
        ranges: Array.from({ length: places.length / 2 }, (_, i) => [places[2 * i]!, places[2 * i + 1]!] as const),
      };
    }),
  });
}

/** Cuts partitions into parts of one call each, so that an unreadable session or ticker does not block others. */
export function cutByCall(partitions: PartitionSet): PartitionSet[] {
  const { space } = partitions;
  let left = partitions;
  return barCalls(partitions).map((call) => {
    const part = call.kind === "session"
      ? left.during([space.dateAt(call.session), space.dateAt(call.session) + 1])
      : left.named((name) => name === call.ticker)
        .during([space.dateAt(call.from), space.dateAt(call.to) + 1]);
    left = left.difference(part);
    return part;
  });
}
