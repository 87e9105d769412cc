import { eager, identity, reads } from "../../engine/mod.ts";
import { barColumnNames, unusableBars } from "../market/bar_judgement.ts";
import { barsAgree, fewRejected } from "../market/coverage_checks.ts";
import { RejectedBar, rejectedOutput } from "../market/rejected_bars.ts";
import { rawDailyBars } from "./raw_daily_bars.ts";
import { asset } from "./vendor_resources.ts";

/** A bar without any value is one whose values could not be read: `raw_daily_bars` tells which and why when it receives it. */
const NO_VALUE = "has no value that can be read";

/**
 * Bars that the vendor gave and that cannot be used, each with its reason.
 *
 * Made of the bars and not with them: the vendor is asked for sessions of the exchange and for no other date, so that every bar it gives
 * is in `raw_daily_bars`, and none has to be asked for again to be judged.
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
