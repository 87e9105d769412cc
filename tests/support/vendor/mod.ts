/** A double of the market-data vendor, for tests and manual use: {@link startVendor}. @module */
export {
  failingFaults,
  type FaultName,
  faultNames,
  type Faults,
  type FaultSetting,
  repeatingFaults,
  rowFaults,
  survivableFaults,
} from "./faults.ts";
export type { Instrument } from "./instruments.ts";
export { type MarketBar, VendorMarket, type VendorMarketOptions } from "./market.ts";
export type { NewsItem } from "./news_items.ts";
export type { EndpointName } from "./routes.ts";
export { startVendor, type VendorCall, type VendorDouble, type VendorOptions } from "./server.ts";
