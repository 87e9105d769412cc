/** Liquidity, costs and capacity of pairs. */
export { bidAskSpread, type SpreadBars, type SpreadOptions } from "./bid_ask_spread.ts";
export { medianDollarVolume, shareWithoutTrade } from "./liquidity.ts";
export { type PairCapacity, pairCapacity, type PairCapacityInput } from "./pair_capacity.ts";
