/**
 * Duration of the planner of vendor calls, and calls saved: missing sessions of 500 tickers, in the patterns that occur. `deno
 * task bench:cover`.
 */
import { fewestCalls, type MissingCells } from "../resources/market_data/call_cover.ts";
import { nyse } from "../resources/exchange_calendar/mod.ts";
import { pseudoRandom } from "../tests/support/pseudo_random.ts";
import { msOfEach, printTable } from "./measured.ts";

const rounds = 5;
const tickerCount = 500;
const random = pseudoRandom(1);
const quarterCentury = nyse.sessionsBetween("2000-01-03", "2025-01-17");

interface Shape {
  title: string;
  sessions: string[];
  /** Whether a ticker lacks a session, by their indices. */
  isMissing(ticker: number, session: number): boolean;
  maxRangeSessions?: number;
}

const starts = Array.from({ length: tickerCount }, () => Math.floor(random() * quarterCentury.length));
const ends = starts.map((start) => start + Math.ceil(random() * (quarterCentury.length - start)));
const isListed = (ticker: number, session: number) => starts[ticker]! <= session && session < ends[ticker]!;
const fiveYears = quarterCentury.slice(-1_300);

const shapes: Shape[] = [
  { title: "everything", sessions: quarterCentury, isMissing: () => true },
  {
    title: "everything, 1,000 sessions a range call",
    sessions: quarterCentury,
    isMissing: () => true,
    maxRangeSessions: 1_000,
  },
  { title: "ragged listings", sessions: quarterCentury, isMissing: isListed },
  {
    title: "ragged listings with 2 % of their bars there, and 0.1 % missing elsewhere",
    sessions: quarterCentury,
    isMissing: (ticker, session) => isListed(ticker, session) ? random() < 0.98 : random() < 0.001,
  },
  { title: "5 % random holes", sessions: quarterCentury.slice(-500), isMissing: () => random() < 0.05 },
  ...[0.002, 0.05, 0.5, 0.95].map((share) => ({
    title: `${100 * share} % random holes`,
    sessions: fiveYears,
    isMissing: () => random() < share,
  })),
  { title: "50 % random holes", sessions: quarterCentury, isMissing: () => random() < 0.5 },
];

function missingIn({ sessions, isMissing }: Shape): MissingCells {
  const tickers = Array.from({ length: tickerCount }, (_, ticker) => {
    const ranges: [number, number][] = [];
    for (let session = 0; session < sessions.length; session++) {
      if (!isMissing(ticker, session)) continue;
      if (ranges.at(-1)?.[1] === session) ranges.at(-1)![1]++;
      else ranges.push([session, session + 1]);
    }
    return { ticker: `T${ticker}`, ranges };
  });
  return { sessions, tickers };
}

const rows: unknown[][] = [];
for (const shape of shapes) {
  const missing = missingIn(shape);
  const calls = fewestCalls(missing, shape);
  const best = Math.min(...await msOfEach(rounds, () => fewestCalls(missing, shape)));
  const cells = missing.tickers.flatMap(({ ranges }) => ranges).reduce((sum, [start, end]) => sum + end - start, 0);
  const grouped = calls.filter(({ kind }) => kind === "session").length;
  const size = `${tickerCount} × ${shape.sessions.length}`;
  rows.push([shape.title, size, cells, grouped, calls.length - grouped, best.toFixed(1)]);
}
printTable(["missing", "tickers × sessions", "cells", "grouped calls", "range calls", "ms (best of 5)"], rows);
