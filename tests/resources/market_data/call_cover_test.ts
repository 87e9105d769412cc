import assert from "node:assert/strict";
import fc from "fast-check";
import { type Call, fewestCalls, type MissingCells } from "../../../resources/market_data/call_cover.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";

/** Rows are tickers `T00`, `T01`, …, columns sessions; `true` is a missing cell. */
type Grid = boolean[][];

/** Every calendar day from 2 January 2020 on, which is as good as sessions here. */
function sessionsOf(count: number): string[] {
  const first = Temporal.PlainDate.from("2020-01-02");
  return Array.from({ length: count }, (_, i) => first.add({ days: i }).toString());
}

function tickerName(row: number): string {
  return `T${String(row).padStart(2, "0")}`;
}

/** `splits` cuts ranges into single cells, which means the same. */
function missingIn(grid: Grid, { splits = false } = {}): MissingCells {
  const tickers = grid.map((row, t) => {
    const ranges: [number, number][] = [];
    for (const [s, isMissing] of row.entries()) {
      if (!isMissing) continue;
      if (!splits && ranges.at(-1)?.[1] === s) ranges.at(-1)![1]++;
      else ranges.push([s, s + 1]);
    }
    return { ticker: tickerName(t), ranges };
  });
  return { sessions: sessionsOf(grid[0]?.length ?? 0), tickers };
}

/** A grid drawn as text: `x` is a missing cell. */
function drawn(...rows: string[]): MissingCells {
  return missingIn(rows.map((row) => [...row].map((cell) => cell === "x")));
}

/** Calls in short: ordinals of sessions, tickers with the ordinals from which to which they reach. */
function inShort(calls: readonly Call[]): string {
  const ordinals = new Map(sessionsOf(100).map((session, i) => [session, i]));
  return calls.map((call) =>
    call.kind === "session"
      ? String(ordinals.get(call.session))
      : `${call.ticker}:${ordinals.get(call.from)}-${ordinals.get(call.to)}`
  ).join(" ");
}

/** Whether every missing cell is in some call. */
function covers(grid: Grid, calls: readonly Call[]): boolean {
  const sessions = sessionsOf(grid[0]?.length ?? 0);
  return grid.every((row, t) =>
    row.every((isMissing, s) =>
      !isMissing ||
      calls.some((call) =>
        call.kind === "session"
          ? call.session === sessions[s]
          : call.ticker === tickerName(t) && call.from <= sessions[s]! && sessions[s]! <= call.to
      )
    )
  );
}

const sparseOrDense = fc.oneof(
  fc.boolean(),
  fc.integer({ min: 0, max: 3 }).map((n) => n === 0),
  fc.integer({ min: 0, max: 3 }).map((n) => n > 0),
);
const grids = (maxTickers: number, maxSessions: number): fc.Arbitrary<Grid> =>
  fc.integer({ min: 1, max: maxSessions }).chain((width) =>
    fc.array(fc.array(sparseOrDense, { minLength: width, maxLength: width }), { minLength: 1, maxLength: maxTickers })
  );

/** The cheapest choice of sessions by trying all of them, where `costOf` says what is left of a row costs. */
function exhaustive(grid: Grid, costOf: (row: boolean[], original: boolean[]) => number) {
  const width = grid[0]!.length;
  let best = { calls: Infinity, sessionCalls: 0 };
  for (let chosen = 0; chosen < 1 << width; chosen++) {
    const sessionCalls = chosen.toString(2).replaceAll("0", "").length;
    const left = grid.map((row) => row.map((isMissing, s) => isMissing && (chosen >> s & 1) === 0));
    const calls = left.reduce((sum, row, t) => sum + costOf(row, grid[t]!), sessionCalls);
    if (calls < best.calls || (calls === best.calls && sessionCalls > best.sessionCalls)) {
      best = { calls, sessionCalls };
    }
  }
  return best;
}

/** Fewest windows of `limit` sessions that hold all missing cells of a row. */
function windowsIn(row: boolean[], limit: number): number {
  let count = 0;
  for (let s = 0; s < row.length; s++) {
    if (!row[s]) continue;
    count++;
    s += limit - 1;
  }
  return count;
}

Deno.test("fewestCalls() takes min(sessions, tickers) calls where everything is missing", () => {
  assert.equal(inShort(fewestCalls(drawn("xxx", "xxx", "xxx", "xxx"))), "0 1 2");
  assert.equal(inShort(fewestCalls(drawn("xxxx", "xxxx"))), "T00:0-3 T01:0-3");
});

Deno.test("fewestCalls() takes grouped calls where tickers are no cheaper", () => {
  assert.equal(inShort(fewestCalls(drawn("xx", "xx"))), "0 1");
  assert.equal(inShort(fewestCalls(drawn("x"))), "0");
});

Deno.test("fewestCalls() takes one range call for a new ticker", () => {
  assert.equal(inShort(fewestCalls(drawn("....", "xxxx", "...."))), "T01:0-3");
});

Deno.test("fewestCalls() takes one grouped call for a missed session", () => {
  assert.equal(inShort(fewestCalls(drawn("..x.", "..x.", "..x."))), "2");
});

Deno.test("fewestCalls() takes both kinds for a new ticker and a missed session", () => {
  assert.equal(inShort(fewestCalls(drawn("x...", "x...", "x...", "xxxx"))), "0 T03:1-3");
  // The session in the middle is bought by the grouped call, and the range reaches over it.
  assert.equal(inShort(fewestCalls(drawn("..x..", "..x..", "xxxxx"))), "2 T02:0-4");
});

Deno.test("fewestCalls() reaches from the first missing session that no grouped call has to the last", () => {
  assert.equal(inShort(fewestCalls(drawn("x.....x", "x......", "x.xx..x", "......x"))), "0 6 T02:2-3");
});

Deno.test("fewestCalls() takes no call where nothing is missing", () => {
  assert.deepEqual(fewestCalls({ sessions: [], tickers: [] }), []);
  assert.deepEqual(fewestCalls({ sessions: sessionsOf(3), tickers: [{ ticker: "A", ranges: [] }] }), []);
});

Deno.test("fewestCalls() splits a ticker's range at the limit", () => {
  assert.equal(inShort(fewestCalls(drawn("xxxxxx"), { maxRangeSessions: 3 })), "T00:0-2 T00:3-5");
  // What is left over is one session, and grouped calls win where they cost the same.
  assert.equal(inShort(fewestCalls(drawn("xxxxxxx"), { maxRangeSessions: 3 })), "6 T00:0-2 T00:3-5");
  // No call is spent on the middle, where nothing is missing.
  assert.equal(inShort(fewestCalls(drawn("xx......xx"), { maxRangeSessions: 2 })), "T00:0-1 T00:8-9");
});

Deno.test("fewestCalls() answers every missing cell with as few calls as an exhaustive search, and as many of them grouped", () => {
  fc.assert(
    fc.property(grids(6, 7), (grid) => {
      const calls = fewestCalls(missingIn(grid));
      assert.ok(covers(grid, calls), "a cell is missing still");
      const best = exhaustive(grid, (row) => row.includes(true) ? 1 : 0);
      assert.deepEqual(
        { calls: calls.length, sessionCalls: calls.filter(({ kind }) => kind === "session").length },
        best,
      );
    }),
    { numRuns: 400 },
  );
});

Deno.test("fewestCalls() with a limit answers every cell, keeps the limit, and is not dearer than whole windows or whole tickers", () => {
  fc.assert(
    fc.property(grids(5, 8), fc.integer({ min: 1, max: 8 }), (grid, limit) => {
      const calls = fewestCalls(missingIn(grid), { maxRangeSessions: limit });
      assert.ok(covers(grid, calls), "a cell is missing still");
      for (const call of calls) {
        if (call.kind === "ticker") assert.ok(daysFrom(call.from, call.to) < limit, `${call.from} to ${call.to}`);
      }
      const anyWindows = exhaustive(grid, (row) => windowsIn(row, limit)).calls;
      const firstWindows = exhaustive(grid, (row, original) => firstWindowsWith(row, original, limit)).calls;
      const wholeTickers = exhaustive(grid, (row, original) =>
        row.includes(true) ? spanCost(original, limit) : 0).calls;
      assert.ok(anyWindows <= calls.length, "fewer calls than can be");
      assert.ok(calls.length <= firstWindows, `${calls.length} calls, ${firstWindows} by windows`);
      assert.ok(firstWindows <= wholeTickers);
      if (limit >= grid[0]!.length) assert.equal(calls.length, anyWindows);
    }),
    { numRuns: 300 },
  );
});

Deno.test("fewestCalls() gives no call without need: without any one of them a cell is missing", () => {
  fc.assert(fc.property(grids(12, 30), fc.option(fc.integer({ min: 1, max: 30 })), (grid, limit) => {
    const calls = fewestCalls(missingIn(grid), { maxRangeSessions: limit ?? undefined });
    for (const spared of calls) assert.ok(!covers(grid, calls.filter((call) => call !== spared)), inShort([spared]));
  }));
});

Deno.test("fewestCalls() depends neither on the order of the tickers nor on how ranges are cut", () => {
  fc.assert(fc.property(grids(8, 20), fc.integer(), (grid, seed) => {
    const random = pseudoRandom(seed);
    const { sessions, tickers } = missingIn(grid, { splits: true });
    const shuffled = tickers.map((ticker) => ({ ticker, at: random() })).sort((a, b) => a.at - b.at);
    assert.deepEqual(
      fewestCalls({ sessions, tickers: shuffled.map(({ ticker }) => ticker) }),
      fewestCalls(missingIn(grid)),
    );
  }));
});

Deno.test("fewestCalls() sorts grouped calls by session, then range calls by ticker and session", () => {
  fc.assert(fc.property(grids(10, 20), fc.integer({ min: 1, max: 6 }), (grid, limit) => {
    const keys = fewestCalls(missingIn(grid), { maxRangeSessions: limit })
      .map((call) => call.kind === "session" ? `1 ${call.session}` : `2 ${call.ticker} ${call.from}`);
    assert.deepEqual(keys, keys.toSorted());
  }));
});

Deno.test("fewestCalls() takes as many calls as there are missing cells of which no two share a ticker or a session", () => {
  // König: the largest such set of cells, found here one augmenting path at a time, is as large as the cheapest cover.
  for (const [seed, density] of [0.005, 0.01, 0.015, 0.02, 0.03, 0.3].entries()) {
    const random = pseudoRandom(seed);
    const grid = Array.from({ length: 90 }, () => Array.from({ length: 130 }, () => random() < density));
    const calls = fewestCalls(missingIn(grid));
    assert.ok(covers(grid, calls));
    assert.equal(calls.length, matchingSize(grid), `density ${density}`);
  }
});

Deno.test("fewestCalls() reads new tickers from their own first sessions, and by session those that all lack", () => {
  const sessions = sessionsOf(600);
  const old = Array.from({ length: 450 }, (_, t) => ({ ticker: `OLD${t}`, ranges: [[500, 600]] as const }));
  const listed = Array.from({ length: 50 }, (_, t) => ({ ticker: `NEW${t + 10}`, ranges: [[7 * t, 600]] as const }));
  assert.deepEqual(fewestCalls({ sessions, tickers: [...old, ...listed] }), [
    ...sessions.slice(500).map((session) => ({ kind: "session", session })),
    ...listed.map(({ ticker, ranges: [[start]] }) => ({
      kind: "ticker",
      ticker,
      from: sessions[start],
      to: sessions[499],
    })),
  ]);
});

Deno.test("fewestCalls() refuses invalid input, naming it", () => {
  const sessions = sessionsOf(4);
  const refused = (tickers: MissingCells["tickers"], message: RegExp) =>
    assert.throws(() => fewestCalls({ sessions, tickers }), { name: "RangeError", message });
  refused([{ ticker: "A", ranges: [[2, 5]] }], /\[2, 5\) of ticker A .* 4 sessions/);
  refused([{ ticker: "A", ranges: [[2, 2]] }], /\[2, 2\) of ticker A/);
  refused([{ ticker: "A", ranges: [[-1, 2]] }], /\[-1, 2\)/);
  refused([{ ticker: "A", ranges: [[0, 1.5]] }], /\[0, 1.5\)/);
  refused([{ ticker: "A", ranges: [[0, 2], [1, 3]] }], /\[1, 3\) .* ends at 2/);
  refused([{ ticker: "A", ranges: [[0, 1]] }, { ticker: "A", ranges: [[2, 3]] }], /Ticker A is listed twice/);
  assert.throws(() => fewestCalls({ sessions: ["2020-01-03", "2020-01-02"], tickers: [] }), {
    name: "RangeError",
    message: /2020-01-02 follows 2020-01-03/,
  });
  for (const maxRangeSessions of [0, -1, 2.5, NaN]) {
    assert.throws(() => fewestCalls({ sessions, tickers: [] }, { maxRangeSessions }), {
      name: "RangeError",
      message: /maxRangeSessions is/,
    });
  }
});

function daysFrom(from: string, to: string): number {
  return Temporal.PlainDate.from(from).until(to).days;
}

/** How many of the windows that hold the original row, cut from its first missing cell on, still hold a missing cell. */
function firstWindowsWith(row: boolean[], original: boolean[], limit: number): number {
  let count = 0;
  for (let s = 0; s < row.length; s++) {
    if (!original[s]) continue;
    if (row.slice(s, s + limit).includes(true)) count++;
    s += limit - 1;
  }
  return count;
}

/** Calls that read a row from its first to its last missing cell. */
function spanCost(row: boolean[], limit: number): number {
  return Math.ceil((row.lastIndexOf(true) - row.indexOf(true) + 1) / limit);
}

/** The size of a largest matching by H. W. Kuhn's augmenting paths. */
function matchingSize(grid: Grid): number {
  const tickerOf = new Map<number, number>();
  const augment = (t: number, seen: Set<number>): boolean =>
    grid[t]!.some((isMissing, s) => {
      if (!isMissing || seen.has(s)) return false;
      seen.add(s);
      const other = tickerOf.get(s);
      if (other !== undefined && !augment(other, seen)) return false;
      tickerOf.set(s, t);
      return true;
    });
  return grid.filter((_, t) => augment(t, new Set())).length;
}
