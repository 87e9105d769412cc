import { pseudoRandom } from "./pseudo_random.ts";
import { type RawBar, rawBar, weekdays } from "./bars.ts";

/** Rows of `clean_prices` from closes by ticker, oldest first, all of one length. */
export function cleanPriceRows(closes: Readonly<Record<string, ArrayLike<number>>>) {
  const sessions = weekdays(Math.max(0, ...Object.values(closes).map((values) => values.length)));
  return Object.entries(closes).flatMap(([ticker, values]) =>
    Array.from(values, (close, t) => ({ ticker, session: sessions[t]!, close, filled: false }))
  );
}

/** Rows of `raw_daily_bars` with the same closes, and the last session. */
export function rawBarRows(closes: Readonly<Record<string, ArrayLike<number>>>): { bars: RawBar[]; asOf: string } {
  const rows = cleanPriceRows(closes);
  return {
    bars: rows.map(({ ticker, session, close }) => rawBar(ticker, session, close)),
    asOf: rows.map(({ session }) => session).sort().at(-1)!,
  };
}

/** Standard normal numbers by Box and Muller's method; reproducible by seed. */
export function normals(seed: number): () => number {
  const random = pseudoRandom(seed);
  return () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

/** A positive random walk of `length` steps of one hundredth. */
export function walk(seed: number, length: number): Float64Array {
  const normal = normals(seed);
  let log = 4;
  return Float64Array.from({ length }, () => Math.exp(log += 0.01 * normal()));
}

/** A series that reverts to 0: each value is `keeps` times the previous one plus standard normal noise. */
export function reverting(seed: number, length: number, keeps = 0.8): Float64Array {
  const normal = normals(seed);
  let value = 0;
  return Float64Array.from({ length }, () => value = keeps * value + normal());
}
