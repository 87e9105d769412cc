import type { z } from "zod";
import type { Input } from "../../engine/mod.ts";
import { joinedNumbers } from "./column_parts.ts";
import { pairName } from "./formation_shares.ts";
import type { PairOutcomeRow } from "./pair_outcomes.ts";
import type { PortfolioDay } from "./portfolio_daily.ts";
import type { PortfolioWindow } from "./portfolio_windows.ts";

type Window = z.output<typeof PortfolioWindow>;
/** Packed columns. */
export type Packed = "daily_return" | "gross_exposure" | "turnover" | "entered_positions";
type Outcome = z.output<typeof PairOutcomeRow>;
type PortfolioKey = Pick<z.output<typeof PortfolioDay>, "strategy" | "costs" | "cost_bps" | "weighting">;

/** A portfolio in the finished windows, one value for each session, oldest first. */
export interface PortfolioBefore {
  /** At the end of the last of them. */
  equity: number;
  /** Highest equity up to then, at least 1. */
  peakEquity: number;
  dailyReturn: Float64Array;
  enteredPositions: Float64Array;
}

/** The first windows of the walk-forward, whose results are known and final. */
export interface FinishedWindows {
  count: number;
  /** By {@linkcode portfolioName}. */
  portfolios: ReadonlyMap<string, PortfolioBefore>;
  /** At the end of the last of them; 1 without one. */
  benchmarkEquity: number;
  cashEquity: number;
}

/** No window is known. */
export const noWindows: FinishedWindows = { count: 0, portfolios: new Map(), benchmarkEquity: 1, cashEquity: 1 };

/** Identifies a portfolio. */
export function portfolioName({ strategy, costs, cost_bps, weighting }: PortfolioKey): string {
  return `${strategy} ${costs} ${cost_bps} ${weighting}`;
}

/** Bounds of a window that tell whether another one follows at once. */
interface JoinedWindow {
  formation_last_session: string;
  trading_last_session: string;
}

/** Number of the first windows that follow each other without a session between: a formation that could not be searched leaves a gap. */
export function joinedWindows(windows: readonly JoinedWindow[]): number {
  const gap = windows.findIndex(({ formation_last_session }, i) =>
    i > 0 && formation_last_session !== windows[i - 1]!.trading_last_session
  );
  return gap < 0 ? windows.length : gap;
}

/** A window and the hash of what decides its results, besides bars and settings. */
export interface HashedWindow extends JoinedWindow {
  trading_first_session: string;
  complete: boolean;
  madeOf: string;
}

/** Windows with the hashes of their bounds and pairs. */
export async function hashedWindows<Row extends Omit<HashedWindow, "madeOf"> & { window: number }>(
  windows: readonly Row[],
  pairs: readonly { window: number }[],
): Promise<(Row & HashedWindow)[]> {
  const pairsOf = Map.groupBy(pairs, ({ window }) => window);
  return await Promise.all(windows.map(async (row) => {
    const text = JSON.stringify([row, pairsOf.get(row.window) ?? []]);
    const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
    return { ...row, madeOf: new Uint8Array(digest).toHex().slice(0, 24) };
  }));
}

/**
 * The windows that need not be computed again: those before the first whose bounds or pairs differ from the stored ones, that is
 * not complete, that ends on the date of a change or later, or that the next one does not follow at once. The last window is never
 * among them.
 *
 * @param stored Rows of `portfolio_windows`.
 * @param changedFrom The first date with a change of bars, sessions or the index; `null` for none.
 */
export async function finishedWindows(
  stored: Input<Record<string, unknown>>,
  { windows, changedFrom }: { windows: readonly HashedWindow[]; changedFrom: string | null },
): Promise<FinishedWindows> {
  const rows = await stored.rows() as Window[];
  const madeOf = new Map(rows.map((row) => [row.trading_first_session, row.made_of]));
  const changed = windows.findIndex((window) =>
    !window.complete || madeOf.get(window.trading_first_session) !== window.madeOf ||
    (changedFrom !== null && window.trading_last_session >= changedFrom)
  );
  const count = Math.min(joinedWindows(windows) - 1, changed < 0 ? Infinity : changed);
  if (count <= 0) return noWindows;
  const last = windows[count - 1]!.trading_first_session;
  const known = rows.filter(({ trading_first_session }) => trading_first_session <= last);
  const portfolios = new Map<string, PortfolioBefore>();
  for (const [name, own] of Map.groupBy(known, portfolioName)) {
    const { equity, peak_equity } = own.at(-1)!;
    portfolios.set(name, {
      equity,
      peakEquity: peak_equity,
      dailyReturn: unpacked(own, "daily_return"),
      enteredPositions: unpacked(own, "entered_positions"),
    });
  }
  const { benchmark_equity: benchmarkEquity, cash_equity: cashEquity } = known.findLast((row) =>
    row.trading_first_session === last
  )!;
  return { count, portfolios, benchmarkEquity, cashEquity };
}

/** A packed column of rows of one portfolio in order, as one series. */
export function unpacked(
  rows: readonly Window[],
  column: Packed,
): Float64Array {
  return joinedNumbers(rows.map((row) => new Float64Array(Uint8Array.fromBase64(row[column]).buffer)));
}

/**
 * The stored outcomes of pairs all of whose windows are finished.
 *
 * @param stored Rows of `pair_outcomes`.
 * @param complete The sessions that count.
 */
export async function finishedOutcomes(
  stored: Input<Record<string, unknown>>,
  { windows, finished, pairs, complete }: {
    windows: readonly (HashedWindow & { window: number })[];
    finished: FinishedWindows;
    pairs: readonly { window: number; ticker_1: string; ticker_2: string }[];
    complete: ReadonlySet<string>;
  },
): Promise<Outcome[]> {
  const lengthOf = new Map(
    windows.slice(0, finished.count).map((window) => [
      window.window,
      complete.values().filter((session) =>
        window.trading_first_session <= session && session <= window.trading_last_session
      ).toArray().length,
    ]),
  );
  const sessionsOf = new Map<string, number>();
  for (const pair of pairs) {
    const name = pairName(pair);
    // NaN with a window to compute.
    sessionsOf.set(name, (sessionsOf.get(name) ?? 0) + (lengthOf.get(pair.window) ?? NaN));
  }
  // A pair that was in further windows before has more sessions.
  const rows = await stored.rows() as Outcome[];
  return rows.filter((row) => row.sessions === sessionsOf.get(pairName(row)));
}
