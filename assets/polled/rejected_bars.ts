import { eager, identity, reads } from "../../engine/mod.ts";
import { barColumnNames, unusableBars } from "../market/bar_judgement.ts";
import { barsAgree, fewRejected } from "../market/coverage_checks.ts";
import { RejectedBar, rejectedOutput } from "../market/rejected_bars.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { asset } from "./vendor_resources.ts";

/** A bar without any value had unreadable values; `raw_daily_bars` reports them when it receives the bar. */
const NO_VALUE = "has no value that can be read";

/**
 * Unusable bars from the vendor, each with its reason.
 *
 * A downstream asset of the bars, not a further output: only sessions of the exchange are requested from the vendor, so all its
 * bars are in `raw_daily_bars` and can be checked without another call.
 */
export const rejectedBars = asset({
  key: "rejected_bars",
  module: import.meta,
  group: "market",
  layer: "silver",
  description: "Unusable bars as received, each with its reason.",
  deps: { bars: reads(rawDailyBars, identity) },
  automation: eager(),
  row: RejectedBar,
  primaryKey: ["ticker", "session", "occurrence"],
  partitionedBy: { name: "ticker", date: "session" },
  partitionsDef: {
    wanted: ({ upstream: { bars } }) => ({ names: bars.space.names, dates: bars.space.dates }),
  },
  codeVersion: "2",
  checks: [fewRejected(), barsAgree()],

  async materialize({ inputs }) {
    const bars = await inputs.bars.columns(...barColumnNames);
    return rejectedOutput(unusableBars(bars, NO_VALUE), { received: bars.ticker.length, dated: bars });
  },
});
