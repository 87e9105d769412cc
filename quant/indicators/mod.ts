/** Technical indicators over a full history of closes, by the market data vendor's definitions. */
export { ema } from "./ema.ts";
export { type Macd, macd, type MacdOptions } from "./macd.ts";
export { rsi } from "./rsi.ts";
export { sma } from "./sma.ts";
