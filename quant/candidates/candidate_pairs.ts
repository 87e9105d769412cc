import type { TickerPair } from "./candidate_pair.ts";

/** A pair to be tested, with the sources that proposed it. */
export interface CandidatePair {
  /** The tickers, in the order of the universe. */
  readonly pair: TickerPair;
  /** Names of the sources that proposed it, in the order in which the sources were given; at least one. */
  readonly sources: readonly string[];
}

/**
 * The union of several sources of pairs: each pair once, in whichever order it was proposed, with the sources that proposed it.
 *
 * @param universe All tickers, each once: their order decides which ticker of a pair is first, and the order of the pairs.
 * @param sources Pairs by the name of their source.
 * @returns Ordered by first, then by second ticker.
 * @throws {RangeError} If the universe contains a ticker twice, or a pair has a ticker outside the universe or the same ticker twice.
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { candidatePairs } from "./candidate_pairs.ts";
 *
 * const candidates = candidatePairs(["A", "B", "C"], { cluster: [["B", "A"]], sector: [["A", "B"], ["B", "C"]] });
 * assert.deepEqual(candidates, [
 *   { pair: ["A", "B"], sources: ["cluster", "sector"] },
 *   { pair: ["B", "C"], sources: ["sector"] },
 * ]);
 * ```
 *
 * Cost: O(pairs · log pairs).
 */
export function candidatePairs(
  universe: readonly string[],
  sources: Readonly<Record<string, Iterable<TickerPair>>>,
): CandidatePair[] {
  const positions = new Map(universe.map((ticker, i) => [ticker, i]));
  if (positions.size !== universe.length) {
    throw new RangeError("A ticker is twice in the universe: give each of them once.");
  }
  const found = new Map<number, { pair: TickerPair; sources: string[] }>();
  for (const [source, pairs] of Object.entries(sources)) {
    for (const [one, other] of pairs) {
      const [i, j] = [one, other].map((ticker) => {
        const position = positions.get(ticker);
        if (position !== undefined) return position;
        throw new RangeError(
          `The source ${source} proposes ${one} with ${other}, but ${ticker} is not in the universe.`,
        );
      }) as [number, number];
      if (i === j) throw new RangeError(`The source ${source} proposes ${one} with itself.`);
      const key = Math.min(i, j) * universe.length + Math.max(i, j);
      const known = found.get(key);
      if (!known) {
        found.set(key, { pair: [universe[Math.min(i, j)]!, universe[Math.max(i, j)]!], sources: [source] });
      } else if (known.sources.at(-1) !== source) known.sources.push(source);
    }
  }
  return [...found].sort(([a], [b]) => a - b).map(([, candidate]) => candidate);
}
