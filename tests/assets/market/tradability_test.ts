import assert from "node:assert/strict";
import { tradabilityWithin } from "../../../assets/market/tradability.ts";
import { tradedBars } from "../../../assets/market/traded_bars.ts";
import { bidAskSpread } from "../../../quant/mod.ts";
import { type RawBar, rawBar, weekdays } from "../../support/bars.ts";
import { normals } from "../../support/closes.ts";
import { columnsOf } from "../../support/market_of.ts";

const sessions = weekdays(6);
const traded = (bars: RawBar[]) =>
  tradedBars({ ...columnsOf(bars), occurrence: Float64Array.from(bars, (bar) => bar.occurrence) });
const within = (bars: RawBar[], start = 0, end = sessions.length) => tradabilityWithin(traded(bars), start, end);
/** Bars of a ticker at some closes with some volumes; no bar where the close is null. */
const series = (ticker: string, closes: (number | null)[], volumes: (number | null)[]) =>
  closes.flatMap((close, t) => close === null ? [] : [rawBar(ticker, sessions[t]!, close, { volume: volumes[t] })]);
const filler = series("Z", [9, 9, 9, 9, 9, 9], [5, 5, 5, 5, 5, 5]);

Deno.test("tradabilityWithin() counts a session without a bar, or with a volume of 0, as one without a trade", () => {
  const { A } = Object.fromEntries(
    within([...series("A", [10, 11, null, 12, 8, 10], [100, 0, null, 100, 100, 300]), ...filler]),
  );
  assert.deepEqual([A!.dollarVolume, A!.withoutTrade], [900, 1 / 3], "the median of 0, 0, 800, 1000, 1200, 3000");
  assert.deepEqual([A!.price, A!.lowestPrice], [10, 8]);
});

Deno.test("tradabilityWithin() looks at nothing outside of its sessions, nor before the first bar", () => {
  const bars = [...series("A", [null, null, 10, 10, 2, 2], [null, null, 100, 200, 0, 0]), ...filler];
  const A = within(bars, 1, 4).get("A")!;
  assert.deepEqual([A.dollarVolume, A.withoutTrade, A.price, A.lowestPrice], [1500, 0, 10, 10]);
  assert.deepEqual(within(bars, 1, 4), within(bars.filter(({ session }) => session <= sessions[3]!), 1, 4));
  assert.equal(within(bars, 0, 2).has("A"), false);
});

Deno.test("tradabilityWithin() leaves out bars without a volume, and says of a source without any that it is not known", () => {
  const some = within([...series("A", [10, 10, 10, 10, 10, 10], [null, null, 100, null, 0, 300]), ...filler]).get("A")!;
  assert.deepEqual([some.dollarVolume, some.withoutTrade], [1000, 1 / 3]);
  const none = within([...series("A", [10, 10], [null, null]), ...filler]).get("A")!;
  assert.deepEqual([none.dollarVolume, none.withoutTrade], [null, null]);
  for (const volume of [0, null]) {
    const A = within(series("A", [10, 10], [volume, volume])).get("A")!;
    assert.deepEqual([A.dollarVolume, A.withoutTrade, A.price], [null, null, 10], "zeros of a source without volumes");
  }
  const idle = within([...series("A", [10, 10], [0, 0]), ...filler]).get("A")!;
  assert.deepEqual([idle.dollarVolume, idle.withoutTrade], [0, 1], "zeros beside volumes of others are zeros");
});

Deno.test("tradabilityWithin() takes the spread of prices adjusted for the splits of its sessions, and none without ranges", () => {
  const normal = normals(3);
  const days = weekdays(60);
  const plain = days.map((session, t) => {
    const middle = 100 + 0.05 * normal();
    const close = middle + (t % 2 === 0 ? 0.3 : -0.3);
    return { session, close, high: Math.max(close, middle + 0.5), low: Math.min(close, middle - 0.5) };
  });
  const bars = (split: number) =>
    plain.map(({ session, close, high, low }, t) => {
      const shares = t >= 30 ? split : 1;
      const prices = { open: null, high: high / shares, low: low / shares, split: t === 30 ? split : 1 };
      return rawBar("A", session, close / shares, prices);
    });
  const expected = bidAskSpread({
    high: Float64Array.from(plain, ({ high }) => high),
    low: Float64Array.from(plain, ({ low }) => low),
    close: Float64Array.from(plain, ({ close }) => close),
  });
  assert.ok(expected > 0);
  for (const split of [1, 4]) {
    const { spread } = within(bars(split), 0, 60).get("A")!;
    assert.ok(Math.abs(spread! - expected) < 1e-12, `${spread}, expected ${expected}`);
  }
  const closesAlone = plain.map(({ session, close }) =>
    rawBar("A", session, close, { open: null, high: null, low: null })
  );
  assert.equal(within(closesAlone, 0, 60).get("A")!.spread, null);
});
