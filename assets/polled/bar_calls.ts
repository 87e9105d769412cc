import type { PartitionSet } from "../../engine/mod.ts";
import { type Call, fewestCalls } from "../../resources/market_data/call_cover.ts";

/** The fewest calls that answer all of these partitions, ticker × session. */
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

/** Cuts partitions into parts that a call each answers, so that a session or ticker that cannot be read holds back no other. */
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
