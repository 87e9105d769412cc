import type { Filter } from "../engine/mod.ts";
import type { PairBacktest, PairRead, PairTrade, Row } from "./pair_record.ts";

/** Totals of the reference backtest. */
export interface ReferenceMetrics {
  total_return: number;
  annualized_return: number | null;
  max_drawdown: number;
}

/** The original's backtest, fitted on the sample that it trades. */
export type Reference = PairBacktest & { metrics: ReferenceMetrics | null };

/** Reads it; `null` where the pair has none. */
export async function readReference(read: PairRead, filters: readonly Filter[]): Promise<Reference | null> {
  const [days, metrics] = await Promise.all([
    read("pair_trades", filters, ["session", "position", "budget"]),
    read("pair_metrics", filters, ["total_return", "annualized_return", "max_drawdown"]),
  ]);
  if (days.length === 0) return null;
  return {
    sessions: days.map((day) => day.session as string),
    equity: days.map((day) => day.budget as number),
    trades: heldPositions(days),
    metrics: metrics[0] as unknown as ReferenceMetrics ?? null,
  };
}

/** Positions as they were held: each from the session after whose close it is there to the one in which it is gone. */
function heldPositions(days: readonly Row[]): PairTrade[] {
  const trades: PairTrade[] = [];
  const none = { costs: null, entryPrices: null, shares: null };
  for (let t = 0, entered = 0; t < days.length; t++) {
    const position = days[t]!.position as number;
    const before = t === 0 ? 0 : days[t - 1]!.position as number;
    const [from, to] = [days[entered]!.budget as number, days[t]!.budget as number];
    if (position !== before && before !== 0) {
      trades.push({
        entry: days[entered]!.session as string,
        exit: days[t]!.session as string,
        side: before,
        reason: position === 0 ? "signal" : "reversal",
        sessions: t - entered,
        pnl: to - from,
        return: to / from - 1,
        ...none,
      });
    }
    if (position !== before && position !== 0) entered = t;
    if (t === days.length - 1 && position !== 0) {
      const [from, to] = [days[entered]!.budget as number, days[t]!.budget as number];
      const entry = days[entered]!.session as string;
      const held = { side: position, reason: null, sessions: t - entered, ...none };
      trades.push({ entry, exit: null, pnl: to - from, return: to / from - 1, ...held });
    }
  }
  return trades;
}
