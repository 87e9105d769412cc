import { cutBy } from "../../engine/mod.ts";

/**
 * Parts in which bars of all tickers are made: their columns must fit in memory together, those that are read and those that are
 * returned. Four years of 600 tickers are one part.
 */
export const tickerParts = cutBy({ partitions: 620_000 });
