import assert from "node:assert/strict";
import type { TickerTradability } from "../../../assets/market/tradability.ts";
import { pairTradability, TradabilityConfig, tradabilityFailures } from "../../../assets/pairs/tradability_criteria.ts";

const easy: TickerTradability = {
  price: 20,
  lowestPrice: 18,
  dollarVolume: 4_000_000,
  withoutTrade: 0,
  spread: 0.0004,
};
const failed = (legs: [string, TickerTradability | undefined][], config: Record<string, unknown> = {}) =>
  tradabilityFailures(legs, TradabilityConfig.parse(config));

Deno.test("tradabilityFailures() names criterion, leg, value and bound", () => {
  const hard = { ...easy, dollarVolume: 900_000, lowestPrice: 4.99, withoutTrade: 0.06 };
  assert.deepEqual(failed([["A", easy], ["B", hard]]), [
    { criterion: "dollarVolume", reason: "Median dollar volume 900000 of B is below 1000000." },
    { criterion: "price", reason: "Lowest close 4.99 of B is below 5." },
    { criterion: "withoutTrade", reason: "Share of sessions without a trade 0.06 of B is above 0.05." },
  ]);
  assert.equal(failed([["A", hard], ["B", hard]]).length, 6);
  const off = { minDollarVolume: null, minPrice: null, maxShareWithoutTrade: null };
  assert.deepEqual(failed([["A", hard], ["B", hard]], off), []);
});

Deno.test("tradabilityFailures() accepts a leg on a bound, and refuses none for unknown values", () => {
  const onBounds = { ...easy, dollarVolume: 1_000_000, lowestPrice: 5, withoutTrade: 0.05 };
  const unknown = { ...easy, dollarVolume: null, withoutTrade: null };
  assert.deepEqual(failed([["A", onBounds], ["B", unknown]]), []);
  assert.deepEqual(failed([["A", undefined], ["B", easy]]), []);
});

Deno.test("pairTradability() has the worse leg's figures, and the notional at 1 % of the volume of the leg that bears less", () => {
  const other = { ...easy, price: 50, lowestPrice: 30, dollarVolume: 1_000_000, withoutTrade: 0.02, spread: null };
  // Half of the money in each leg: the second one reaches 1 % of its volume, 10,000, at 20,000 of both.
  assert.deepEqual(pairTradability(easy, other, 2.5), {
    price_1: 20,
    price_2: 50,
    lowest_price: 18,
    dollar_volume_1: 4_000_000,
    dollar_volume_2: 1_000_000,
    share_without_trade: 0.02,
    spread_bps_1: 4,
    spread_bps_2: null,
    max_notional: 20_000,
  });
});

Deno.test("pairTradability() is null for unknown values: no volume, no hedge ratio, no bars", () => {
  const unknown = { ...easy, dollarVolume: null, withoutTrade: null };
  const { max_notional, share_without_trade, dollar_volume_1 } = pairTradability(unknown, easy, 1);
  assert.deepEqual([max_notional, share_without_trade, dollar_volume_1], [null, null, null]);
  assert.equal(pairTradability(easy, easy, null).max_notional, null);
  assert.ok(Object.values(pairTradability(undefined, undefined, 1)).every((value) => value === null));
});
