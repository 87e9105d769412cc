import type { MarketData } from "../../resources/market_data/mod.ts";
import type { RawBar } from "./bars.ts";
import { marketOf } from "./market_of.ts";

/** A market whose bars a test can replace. */
export function changingMarket(first: readonly RawBar[]): MarketData & { change(bars: readonly RawBar[]): void } {
  let bars = first;
  let version = 1;
  const now = () => marketOf({ bars, version: `${version}` });
  return {
    name: "changing",
    version: () => now().version(),
    tickers: () => now().tickers(),
    dailyBars: () => now().dailyBars(),
    change(changed) {
      bars = changed;
      version++;
    },
  };
}
