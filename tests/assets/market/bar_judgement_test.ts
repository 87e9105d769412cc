import assert from "node:assert/strict";
import fc from "fast-check";
import { type BarColumns, judgeBars, sessionEvents, splitsOf } from "../../../assets/market/bar_judgement.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";

const numbers = ["occurrence", "open", "high", "low", "close", "volume", "dividend", "split"] as const;

function columnsOf(bars: readonly RawBar[]): BarColumns {
  const column = (name: typeof numbers[number]) => Float64Array.from(bars, (bar) => bar[name] ?? NaN);
  return {
    ticker: bars.map((bar) => bar.ticker),
    session: bars.map((bar) => bar.session),
    ...Object.fromEntries(numbers.map((name) => [name, column(name)])) as Record<typeof numbers[number], Float64Array>,
  };
}

/** With the splits that the bars themselves tell of. */
const judge = (bars: readonly RawBar[]) => {
  const columns = columnsOf(bars);
  const { ticker, session, ratio } = splitsOf(columns);
  const splits = ticker.map((name, i): [string, string, number] => [name, session[i]!, ratio[i]!]);
  return { ...judgeBars(columns, splitsOf(columns)), splits };
};
const none = { ticker: [], session: [], ratio: new Float64Array() };
const reasonFor = (more: Partial<RawBar>, close: number | null = 10) =>
  judge([rawBar("A", "2024-01-02", close, more)]).rejected[0]?.reason;

Deno.test("judgeBars() says why a bar cannot be used", () => {
  assert.equal(reasonFor({}), undefined);
  assert.equal(reasonFor({}, null), "has no close");
  assert.equal(reasonFor({ open: 0 }), "open is not positive");
  assert.equal(reasonFor({ high: -1 }), "high is not positive");
  assert.equal(reasonFor({ low: 0 }), "low is not positive");
  assert.equal(reasonFor({ close: -10 }), "close is not positive");
  assert.equal(reasonFor({}, 0), "open is not positive");
  assert.equal(reasonFor({ low: 11, high: 10.5 }), "low is above high");
  assert.equal(reasonFor({ high: 9.99, open: 9, low: 8 }), "close is above high");
  assert.equal(reasonFor({ high: 12, low: 10.01, open: 11 }), "close is below low");
  assert.equal(reasonFor({ open: 10.01 }), "open is above high");
  assert.equal(reasonFor({ open: 9.99 }), "open is below low");
  assert.equal(reasonFor({ volume: -1 }), "volume is negative");
  assert.equal(reasonFor({ dividend: -0.1 }), "dividend is negative");
  assert.equal(reasonFor({ split: 0 }), "split ratio is not positive");
  assert.equal(reasonFor({ split: -2 }), "split ratio is not positive");
});

Deno.test("judgeBars() rejects values that no instrument has had, and none that one may have", () => {
  for (const value of [1e300, 1.1e15, 9e-16, 1e-300, 5e-324]) {
    assert.match(reasonFor({}, value)!, /^open is out of range$/);
    for (const name of ["high", "low", "close"] as const) {
      const bar = { open: null, high: null, low: null, [name]: value };
      const others = name === "high" ? value > 10 : name === "low" ? value < 10 : false;
      const reason = judge([rawBar("A", "2024-01-02", name === "close" ? value : 10, bar)]).rejected[0]!.reason;
      if (others || name === "close") assert.equal(reason, `${name} is out of range`);
    }
  }
  assert.equal(reasonFor({ volume: 1.1e18 }), "volume is out of range");
  assert.equal(reasonFor({ dividend: 1e300 }), "dividend is out of range");
  for (const split of [1e300, 1.1e6, 0.9e-6, 1e-300]) assert.equal(reasonFor({ split }), "split ratio is out of range");
  // A share of Berkshire Hathaway, a coin of many zeros, a split of the largest that were.
  assert.equal(reasonFor({}, 800_000), undefined);
  assert.equal(reasonFor({ volume: 1e15 }, 1e-10), undefined);
  for (const split of [1 / 10_000, 10_000]) assert.equal(reasonFor({ split }), undefined);
});

Deno.test("judgeBars() leaves out a volume-weighted price that is out of range, and applies no split that is", () => {
  const { accepted, splits } = judge([
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-03", 10, { split: 1e300 }),
    rawBar("A", "2024-01-04", 10, { dividend: 1e300 }),
  ]);
  assert.deepEqual([splits, [...accepted.close], [...accepted.dividend]], [[], [10], [0]]);
  const columns = { ...columnsOf([rawBar("A", "2024-01-02", 10)]), vwap: Float64Array.of(1e300) };
  assert.deepEqual([...judgeBars(columns, none).accepted.vwap], [NaN]);
});

Deno.test("judgeBars() needs nothing but a close, and takes a session without trade", () => {
  const { accepted, rejected } = judge([
    rawBar("A", "2024-01-02", 10, { open: null, high: null, low: null, volume: null, dividend: null, split: null }),
    rawBar("A", "2024-01-03", 10, { volume: 0 }),
  ]);
  assert.deepEqual(rejected, []);
  assert.deepEqual([accepted.open[0], accepted.volume[0], accepted.dividend[0], accepted.split[0]], [NaN, NaN, 0, 1]);
  assert.equal(accepted.volume[1], 0);
});

Deno.test("judgeBars() judges the first of several bars of a session and rejects the others", () => {
  const { accepted, rejected } = judge([
    rawBar("A", "2024-01-02", 10),
    rawBar("A", "2024-01-02", 10, { occurrence: 2 }),
    rawBar("A", "2024-01-02", 11, { occurrence: 3 }),
    rawBar("A", "2024-01-02", 10, { occurrence: 4, split: 2 }),
    rawBar("A", "2024-01-02", 10, { occurrence: 5, dividend: 0.2 }),
    rawBar("B", "2024-01-02", 10),
  ]);
  assert.deepEqual(accepted.ticker, ["A", "B"]);
  assert.equal(accepted.close[0], 10);
  assert.deepEqual(rejected.map((bar) => [bar.occurrence, bar.reason]), [
    [2, "repeats the first usable bar of the session"],
    [3, "differs from the first usable bar of the session"],
    [4, "differs from the first usable bar of the session"],
    [5, "differs from the first usable bar of the session"],
  ]);
});

Deno.test("judgeBars() uses the first usable bar, whatever precedes it", () => {
  const { accepted, rejected } = judge([
    rawBar("A", "2024-01-02", null),
    rawBar("A", "2024-01-02", 10, { low: 11, high: 11, occurrence: 2 }),
    rawBar("A", "2024-01-02", 10, { occurrence: 3 }),
    rawBar("A", "2024-01-02", -10, { occurrence: 4 }),
    rawBar("A", "2024-01-02", 10, { occurrence: 5 }),
    rawBar("A", "2024-01-02", 11, { occurrence: 6 }),
    rawBar("B", "2024-01-02", null),
    rawBar("B", "2024-01-02", null, { occurrence: 2 }),
  ]);
  assert.deepEqual([accepted.ticker, [...accepted.close]], [["A"], [10]]);
  assert.deepEqual(rejected.map((bar) => [bar.ticker, bar.occurrence, bar.reason]), [
    ["A", 1, "has no close"],
    ["A", 2, "open is below low"],
    ["A", 4, "open is not positive"],
    ["A", 5, "repeats the first usable bar of the session"],
    ["A", 6, "differs from the first usable bar of the session"],
    ["B", 1, "has no close"],
    ["B", 2, "has no close"],
  ]);
});

Deno.test("sessionEvents() takes events of the used bar, or else of a bar without a price", () => {
  const [a, b, c, d, e] = weekdays(5);
  const bars = columnsOf([
    // The usual shape of a file that has events in rows of their own.
    rawBar("A", a!, null, { split: 4, dividend: 0.3 }),
    rawBar("A", a!, 20, { occurrence: 2, split: null, dividend: null }),
    rawBar("A", b!, null, { split: 5, dividend: 9 }),
    rawBar("A", b!, 20, { occurrence: 2, split: 2, dividend: 0.1 }),
    rawBar("A", c!, 20, { split: 1 }),
    rawBar("A", c!, 20, { occurrence: 2, split: 7, dividend: 7 }),
    rawBar("A", d!, null, { split: -2, dividend: -1 }),
    rawBar("A", e!, null, { split: 3 }),
  ]);
  assert.deepEqual(sessionEvents(bars), [
    { bar: 0, split: 4, dividend: 0.3 },
    { bar: 2, split: 2, dividend: 0.1 },
    { bar: 7, split: 3, dividend: 0 },
  ]);
  const { accepted } = judgeBars(bars, splitsOf(bars));
  assert.deepEqual([...accepted.split], [4, 2, 1]);
  assert.deepEqual([...accepted.dividend], [0.3 / 6, 0.1 / 3, 0]);
});

Deno.test("judgeBars() keeps a rejected bar as it was received", () => {
  const { rejected } = judge([rawBar("A", "2024-01-02", 10, { open: null, low: 11, high: 9, volume: 7 })]);
  assert.deepEqual(rejected, [{
    ticker: "A",
    session: "2024-01-02",
    occurrence: 1,
    reason: "low is above high",
    open: null,
    high: 9,
    low: 11,
    close: 10,
    volume: 7,
  }]);
});

Deno.test("judgeBars() adjusts prices, volumes and dividends for the splits that followed", () => {
  const [a, b, c, d] = weekdays(4);
  const { accepted, splits } = judge([
    rawBar("A", a!, 120, { dividend: 6 }),
    rawBar("A", b!, 60, { split: 2 }),
    rawBar("A", c!, 20, { split: 3, dividend: 1 }),
    rawBar("A", d!, 20),
    rawBar("B", a!, 5),
    rawBar("B", b!, 50, { split: 0.1 }),
  ]);
  assert.deepEqual([...accepted.close], [20, 20, 20, 20, 50, 50]);
  assert.deepEqual([...accepted.volume], [6_000_000, 3_000_000, 1_000_000, 1_000_000, 100_000, 1_000_000]);
  assert.deepEqual([...accepted.dividend], [1, 0, 1, 0, 0, 0]);
  assert.deepEqual([...accepted.split_factor], [6, 3, 1, 1, 0.1, 1]);
  assert.deepEqual([...accepted.split], [1, 2, 3, 1, 1, 0.1]);
  assert.deepEqual(splits, [["A", b, 2], ["A", c, 3], ["B", b, 0.1]]);
});

Deno.test("judgeBars() counts a split whose own bar is rejected", () => {
  const [a, b, c] = weekdays(3);
  const { accepted, rejected } = judge([
    rawBar("A", a!, 80),
    rawBar("A", b!, null, { split: 4 }),
    rawBar("A", c!, 20),
  ]);
  assert.deepEqual([...accepted.close], [20, 20]);
  assert.equal(rejected.length, 1);
});

Deno.test("judgeBars() counts a split once when its bar comes twice", () => {
  const [a, b] = weekdays(2);
  const { accepted, splits } = judge([
    rawBar("A", a!, 80),
    rawBar("A", b!, 20, { split: 4 }),
    rawBar("A", b!, 20, { split: 4, occurrence: 2 }),
  ]);
  assert.deepEqual([...accepted.close], [20, 20]);
  assert.equal(splits.length, 1);
});

Deno.test("judgeBars() leaves prices alone for a split in a ticker's first session, and other tickers' splits", () => {
  const [a, b] = weekdays(2);
  const { accepted } = judge([rawBar("A", a!, 7), rawBar("A", b!, 7), rawBar("B", a!, 3, { split: 2 })]);
  assert.deepEqual([...accepted.close], [7, 7, 3]);
});

Deno.test("judgeBars() does not care for splits of other tickers, of the bar's own session or before it", () => {
  const [a, b, c, d] = weekdays(4);
  const splits = {
    ticker: ["A", "A", "B", "B", "C"],
    session: [b!, d!, a!, c!, d!],
    ratio: Float64Array.of(2, 3, 5, 7, 11),
  };
  const factorsOf = (...bars: RawBar[]) => [...judgeBars(columnsOf(bars), splits).accepted.split_factor];
  assert.deepEqual(factorsOf(rawBar("A", a!, 1), rawBar("A", b!, 1), rawBar("B", b!, 1), rawBar("B", d!, 1)), [
    6,
    3,
    7,
    1,
  ]);
  // As of a part that is one partition, with no bar in the session of the split.
  assert.deepEqual([factorsOf(rawBar("B", b!, 1)), factorsOf(rawBar("AA", a!, 1))], [[7], [1]]);
});

Deno.test("judgeBars() gives nothing for nothing", () => {
  const { accepted, rejected, splits } = judge([]);
  assert.deepEqual([accepted.close.length, rejected, splits], [0, [], []]);
});

const price = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: 0.01, max: 5000, noNaN: true }) },
  { weight: 1, arbitrary: fc.constantFrom(null, 0, -3) },
);
const anyBar = fc.record({
  ticker: fc.constantFrom("A", "B", "C"),
  session: fc.constantFrom(...weekdays(6)),
  open: price,
  high: price,
  low: price,
  close: price,
  volume: fc.constantFrom(null, -1, 0, 100),
  vwap: price,
  dividend: fc.constantFrom(null, -1, 0, 0.5),
  split: fc.constantFrom(null, 0, 0.1, 1, 1, 1, 2),
});
/** Bars in the order of `raw_daily_bars`, repeated ones numbered. */
const anyBars = fc.array(anyBar, { maxLength: 40 }).map((bars) => {
  const key = (bar: { ticker: string; session: string }) => `${bar.ticker} ${bar.session}`;
  const seen = new Map<string, number>();
  return bars.toSorted((a, b) => key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0).map((bar): RawBar => {
    seen.set(key(bar), (seen.get(key(bar)) ?? 0) + 1);
    return { ...bar, occurrence: seen.get(key(bar))! };
  });
});

Deno.test("judgeBars() either accepts or rejects each bar, and does either once", () => {
  fc.assert(fc.property(anyBars, (bars) => {
    const { accepted, rejected } = judge(bars);
    const acceptedKeys = accepted.ticker.map((ticker, i) => `${ticker} ${accepted.session[i]}`);
    assert.equal(new Set(acceptedKeys).size, acceptedKeys.length);
    const left = new Map(bars.map((bar) => [`${bar.ticker} ${bar.session} ${bar.occurrence}`, bar]));
    for (const { ticker, session, occurrence } of rejected) {
      assert.ok(left.delete(`${ticker} ${session} ${occurrence}`));
    }
    // What is left is what was accepted, and no session with a usable bar is without one.
    assert.deepEqual([...left.values()].map(({ ticker, session }) => `${ticker} ${session}`), acceptedKeys);
    const usable = bars.filter((bar) => judge([{ ...bar, occurrence: 1 }]).rejected.length === 0);
    assert.deepEqual([...new Set(usable.map(({ ticker, session }) => `${ticker} ${session}`))], acceptedKeys);
  }));
});

Deno.test("judgeBars() finds nothing to reject or adjust in bars that it has accepted and adjusted", () => {
  fc.assert(fc.property(anyBars, (bars) => {
    const { accepted: { split_factor, ...once } } = judge(bars);
    const ones = new Float64Array(split_factor.length).fill(1);
    const again = judgeBars({ ...once, split: ones, occurrence: ones }, none);
    assert.deepEqual(again.rejected, []);
    assert.deepEqual(again.accepted, { ...once, split: ones, split_factor: ones });
  }));
});

Deno.test("judgeBars() returns the prices of a market without splits when it is given the splits", () => {
  const path = fc.array(
    fc.record({
      close: fc.double({ min: 0.5, max: 500, noNaN: true }),
      split: fc.constantFrom(1, 1, 1, 1, 2, 3, 1.5, 0.1, 20),
      received: fc.boolean(),
    }),
    { minLength: 2, maxLength: 12 },
  );
  fc.assert(fc.property(path, (sessions) => {
    const days = weekdays(sessions.length);
    // Shares that one of today's was before: what was quoted then, was for one of those.
    const quoted = sessions.map(({ close }, t) =>
      sessions.slice(t + 1).reduce((value, { split }) => value * split, close)
    );
    const { accepted } = judge(
      sessions.map(({ split, received }, t) => rawBar("A", days[t]!, received ? quoted[t]! : null, { split })),
    );
    const kept = sessions.filter(({ received }) => received);
    assert.equal(accepted.close.length, kept.length);
    kept.forEach(({ close }, i) => assert.ok(Math.abs(accepted.close[i]! / close - 1) < 1e-12));
    for (let i = 1; i < kept.length; i++) {
      const actual = accepted.close[i]! / accepted.close[i - 1]!;
      const expected = kept[i]!.close / kept[i - 1]!.close;
      assert.ok(Math.abs(actual / expected - 1) < 1e-12, `return ${actual - 1} instead of ${expected - 1}`);
    }
  }));
});
