import assert from "node:assert/strict";
import { normalQuantile } from "../../../quant/normal_quantile.ts";
import { bidAskSpread, type SpreadBars } from "../../../quant/tradability/bid_ask_spread.ts";
import { pseudoRandom } from "../../support/pseudo_random.ts";
import { assertRelative } from "../../support/time_series_fixture.ts";
import fixture from "../fixtures/tradability.json" with { type: "json" };

function barsOf(rows: readonly (readonly (number | null)[])[]): SpreadBars {
  const column = (at: number) => Float64Array.from(rows, (row) => row[at] ?? NaN);
  return { high: column(0), low: column(1), close: column(2) };
}

for (const [name, { bars, twoDay, sample }] of Object.entries(fixture.spread)) {
  Deno.test(`bidAskSpread() equals the formulas in pandas to 1e-12: ${name}`, () => {
    assertRelative(bidAskSpread(barsOf(bars), { negatives: "two_day" }), twoDay, 1e-12, "two_day");
    const found = bidAskSpread(barsOf(bars));
    assert.ok(Math.abs(found - sample) < 1e-12, `${found} and ${sample}`);
  });
}

/** Trades half a spread above or below a random walk, with a jump between sessions, in bars. */
function simulatedBars(spread: number, sessions: number): SpreadBars {
  const random = pseudoRandom(2017);
  const bars = barsOf(Array.from({ length: sessions }, () => []));
  let price = 3;
  for (let t = 0; t < sessions; t++) {
    let high = -Infinity;
    let low = Infinity;
    let close = NaN;
    for (let trade = 0; trade < 150; trade++) {
      price += 0.015 / Math.sqrt(150) * normalQuantile(random() || 0.5);
      close = price + (random() < 0.5 ? -spread / 2 : spread / 2);
      high = Math.max(high, close);
      low = Math.min(low, close);
    }
    bars.high[t] = Math.exp(high);
    bars.low[t] = Math.exp(low);
    bars.close[t] = Math.exp(close);
    price += 0.005 * normalQuantile(random() || 0.5);
  }
  return bars;
}

for (const spread of [0.01, 0.02, 0.04]) {
  Deno.test(`bidAskSpread() finds a simulated spread of ${spread} within a tenth`, () => {
    assertRelative(bidAskSpread(simulatedBars(spread, 2500)), spread, 0.1, "sample");
  });
}

Deno.test("bidAskSpread() of two sessions with a negative square is 0", () => {
  const bars = barsOf([[11, 9, 10.5], [13, 11, 12]]);
  assert.equal(bidAskSpread(bars), 0);
  assert.equal(bidAskSpread(bars, { negatives: "two_day" }), 0);
});

Deno.test("bidAskSpread() is NaN without two neighbouring bars, and has no currency", () => {
  assert.equal(bidAskSpread(barsOf([])), NaN);
  assert.equal(bidAskSpread(barsOf([[11, 9, 10], [null, null, null], [11, 9, 10]]), { negatives: "two_day" }), NaN);
  const bars = barsOf(fixture.spread.wide.bars);
  const scaled = {
    high: bars.high.map((p) => 8 * p),
    low: bars.low.map((p) => 8 * p),
    close: bars.close.map((p) => 8 * p),
  };
  assertRelative(bidAskSpread(scaled), bidAskSpread(bars), 1e-10, "in another currency");
});

Deno.test("bidAskSpread() refuses bars that contradict themselves", () => {
  assert.throws(() => bidAskSpread(barsOf([[11, 9, 12]])), /closes at 12, outside of its range from 9 to 11/);
  assert.throws(() => bidAskSpread(barsOf([[9, 11, 10]])), RangeError);
  assert.throws(() => bidAskSpread({ ...barsOf([[11, 9, 10]]), low: new Float64Array(2) }), /same length/);
  assert.throws(() => bidAskSpread(barsOf([]), { negatives: "keep" as "sample" }), /must be one of/);
});
