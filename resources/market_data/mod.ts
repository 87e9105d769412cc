/** Where daily bars and tickers come from. @module */
export {
  type DailyBars,
  type MarketData,
  MarketDataError,
  type ReadOptions,
  type TickerListing,
} from "./market_data.ts";
export { simulatedMarket, type SimulatedMarketOptions } from "./simulated.ts";
export { type PlantedPair, type SimulatedTruth, simulatedTruth } from "./simulated/truth.ts";
export { csvMarket } from "./csv.ts";
export { parquetMarket } from "./parquet.ts";
export { marketDataFrom } from "./market_data_from.ts";
