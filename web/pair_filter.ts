import { equalTo } from "../engine/mod.ts";

/** Filters for the rows of a pair, in any asset of pairs. */
export function ofPair([ticker_1, ticker_2]: readonly [string, string]) {
  return equalTo({ ticker_1, ticker_2 });
}
