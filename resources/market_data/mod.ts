/** Sources of daily bars and tickers. @module */
export * from "./market_data.ts";
export { simulatedMarket } from "./simulated.ts";
export { csvMarket } from "./csv.ts";
export { parquetMarket } from "./parquet.ts";
export { type DataSource, dataSourceOf, isSimulated } from "./data_source.ts";
export { marketDataFrom } from "./market_data_from.ts";
export * from "./market_vendor.ts";
export { VendorError } from "./vendor_error.ts";
export { symbolOf } from "./symbols.ts";
export { parseUniverse, type Universe } from "./universe.ts";
export { vendorFrom } from "./vendor_from.ts";
