/** Technical indicators over a full history of closes, by the market data vendor's definitions. */
export { ema } from "./ema.ts";
export { type Macd, macd, macdOf, type MacdOptions } from "./macd.ts";
export { type AverageMoves, averageMoves, relativeStrength, rsi } from "./rsi.ts";
export { sma } from "./sma.ts";
