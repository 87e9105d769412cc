import assert from "node:assert/strict";
import { closesWithin, dividendsWithin, ReceivedBars, tradedBars } from "../../../assets/market/traded_bars.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import { columnsOf } from "../../support/market_of.ts";

const [s1, s2, s3, s4] = weekdays(4) as [string, string, string, string];

const traded = (bars: RawBar[]) =>
  tradedBars({ ...columnsOf(bars), occurrence: Float64Array.from(bars, (bar) => bar.occurrence) });

Deno.test("tradedBars() keeps prices as they were traded, whatever was split later", () => {
  const { sessions, legs } = traded([
    rawBar("A", s1, 30.1, { open: 30, low: 30, volume: 7 }),
    rawBar("A", s2, 10.2, { split: 3, dividend: 0.5 }),
    rawBar("B", s2, 7),
  ]);
  assert.deepEqual(sessions, [s1, s2]);
  assert.deepEqual(legs.get("A"), {
    open: Float64Array.of(30, 10.2),
    high: Float64Array.of(30.1, 10.2),
    low: Float64Array.of(30, 10.2),
    volume: Float64Array.of(7, 1_000_000),
    close: Float64Array.of(30.1, 10.2),
    split: Float64Array.of(1, 3),
    dividend: Float64Array.of(0, 0.5),
  });
  assert.deepEqual([...legs.get("B")!.close], [NaN, 7]);
});

Deno.test("tradedBars() uses the bars that daily_bars accepts, and no session without one", () => {
  const { sessions, legs } = traded([
    rawBar("A", s1, 10),
    rawBar("A", s1, 11, { occurrence: 2 }),
    rawBar("A", s2, -1),
    rawBar("A", s2, null, { occurrence: 2 }),
    rawBar("A", s3, 12, { low: 13, high: 13 }),
    rawBar("B", s3, 5),
  ]);
  assert.deepEqual(sessions, [s1, s3]);
  assert.deepEqual([...legs.get("A")!.close], [10, NaN]);
});

Deno.test("tradedBars() uses the first usable bar of a session, with the events of one before it that cannot be used", () => {
  const { legs } = traded([
    rawBar("A", s1, 40),
    rawBar("A", s2, null, { split: 4, dividend: 0.5 }),
    rawBar("A", s2, 10, { occurrence: 2 }),
    rawBar("A", s2, 11, { occurrence: 3, split: 9 }),
  ]);
  assert.deepEqual([[...legs.get("A")!.close], [...legs.get("A")!.split]], [[40, 10], [1, 4]]);
  assert.deepEqual([...legs.get("A")!.dividend], [0, 0.5]);
});

Deno.test("tradedBars() counts splits and dividends of rejected bars, with the next session where theirs has no bar", () => {
  const { sessions, legs } = traded([
    rawBar("A", s1, 10),
    rawBar("A", s2, null, { split: 2, dividend: 1 }),
    rawBar("A", s3, null, { split: 5, dividend: 2 }),
    rawBar("A", s4, null, { split: 7 }),
    rawBar("B", s3, 5),
  ]);
  assert.deepEqual(sessions, [s1, s3]);
  assert.deepEqual([...legs.get("A")!.split], [1, 10]);
  assert.deepEqual([...legs.get("A")!.dividend], [0, 3]);
});

Deno.test("closesWithin() gives closes in the shares of the last session, and has no later split", () => {
  const bars = traded([
    rawBar("A", s1, 60),
    rawBar("A", s2, 20, { split: 3 }),
    rawBar("A", s3, 21),
    rawBar("A", s4, 4, { split: 5 }),
    rawBar("B", s4, 9),
  ]);
  const { sessions, tickers, closes } = closesWithin(bars, 0, 3);
  assert.deepEqual([sessions, tickers], [[s1, s2, s3], ["A"]]);
  assert.deepEqual([...closes[0]!], [20, 20, 21]);
  assert.deepEqual([...closesWithin(bars, 1, 4).closes[0]!], [4, 21 / 5, 4]);
  assert.deepEqual([...closesWithin(bars, 1, 4).closes[1]!], [NaN, NaN, 9]);
});

Deno.test("tradedBars() of a few tickers has every complete session on request", () => {
  const bars = [rawBar("A", "2024-01-02", 10), rawBar("A", "2024-01-04", 11, { split: 2 })];
  const columns = { ...columnsOf(bars), occurrence: Float64Array.of(1, 1) };
  const complete = new Set(["2024-01-04", "2024-01-02", "2024-01-03"]);
  assert.deepEqual(tradedBars(columns, complete).sessions, ["2024-01-02", "2024-01-04"]);
  const { sessions, legs } = tradedBars(columns, complete, { every: true });
  assert.deepEqual(sessions, ["2024-01-02", "2024-01-03", "2024-01-04"]);
  assert.deepEqual([...legs.get("A")!.close], [10, NaN, 11]);
  assert.deepEqual([...legs.get("A")!.split], [1, 1, 2]);
});

Deno.test("tradedBars() of no bars has no sessions", () => {
  assert.deepEqual(traded([]), { sessions: [], legs: new Map() });
});

Deno.test("dividendsWithin() has dividends of the sessions alone, in the shares of the last of them", () => {
  const bars = traded([
    rawBar("A", s1, 40, { dividend: 2 }),
    rawBar("A", s2, 41, { dividend: 4 }),
    rawBar("A", s3, 10, { split: 4, dividend: 0.5 }),
    rawBar("A", s4, 5, { split: 2 }),
    rawBar("B", s1, 7, { dividend: 1 }),
    rawBar("B", s2, 7),
  ]);
  assert.deepEqual(dividendsWithin(bars, 1, 3), new Map([["A", Float64Array.of(1, 0.5)]]));
  assert.deepEqual(dividendsWithin(bars, 1, 4), new Map([["A", Float64Array.of(0.5, 0.25, 0)]]));
  assert.deepEqual(dividendsWithin(bars, 3, 4), new Map());
});

Deno.test("ReceivedBars collects the same in parts of whole tickers, in parts of whole sessions, and at once", () => {
  const bars = [
    rawBar("A", s2, 30),
    rawBar("A", s2, 31, { occurrence: 2 }),
    rawBar("A", s3, null, { split: 3, dividend: 0.5 }),
    rawBar("A", s4, 10),
    rawBar("B", s1, 7),
    rawBar("B", s3, -7),
    rawBar("C", s1, 5, { dividend: 0.25 }),
    rawBar("C", s4, 6),
  ];
  const collected = (...parts: RawBar[][]) => {
    const received = new ReceivedBars();
    for (const part of parts) {
      received.add({ ...columnsOf(part), occurrence: Float64Array.from(part, (bar) => bar.occurrence) });
    }
    const { count, largest, sessions } = received;
    const rejected = [...received.rejectedUntil(s4)].sort();
    const { legs, ...traded } = received.traded();
    return { count, largest, received: [...sessions], rejected, traded, legs: [...legs] };
  };
  const some = (is: (bar: RawBar) => boolean) => bars.filter(is);
  const whole = collected(bars);
  assert.deepEqual(whole.legs.map(([ticker]) => ticker), ["A", "B", "C"]);
  assert.deepEqual(collected(some(({ ticker }) => ticker === "A"), some(({ ticker }) => ticker !== "A")), whole);
  for (const last of [s1, s2, s3]) {
    assert.deepEqual(collected(some(({ session }) => session <= last), some(({ session }) => session > last)), whole);
  }
});
