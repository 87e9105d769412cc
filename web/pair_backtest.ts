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
  /** USD as traded, of each leg; `null` if not recorded. */
  entryPrices: readonly [number, number] | null;
  /** At entry, negative if short; `null` if not recorded. */
  shares: readonly [number, number] | null;
}

/** Equity and trades of a pair. */
export interface PairBacktest {
  sessions: string[];
  /** USD. */
  equity: number[];
  trades: PairTrade[];
}
