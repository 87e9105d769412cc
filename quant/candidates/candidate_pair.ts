/** Two tickers, the first being the earlier one in the order of the universe. */
export type TickerPair = readonly [first: string, second: string];

/** A pair with the distance between its tickers. */
export interface RankedPair {
  /** The tickers, in the order of the universe. */
  readonly pair: TickerPair;
  /** In the units of the source; smaller is nearer. */
  readonly distance: number;
}
