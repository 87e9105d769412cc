import type { ChosenPair, ChosenPairs } from "./chosen_pairs.ts";
import type { NewestSignal, NewestSignals } from "./newest_signals.ts";

/** Standings of a pair, most important first. */
export const standings = ["order", "open", "flat", "chosen"] as const;
export type Standing = typeof standings[number];

/** A pair that is traded, or chosen to be. */
export interface PairOrder {
  tickers: readonly [string, string];
  /** `order`: an order fills in the next session; `open`, `flat`: traded, with or without a position; `chosen`: not traded yet. */
  standing: Standing;
  /** At the newest close; `null` for a pair that is not traded yet. */
  signal: NewestSignal | null;
  /** In the newest selection; `null` for a pair that is no longer in it. */
  chosen: ChosenPair | null;
}

/** All pairs that the walk-forward trades now, and those of the newest selection that it does not trade yet. */
export function pairOrders(signals: NewestSignals | null, selection: ChosenPairs | null): PairOrder[] {
  const name = ({ tickers }: { tickers: readonly [string, string] }) => tickers.join("\n");
  const chosen = new Map(selection?.pairs.map((pair) => [name(pair), pair]));
  const traded = (signals?.signals ?? []).map((signal): PairOrder => ({
    tickers: signal.tickers,
    standing: signal.acts ? "order" : signal.position !== 0 ? "open" : "flat",
    signal,
    chosen: chosen.get(name(signal)) ?? null,
  }));
  const known = new Set(traded.map(name));
  const waiting = [...chosen.values()].filter((pair) => !known.has(name(pair)))
    .map((pair): PairOrder => ({ tickers: pair.tickers, standing: "chosen", signal: null, chosen: pair }));
  const rank = ({ chosen }: PairOrder) => chosen?.rank ?? Infinity;
  return [...traded, ...waiting].sort((a, b) =>
    standings.indexOf(a.standing) - standings.indexOf(b.standing) ||
    (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0)
  );
}
