/** A position from entry to exit. */
export interface PairTrade {
  entry: string;
  /** `null` while the position is open. */
  exit: string | null;
  /** 1: spread bought, long ticker 2; −1: sold. */
  side: number;
  reason: string | null;
  sessions: number;
  /** USD before costs. */
  pnl: number | null;
  costs: number | null;
  /** Of the pair's equity, after costs. */
  return: number | null;
  /** USD as traded, of each leg; `null` where they are not recorded. */
  entryPrices: readonly [number, number] | null;
  /** At entry, negative if short; `null` where they are not recorded. */
  shares: readonly [number, number] | null;
}

/** How the equity of a pair went, session by session. */
export interface PairBacktest {
  sessions: string[];
  /** USD. */
  equity: number[];
  trades: PairTrade[];
}
