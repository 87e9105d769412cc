import { groupAlike, type Range } from "./call_cover/alike.ts";
import { minimumVertexCover } from "./call_cover/vertex_cover.ts";

/** Missing sessions of each ticker: indices into `sessions`, as half-open ranges, ascending. */
export interface MissingCells {
  /** Every session of the calendar from the first to the last relevant one, `YYYY-MM-DD`, ascending. */
  sessions: readonly string[];
  /** Each ticker once, in any order. */
  tickers: readonly { ticker: string; ranges: readonly (readonly [start: number, end: number])[] }[];
}

/** One vendor call: a session for all tickers, or a range of sessions for one ticker, both ends included. */
export type Call =
  | { kind: "session"; session: string }
  | { kind: "ticker"; ticker: string; from: string; to: string };

/**
 * The fewest vendor calls that answer every missing cell: a grouped call has one session of all tickers, a range call one ticker
 * over any sessions. Among several choices it is the one with the most grouped calls, because these also repair other tickers; it
 * depends on the cells alone, not on the order of the tickers.
 *
 * The choice is a minimum vertex cover of the graph whose nodes are tickers and sessions and whose edges are the missing cells.
 * It is exact. If `maxRangeSessions` limits a range call, each ticker's cells are first divided into as few windows as possible,
 * from its first missing session on, and the windows replace the tickers: exact for these windows, and never more expensive than
 * covering each ticker entirely or not at all, at the cost of its windows. The division into windows is not optimized: other
 * windows can be cheaper in rare cases.
 *
 * @param options.maxRangeSessions Maximum number of sessions in a range call; unlimited by default.
 * @returns Grouped calls by session, then range calls by ticker, then session. A range call covers the first to the last missing
 * session that is in no grouped call.
 * @throws {RangeError} If sessions or ranges are not ascending, a range exceeds the sessions, a ticker is listed twice or the
 * limit is not a whole number of at least 1.
 *
 * Source: D. Kőnig (1931) and E. A. Dinic (1970), see {@link minimumVertexCover}. Verified: exhaustive search on small grids,
 * a matching of the same size on larger ones (tests/resources/market_data/call_cover_test.ts). Cost: the graph is that of
 * {@link groupAlike}; 500 tickers × 6,300 sessions without any bar take 10 ms, 500 × 1,300 with a random half of the cells
 * missing 0.1 s (`deno task bench:cover`).
 *
 * @example
 * ```ts
 * import assert from "node:assert/strict";
 * import { fewestCalls } from "./call_cover.ts";
 *
 * // B is new, and the last session is missing for both.
 * const calls = fewestCalls({
 *   sessions: ["2026-11-18", "2026-11-19", "2026-11-20"],
 *   tickers: [{ ticker: "A", ranges: [[2, 3]] }, { ticker: "B", ranges: [[0, 3]] }],
 * });
 * assert.deepEqual(calls, [
 *   { kind: "session", session: "2026-11-20" },
 *   { kind: "ticker", ticker: "B", from: "2026-11-18", to: "2026-11-19" },
 * ]);
 * ```
 */
export function fewestCalls(missing: MissingCells, options: { maxRangeSessions?: number } = {}): Call[] {
  const { maxRangeSessions = Infinity } = options;
  if (maxRangeSessions !== Infinity && !(Number.isInteger(maxRangeSessions) && maxRangeSessions >= 1)) {
    throw new RangeError(`maxRangeSessions is ${maxRangeSessions}: give a whole number of sessions, at least 1.`);
  }
  requireAscending(missing.sessions);
  const { sessions } = missing;
  const tickers = joined(missing);

  const { graph, groupOfOrdinal } = groupAlike(windowsOf(tickers, maxRangeSessions), sessions.length);
  const cover = minimumVertexCover(graph);
  const isCalled = (ordinal: number) => cover.right[groupOfOrdinal[ordinal]!] === 1;

  const calls: Call[] = [];
  for (const [ordinal, session] of sessions.entries()) {
    if (isCalled(ordinal)) calls.push({ kind: "session", session });
  }
  for (const { ticker, ranges } of tickers) {
    const left = ranges.flatMap((range) => without(range, isCalled));
    for (const window of windows(left, maxRangeSessions)) {
      calls.push({ kind: "ticker", ticker, from: sessions[window[0]![0]]!, to: sessions[window.at(-1)![1] - 1]! });
    }
  }
  return calls;
}

interface TickerRanges {
  ticker: string;
  /** Not empty; they neither touch nor overlap. */
  ranges: Range[];
}

/** The windows of all tickers. */
function* windowsOf(tickers: readonly TickerRanges[], maxSessions: number): Generator<Range[]> {
  for (const { ranges } of tickers) yield* windows(ranges, maxSessions);
}

/** Divides `ranges` into as few windows of at most `maxSessions` as possible: each starts at the first index not yet covered. */
function* windows(ranges: readonly Range[], maxSessions: number): Generator<Range[]> {
  let window: Range[] = [];
  for (let [start, end] of ranges) {
    while (start < end) {
      if (window.length > 0 && start >= window[0]![0] + maxSessions) {
        yield window;
        window = [];
      }
      const stop = Math.min(end, (window[0]?.[0] ?? start) + maxSessions);
      window.push([start, stop]);
      start = stop;
    }
  }
  if (window.length > 0) yield window;
}

/** The parts of a range whose indices are not `isCalled`. */
function without([start, end]: Range, isCalled: (ordinal: number) => boolean): Range[] {
  const left: Range[] = [];
  for (let from = start; from < end; from++) {
    if (isCalled(from)) continue;
    let to = from + 1;
    while (to < end && !isCalled(to)) to++;
    left.push([from, to]);
    from = to;
  }
  return left;
}

/** The tickers with missing sessions, by name, with touching ranges merged. */
function joined({ sessions, tickers }: MissingCells): TickerRanges[] {
  const found = tickers.map(({ ticker, ranges }) => {
    const whole: [number, number][] = [];
    let last = 0;
    for (const [start, end] of ranges) {
      if (
        !(Number.isInteger(start) && Number.isInteger(end) && start >= last && end > start && end <= sessions.length)
      ) {
        throw new RangeError(
          `Range [${start}, ${end}) of ticker ${ticker} cannot be: ranges hold whole ordinals of the ${sessions.length} sessions, ` +
            `are not empty and ascend without overlap; the one before ends at ${last}.`,
        );
      }
      if (whole.length > 0 && start === last) whole.at(-1)![1] = end;
      else whole.push([start, end]);
      last = end;
    }
    return { ticker, ranges: whole };
  });
  found.sort((a, b) => a.ticker < b.ticker ? -1 : a.ticker > b.ticker ? 1 : 0);
  for (let i = 1; i < found.length; i++) {
    const { ticker } = found[i]!;
    if (ticker === found[i - 1]!.ticker) throw new RangeError(`Ticker ${ticker} is listed twice: join its ranges.`);
  }
  return found.filter(({ ranges }) => ranges.length > 0);
}

function requireAscending(sessions: readonly string[]): void {
  for (let i = 1; i < sessions.length; i++) {
    if (sessions[i - 1]! < sessions[i]!) continue;
    throw new RangeError(`Session ${sessions[i]} follows ${sessions[i - 1]}: list each once, oldest first.`);
  }
}
