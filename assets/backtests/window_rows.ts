import type { z } from "zod";
import type { HashedWindow, Packed } from "./finished_windows.ts";
import type { PortfolioPart } from "./portfolio_rows.ts";
import type { PortfolioWindow } from "./portfolio_windows.ts";

/**
 * Rows of `portfolio_windows` of a portfolio, of the complete windows among those that its days cover.
 *
 * @param windows The windows from the first of the days on.
 */
export function windowRowsOf(
  { strategy, costs, cost_bps, weighting, days, peakEquity }: PortfolioPart,
  windows: readonly (HashedWindow & { window: number })[],
): z.output<typeof PortfolioWindow>[] {
  const place = new Map(days.session.map((session, t) => [session, t]));
  return windows.filter(({ complete }) => complete).map((window) => {
    const [start, end] = [place.get(window.trading_first_session)!, place.get(window.trading_last_session)! + 1];
    const packed = (column: Packed) => new Uint8Array(days[column].slice(start, end).buffer).toBase64();
    return {
      strategy,
      costs,
      cost_bps,
      weighting,
      trading_first_session: window.trading_first_session,
      window: window.window,
      made_of: window.madeOf,
      equity: days.equity[end - 1]!,
      peak_equity: peakEquity[end - 1]!,
      benchmark_equity: days.benchmark_equity[end - 1]!,
      cash_equity: days.cash_equity[end - 1]!,
      daily_return: packed("daily_return"),
      gross_exposure: packed("gross_exposure"),
      turnover: packed("turnover"),
      entered_positions: packed("entered_positions"),
    };
  });
}
