import { pairMetrics, pairTrades } from "../assets/views.ts";
import type { RowOf } from "../engine/mod.ts";
import { ofPair } from "./pair_filter.ts";
import type { PairBacktest, PairTrade } from "./pair_backtest.ts";
import type { VersionReader } from "./version_rows.ts";

type Day = Pick<RowOf<typeof pairTrades>, "session" | "position" | "budget">;
/** Totals of the reference backtest. */
type Metrics = Pick<RowOf<typeof pairMetrics>, "total_return" | "annualized_return" | "max_drawdown">;

/** The original's backtest, fitted on the sample that it trades. */
export type Reference = PairBacktest & { metrics: Metrics | null };

/** Reads the reference backtest; `null` if the pair has none. */
export async function readReference(
  read: VersionReader,
  tickers: readonly [string, string],
): Promise<Reference | null> {
  const filters = ofPair(tickers);
  const [days, [metrics]] = await Promise.all([
    read.rows(pairTrades, { filters, fields: ["session", "position", "budget"] }),
    read.rows(pairMetrics, { filters, fields: ["total_return", "annualized_return", "max_drawdown"] }),
  ]);
  if (days.length === 0) return null;
  return {
    sessions: days.map(({ session }) => session),
    equity: days.map(({ budget }) => budget),
    trades: heldPositions(days),
    metrics: metrics ?? null,
  };
}

/** Positions as held: each from the session after the close that opens it to the session in which it is closed. */
function heldPositions(days: readonly Day[]): PairTrade[] {
  const trades: PairTrade[] = [];
  const none = { costs: null, entryPrices: null, shares: null };
  for (let t = 0, entered = 0; t < days.length; t++) {
    const position = days[t]!.position;
    const before = t === 0 ? 0 : days[t - 1]!.position;
    const [from, to] = [days[entered]!.budget, days[t]!.budget];
    if (position !== before && before !== 0) {
      trades.push({
        entry: days[entered]!.session,
        exit: days[t]!.session,
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
      const [from, to] = [days[entered]!.budget, days[t]!.budget];
      const entry = days[entered]!.session;
      const held = { side: position, reason: null, sessions: t - entered, ...none };
      trades.push({ entry, exit: null, pnl: to - from, return: to / from - 1, ...held });
    }
  }
  return trades;
}
