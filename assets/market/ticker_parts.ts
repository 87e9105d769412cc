import { cutBy, rowsAtOnce } from "../../engine/mod.ts";

/** Parts in which bars of all tickers are made: columns that are read and columns that are returned are in memory together. */
export const tickerParts = cutBy({ partitions: rowsAtOnce });
