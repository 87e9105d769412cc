import { FEWEST_SESSIONS } from "./scan_plan.ts";

/**
 * The legs of a scan: every series centred on its mean, with its moments, in memory that workers share.
 *
 * Series are centred here once instead of once per pair, and a spread of centred legs keeps digits that it would lose to the
 * price level.
 */
export interface PriceTable {
  readonly tickers: readonly string[];
  readonly sessions: number;
  /** Row-major tickers × sessions: price less the series' mean. */
  readonly centred: Float64Array<SharedArrayBuffer>;
  readonly means: Float64Array<SharedArrayBuffer>;
  /** Sum of squares of the centred series; exactly 0 if and only if the series is constant. */
  readonly sumsOfSquares: Float64Array<SharedArrayBuffer>;
  /** Largest absolute price of each series: the scale of its rounding error. */
  readonly magnitudes: Float64Array<SharedArrayBuffer>;
}

/** Squares of values beyond these limits would overflow or underflow, and their sums would be wrong without an error. */
const LARGEST_PRICE = 1e100;
const SMALLEST_SUM_OF_SQUARES = 1e-200;

/**
 * Checks and centres the series that a scan uses.
 *
 * @param prices Series by ticker, oldest first, all of the same length n ≥ 100, finite.
 * @throws {RangeError} If a series is shorter than 100 sessions, differs in length from the first, or holds NaN, ±Infinity or
 *   a magnitude that cannot be squared; the message names the ticker.
 */
export function tabulatePrices(prices: ReadonlyMap<string, Float64Array>): PriceTable {
  const tickers = [...prices.keys()];
  const sessions = tickers.length > 0 ? prices.get(tickers[0]!)!.length : 0;
  const table = {
    tickers,
    sessions,
    centred: sharedFloats(tickers.length * sessions),
    means: sharedFloats(tickers.length),
    sumsOfSquares: sharedFloats(tickers.length),
    magnitudes: sharedFloats(tickers.length),
  };
  tickers.forEach((ticker, index) => {
    const series = prices.get(ticker)!;
    refuseUnfit(ticker, series, tickers[0]!, sessions);
    const row = table.centred.subarray(index * sessions, (index + 1) * sessions);
    const { mean, sumOfSquares, magnitude } = centre(series, row);
    if (magnitude > LARGEST_PRICE || (sumOfSquares !== 0 && sumOfSquares < SMALLEST_SUM_OF_SQUARES)) {
      throw new RangeError(
        `Prices of ${ticker} are too large or too close together to be squared: rescale the series.`,
      );
    }
    table.means[index] = mean;
    table.sumsOfSquares[index] = sumOfSquares;
    table.magnitudes[index] = magnitude;
  });
  return table;
}

/** Float64Array on new shared memory. */
export function sharedFloats(length: number): Float64Array<SharedArrayBuffer> {
  return new Float64Array(new SharedArrayBuffer(length * Float64Array.BYTES_PER_ELEMENT));
}

function refuseUnfit(ticker: string, series: Float64Array, firstTicker: string, sessions: number): void {
  if (series.length !== sessions) {
    throw new RangeError(
      `Prices of ${ticker} have ${series.length} sessions, those of ${firstTicker} ${sessions}: align the series first.`,
    );
  }
  if (sessions < FEWEST_SESSIONS) {
    throw new RangeError(`Prices of ${ticker} have ${sessions} sessions; a scan needs at least ${FEWEST_SESSIONS}.`);
  }
  const unfit = series.findIndex((price) => !Number.isFinite(price));
  if (unfit >= 0) {
    throw new RangeError(
      `Prices of ${ticker} hold ${series[unfit]} at session ${unfit}: fill or drop the series first.`,
    );
  }
}

/** Writes `series` less its mean into `row`; a constant series becomes exact zeros. */
function centre(series: Float64Array, row: Float64Array): { mean: number; sumOfSquares: number; magnitude: number } {
  const n = series.length;
  let low = series[0]!;
  let high = series[0]!;
  for (let t = 1; t < n; t++) {
    if (series[t]! < low) low = series[t]!;
    if (series[t]! > high) high = series[t]!;
  }
  const magnitude = Math.max(Math.abs(low), Math.abs(high));
  if (low === high) {
    row.fill(0);
    return { mean: low, sumOfSquares: 0, magnitude };
  }
  // Summing distances from one of the values keeps the digits of a series that moves little around a high level.
  const pivot = series[0]!;
  let shift = 0;
  for (let t = 0; t < n; t++) shift += series[t]! - pivot;
  const mean = pivot + shift / n;
  let sumOfSquares = 0;
  for (let t = 0; t < n; t++) {
    const deviation = series[t]! - mean;
    row[t] = deviation;
    sumOfSquares += deviation * deviation;
  }
  return { mean, sumOfSquares, magnitude };
}
