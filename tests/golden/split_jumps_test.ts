import assert from "node:assert/strict";
import { judgeBars, type SplitColumns, splitsOf } from "../../assets/market/bar_judgement.ts";
import { type CheckedRows, splitsMatchJumps } from "../../engine/mod.ts";
import { csvMarket } from "../../resources/market_data/mod.ts";
import { sharedFolder } from "../support/shared_folder.ts";

const shared = sharedFolder();
const NEEDS = shared ? "" : " (ignored: needs the shared folder, see TANDEM_SHARED)";
const check = splitsMatchJumps({ series: "ticker", date: "session", price: "close", split: "split" });

Deno.test({
  name:
    `splitsMatchJumps() tells of three crashes on real prices, and of splits that are taken away or come late${NEEDS}`,
  ignore: !shared,
  async fn() {
    const received = await csvMarket(`${shared}/market/sp500_daily_2017_2021.csv.gz`).dailyBars();
    const bars = { ...received, occurrence: new Float64Array(received.ticker.length).fill(1) };
    const splits = splitsOf(bars);
    const told = async (known: SplitColumns, split: Float64Array) => {
      const { accepted } = judgeBars({ ...bars, split }, known);
      const rows = {
        count: accepted.ticker.length,
        column: (name: "ticker") => accepted[name],
        row: (i: number) => ({ ticker: accepted.ticker[i], session: accepted.session[i] }),
      };
      const { message } = await check.check(rows as unknown as CheckedRows<never>);
      return { message, jumps: Number.parseInt(message) };
    };

    const { message } = await told(splits, bars.split);
    const crash = "looks like 3:2, which is not recorded";
    const crashes = ["DXCM on 2017-09-28", "HES on 2020-03-09", "NLOK on 2018-05-11"];
    assert.equal(message, `3 jumps: ${crashes.map((one) => `${one} (${crash})`).join(", ")}`);

    // Those that show: from 5:4 on, and not in the first days of their series.
    const visible = splits.ratio.filter((ratio, i) =>
      Math.abs(Math.log(ratio)) >= Math.log(1.25) && splits.session[i]! > "2017-01-10"
    );
    const none = { ticker: [], session: [], ratio: new Float64Array() };
    const unrecorded = await told(none, new Float64Array(bars.split.length).fill(1));
    assert.deepEqual([visible.length, unrecorded.jumps], [26, 22 + crashes.length]);

    // Each is recorded three sessions before its time: it does not show there, and most jump where they were.
    const early = new Float64Array(bars.split.length).fill(1);
    bars.split.forEach((ratio, i) => ratio !== 1 && i >= 3 && (early[i - 3] = ratio));
    const moved = await told(splitsOf({ ...bars, split: early }), early);
    assert.ok(moved.jumps > 1.6 * visible.length, moved.message);
  },
});
